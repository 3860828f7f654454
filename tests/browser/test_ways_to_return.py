"""The ways of a return that the guides name, on imported orders, with every process real."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.returning import (
    answer,
    ask,
    case_of,
    cases,
    choose,
    code_of,
    come_back,
    decide,
    decisions,
    finished,
    money,
    open_parcel,
    pack_and_deliver,
    paid,
    photo,
    plans,
    receive,
    reject,
    send,
    send_answer,
    tell_side,
    until,
)
from tests.browser.test_first_journey import enter_by_code, paid_for
from tests.browser.test_packing_day import tell
from tests.browser.test_ways_to_cancel import OF_ORDER, statuses

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def email(product, tmp_path_factory) -> str:
    """Whose imported orders they are, most of them delivered yesterday."""
    file = Path(tmp_path_factory.mktemp("returns")) / "orders.jsonl"
    file.write_text(product.run("tests.browser.fill", "--returns"))
    product.manage("import_orders", str(file), "--shift-to", "now")
    return json.loads(file.read_text().splitlines()[0])["customer"]["email"]


@pytest.fixture(scope="module")
def cookies() -> dict:
    """Role → what keeps somebody signed in from one journey to the next."""
    return {}


@pytest.fixture
def person(visit, sign_in, email, cookies):
    """A page of the customer, the seller or the owner; each signs in once for all journeys."""

    def page_of(role: str) -> Page:
        if role in cookies:
            return visit(storage_state=cookies[role])
        if role == "customer":
            page = visit()
            enter_by_code(page, email)
        else:
            page = sign_in(role)
        cookies[role] = page.context.storage_state()
        return page

    return page_of


@pytest.fixture
def failed_deliveries_return(person):
    """The owner has what could not be delivered come back by itself. Taken back afterwards."""
    owner = person("owner")
    owner.goto("/owner/settings/returns/new/")
    owner.get_by_label("When a delivery fails").select_option("open")
    owner.get_by_role("button", name="Save rules").click()
    expect(owner.get_by_text("Rules saved.")).to_be_visible()
    yield
    owner.goto("/owner/settings/returns/")
    owner.get_by_role("link", name="Change All").first.click()
    owner.get_by_role("button", name="Remove these rules").click()
    expect(owner.get_by_text("Rules removed.")).to_be_visible()


def test_of_three_pieces_one_comes_back_damaged(product, person):
    customer, seller = person("customer"), person("seller")
    estimate = ask(customer, "BACK-CONFIRM", "arrived_damaged", files=photo())
    answer(seller, product, "BACK-CONFIRM", "Confirm")
    code = send(customer, product, "BACK-CONFIRM")
    expect(customer.get_by_text("Norrpost").first).to_be_visible()
    open_parcel(seller, code)
    seller.get_by_role("button", name=re.compile("^Fewer: As sold")).click()
    seller.get_by_role("button", name=re.compile("^More: Damaged")).click()
    seller.get_by_text("Deduct something").click()
    seller.get_by_label("Deduct", exact=True).fill("5.00")
    seller.get_by_label("Why, for the customer").fill("One handle is broken off.")
    seller.get_by_label("What you found").first.fill("A clean break.")
    expect(seller.locator("#money").get_by_text("One handle is broken off.")).to_be_visible()
    receive(seller, code)

    assert finished(product, "BACK-CONFIRM") == ["completed"]
    assert statuses(product, "BACK-CONFIRM") == ["returned"]
    assert plans(product, "BACK-CONFIRM") == [estimate - 500]
    assert paid_for(product, "BACK-CONFIRM") == [estimate - 500]
    customer.goto(f"/my/requests/{case_of(product, 'BACK-CONFIRM')}/")
    refund = customer.get_by_role("region", name="Your refund")
    expect(refund.get_by_text("One handle is broken off.")).to_be_visible()
    expect(
        refund.get_by_text(f"Estimated when it was asked for: {money(estimate)}")
    ).to_be_visible()


def test_a_rejection_is_disputed_decided_and_appealed(product, person):
    customer, seller, owner = person("customer"), person("seller"), person("owner")
    full = ask(customer, "BACK-DISPUTE", "not_as_described")
    reject(seller, product, "BACK-DISPUTE")
    [(dispute,)] = product.query(
        f"SELECT p.number FROM returns_dispute p {OF_ORDER}", ["BACK-DISPUTE"]
    )
    customer.reload()
    tell_side(customer, "It arrived in this state.", "Send to the marketplace")
    expect(customer.get_by_text("Your side was sent.").first).to_be_visible()

    owner.goto(f"/owner/disputes/{dispute}/")
    expect(owner.get_by_text("It arrived in this state.").first).to_be_visible()
    decide(owner, "Part", "Part of the damage is old.", amount="10.00")
    assert paid(product, "BACK-DISPUTE", 1) == [1000]
    assert decisions(product, "BACK-DISPUTE") == [("partial", "seller", "decided")]

    customer.reload()
    customer.get_by_text("Appeal the decision").click()
    tell_side(customer, "All of it was there.", "Appeal")
    expect(customer.get_by_text("You have appealed.").first).to_be_visible()
    owner.reload()
    decide(owner, "Full", "The photos bear it out.")

    assert finished(product, "BACK-DISPUTE") == ["completed"]
    assert decisions(product, "BACK-DISPUTE") == [
        ("partial", "seller", "closed"),
        ("full", "seller", "closed"),
    ]
    assert paid(product, "BACK-DISPUTE", 2) == [1000, full - 1000]
    customer.reload()
    expect(customer.get_by_text("had rejected it: Used or without its packaging")).to_be_visible()
    expect(customer.get_by_text("Appeal is not possible.")).to_be_visible()
    expect(customer.get_by_text("decided once more on appeal. That is final")).to_be_visible()


def test_the_customer_keeps_it_for_a_part_of_the_price(product, person):
    customer, seller = person("customer"), person("seller")
    ask(customer, "BACK-OFFER", "not_as_described")
    choose(seller, product, "BACK-OFFER", "Offer part")
    seller.get_by_label("Refund, the customer keeps it").fill("8.00")
    seller.get_by_label("Message to the customer").first.fill("The glaze varies a little.")
    send_answer(seller)
    customer.reload()
    customer.get_by_role("button", name="Accept 8.00").click()
    expect(customer.get_by_text("Offer accepted.")).to_be_visible()

    assert finished(product, "BACK-OFFER") == ["completed"]
    assert paid_for(product, "BACK-OFFER") == [800]
    assert statuses(product, "BACK-OFFER") == ["delivered"]


def test_silence_approves(product, person):
    customer = person("customer")
    ask(customer, "BACK-SILENT", "no_longer_needed")
    product.execute(
        """UPDATE deadlines_deadline
           SET started_at = now() - interval '9 days', due_at = now() - interval '1 second',
               next_attempt_at = now() - interval '1 second'
           WHERE handled_at IS NULL AND step = 'return.answer'
             AND order_id = (SELECT id FROM orders_order WHERE number = %s)""",
        ["BACK-SILENT"],
    )

    assert until(lambda: cases(product, "BACK-SILENT") == ["approved"], patience=60)
    customer.reload()
    expect(customer.get_by_role("heading", name="Send your parcel")).to_be_visible()


@pytest.mark.usefixtures("failed_deliveries_return")
def test_what_could_not_be_delivered_comes_back(product, person):
    seller = person("seller")
    [(package,)] = product.query(
        f"SELECT p.number FROM packages_package p {OF_ORDER}", ["BACK-FAILED"]
    )
    tell(seller, package, "Delivery failed")
    assert until(lambda: cases(product, "BACK-FAILED") == ["waiting"])
    answer(seller, product, "BACK-FAILED", "Confirm")
    code = code_of(product, "BACK-FAILED")
    open_parcel(seller, code)  # nobody sends what nobody was given: the carrier brings it
    receive(seller, code)

    assert finished(product, "BACK-FAILED") == ["completed"]
    assert statuses(product, "BACK-FAILED") == ["returned"]
    [(captured,)] = product.query("SELECT captured FROM orders_order WHERE number = 'BACK-FAILED'")
    assert paid_for(product, "BACK-FAILED") == [captured]


def test_what_was_sent_instead_comes_back_for_the_money_of_the_first(product, person):
    customer, seller = person("customer"), person("seller")
    ask(customer, "BACK-AGAIN", "wrong_item", wish="The same again")
    come_back(customer, seller, product, "BACK-AGAIN")
    assert finished(product, "BACK-AGAIN") == ["completed"]
    assert statuses(product, "BACK-AGAIN") == ["returned", "waiting_packaging"]
    assert paid_for(product, "BACK-AGAIN") == []

    pack_and_deliver(seller, product, "BACK-AGAIN")
    estimate = ask(customer, "BACK-AGAIN", "not_as_described")
    come_back(customer, seller, product, "BACK-AGAIN")

    assert finished(product, "BACK-AGAIN") == ["completed", "completed"]
    assert statuses(product, "BACK-AGAIN") == ["returned", "returned"]
    [(captured,)] = product.query("SELECT captured FROM orders_order WHERE number = 'BACK-AGAIN'")
    assert paid_for(product, "BACK-AGAIN") == [estimate] == [captured]


def test_money_becomes_store_credit(product, person):
    customer, seller = person("customer"), person("seller")
    estimate = ask(customer, "BACK-CREDIT", "does_not_fit", pay_to="Store credit")
    come_back(customer, seller, product, "BACK-CREDIT")

    assert finished(product, "BACK-CREDIT") == ["completed"]
    assert plans(product, "BACK-CREDIT") == [estimate]
    assert paid_for(product, "BACK-CREDIT") == []  # nothing of it by the provider
    assert product.query(
        """SELECT -a.balance FROM finance_account a JOIN orders_order o USING (customer_id)
           WHERE a.kind = 'store_credit' AND o.number = 'BACK-CREDIT'"""
    ) == [(estimate,)]
    customer.goto(f"/my/requests/{case_of(product, 'BACK-CREDIT')}/")
    refund = customer.get_by_role("region", name="Your refund")
    expect(refund.get_by_text("To Store credit")).to_be_visible()
    expect(refund.get_by_text(f"Store credit now: {money(estimate)}")).to_be_visible()
    expect(refund.get_by_text("Paid back")).to_be_visible()


def test_the_customer_takes_a_return_back(product, person):
    customer = person("customer")
    ask(customer, "BACK-KEPT", "no_longer_needed")
    customer.get_by_role("button", name="Withdraw return").click()

    expect(customer.get_by_text("Your request is taken back.")).to_be_visible()
    assert cases(product, "BACK-KEPT") == ["withdrawn"]
    assert plans(product, "BACK-KEPT") == []


def test_the_books_are_sound_after_all_of_it(product, email):
    """Fails where any rule about money, quantities or states is broken."""
    product.manage("check_invariants")
