"""Real orders come in; a customer cancels part of one; a worker approves; the money goes back;
customer, seller and owner each see it happen. Every process is real."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TWO_UNITS_ONE_PAYMENT = """
    SELECT o.number, c.email, l.name, s.code
    FROM orders_order o
    JOIN orders_customer c ON c.id = o.customer_id
    JOIN orders_orderitem i ON i.order_id = o.id
    JOIN orders_orderline l ON l.id = i.line_id
    JOIN sellers_seller s ON s.id = i.seller_id
    WHERE o.imported AND o.channel <> 'web store' AND i.last_unit - i.first_unit = 2
      AND i.status IN ('waiting_packaging', 'preparing', 'ready_to_ship')
      AND (SELECT count(*) FROM orders_payment p WHERE p.order_id = o.id) = 1
      AND (SELECT count(*) FROM orders_orderitem x WHERE x.order_id = o.id) = 1
    ORDER BY o.placed_at DESC, o.id DESC LIMIT 1
"""
CARD_AND_VOUCHER = """
    SELECT o.number, c.email, o.captured
    FROM orders_order o JOIN orders_customer c ON c.id = o.customer_id
    WHERE o.imported AND o.channel <> 'web store' AND o.captured = o.total
      AND o.status IN ('waiting_packaging', 'preparing', 'ready_to_ship')
      AND (SELECT count(*) FROM orders_payment p WHERE p.order_id = o.id) = 2
      AND (SELECT count(*) FROM orders_payment p WHERE p.order_id = o.id AND p.amount > 0
           AND p.method = 'voucher') = 1
      AND (SELECT count(*) FROM orders_orderitem x WHERE x.order_id = o.id) = 1
    ORDER BY o.placed_at DESC, o.id DESC LIMIT 1
"""


def test_a_customer_cancels_one_of_two_units(product, visit, sign_in):
    [(number, email, name, seller)] = product.query(TWO_UNITS_ONE_PAYMENT)
    page = visit()
    enter_by_code(page, email)

    page.goto("/my/orders/")
    page.get_by_role("link", name=re.compile(number)).first.click()
    page.get_by_role("link", name=re.compile("Cancel or return items")).first.click()
    page.get_by_role("checkbox", name=re.compile(re.escape(name))).check()
    page.get_by_role("textbox", name=re.compile("Quantity")).fill("1")
    page.get_by_role("combobox", name=re.compile("Reason")).select_option("changed_mind")
    estimate = amount_of(page.get_by_role("group", name="Your refund"))
    page.get_by_role("checkbox", name=re.compile("accept")).check()
    page.get_by_role("button", name=re.compile("Cancel 1")).click()

    expect(page.get_by_role("status").get_by_text("under evaluation")).to_be_visible()
    expect(page.locator(".steps li.done")).to_have_count(4, timeout=30_000)

    [(plan, total, status)] = product.query(
        """SELECT p.number, p.total, p.status FROM refunds_refundplan p
           JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s""",
        [number],
    )
    assert (status, total) == ("completed", estimate)
    assert paid_for(product, number) == [estimate]
    states = product.query(
        """SELECT i.status, i.last_unit - i.first_unit FROM orders_orderitem i
           JOIN orders_order o ON o.id = i.order_id WHERE o.number = %s ORDER BY i.id""",
        [number],
    )
    assert [quantity for _status, quantity in states] == [1, 1]
    assert states[1][0] == "cancelled"
    assert states[0][0] != "cancelled"
    everybody_sees_it(product, visit, sign_in, number=number, plan=plan, seller=seller, email=email)
    product.manage("check_invariants")  # fails on a violation


def everybody_sees_it(product, visit, sign_in, *, number, plan, seller, email):
    """The mail was sent, the seller does not hand it over, the owner reads plan and timeline."""
    owner = sign_in("owner")
    owner.goto("/demo/mail/")
    expect(owner.get_by_text(email).first).to_be_visible()
    owner.goto(f"/owner/orders/{number}/")
    expect(owner.get_by_role("heading", name=re.compile("Refund Plans"))).to_be_visible()
    expect(owner.get_by_text(plan).first).to_be_visible()
    expect(owner.get_by_text("Order placed")).to_be_visible()
    member = json.loads(product.run("tests.browser.fill", "--member", seller))
    shop = visit()
    shop.goto("/accounts/login/")
    shop.fill("#id_login", member["email"])
    shop.fill("#id_password", member["password"])
    shop.press("#id_password", "Enter")
    shop.wait_for_url("**/seller/**")
    shop.goto(f"/seller/orders/{number}/")
    expect(shop.get_by_text("do not hand over", exact=False).first).to_be_visible()


def test_card_and_voucher_both_get_their_part_back(product, visit):
    [(number, email, captured)] = product.query(CARD_AND_VOUCHER)
    page = visit()
    enter_by_code(page, email)

    page.goto(f"/my/orders/{number}/cancellation/")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("combobox", name=re.compile("Reason")).select_option("changed_mind")
    page.get_by_role("checkbox", name=re.compile("accept")).check()
    page.get_by_role("button", name=re.compile("Cancel")).click()
    expect(page.locator(".steps li.done")).to_have_count(4, timeout=20_000)

    payouts = paid_for(product, number)
    assert len(payouts) == 2
    assert sum(payouts) == captured


def enter_by_code(page: Page, email: str) -> None:
    """A customer of an imported order has no password: the code is in their mail."""
    page.goto("/accounts/login/code/")
    page.get_by_role("textbox", name=re.compile("mail", re.I)).fill(email)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/confirm/**")
    with another_tab(page) as mailbox:
        code = code_from(mailbox, email)
    page.get_by_role("textbox", name=re.compile("code", re.I)).fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)


def code_from(mailbox: Page, email: str) -> str:
    for _try in range(30):
        mailbox.goto(f"/demo/mail/?to={email}")
        if found := re.search(r"([A-Z0-9]{4}-[A-Z0-9]{4}) is your code", mailbox.content()):
            return found[1]
        mailbox.wait_for_timeout(500)
    raise AssertionError(f"No mail with a code reached {email}.")


@contextmanager
def another_tab(page: Page) -> Iterator[Page]:
    tab = page.context.new_page()
    yield tab
    tab.close()


def amount_of(card) -> int:
    """The total on the refund card, in minor units."""
    total = card.get_by_role("row", name=re.compile("^Total")).get_by_role("cell")
    return int(re.sub(r"\D", "", total.inner_text()))


def paid_for(product, number: str) -> list[int]:
    """What the provider's own journal says was paid out for this order."""
    keys = product.query(
        """SELECT a.idempotency_key::text FROM refunds_refundattempt a
           JOIN refunds_refundpart p ON p.id = a.part_id
           JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s ORDER BY a.id""",
        [number],
    )
    payouts = product.provider.journal()["payouts"]
    return [payout["amount"] for payout in payouts if (payout["key"],) in keys]
