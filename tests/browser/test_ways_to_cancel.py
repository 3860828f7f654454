"""Every other way to cancel that the guides name, on imported orders, with every process real."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_journey import enter_by_code, paid_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def orders(product, tmp_path_factory) -> dict[str, str]:
    """Number → e-mail of imported orders of the demo's seller, with a past, moved to today."""
    file = Path(tmp_path_factory.mktemp("ways")) / "orders.jsonl"
    file.write_text(product.run("tests.browser.fill", "--ways"))
    product.manage("import_orders", str(file), "--shift-to", "now")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {line["number"]: line["customer"]["email"] for line in lines}


@pytest.fixture
def asking_a_person(product, sign_in):
    """The owner narrows the policy: what is ready to ship needs an answer. Widened again after."""
    owner = sign_in("owner")
    change_policy(owner, "preparing")
    yield
    change_policy(owner, "ready_to_ship")


def change_policy(owner: Page, status: str) -> None:
    owner.goto("/owner/settings/cancellations/")
    owner.locator("#id_up_to_status").select_option(status)
    owner.get_by_role("button", name="Save policy").click()
    expect(owner.get_by_role("status").filter(has_text=re.compile("saved", re.I))).to_be_visible()


def test_the_owner_selects_applies_and_says_yes(product, orders, sign_in):
    page = sign_in("owner")
    page.goto("/owner/orders/WAYS-OWNER/")

    page.get_by_role("checkbox", name="Select Stoneware mug").check()
    page.get_by_label("Transaction").select_option("Cancel")
    page.get_by_role("button", name="Apply").click()
    dialog = page.get_by_role("dialog", name="Order Cancel")
    dialog.get_by_label("Reason").select_option("customer_asked")
    dialog.get_by_role("button", name="Yes, cancel 2 items").click()

    expect(page.get_by_text("began as Waiting")).to_be_visible()
    assert settled(product, "WAYS-OWNER") == ("completed", ["cancelled", "ready_to_ship"])
    assert paid_for(product, "WAYS-OWNER") == [plan_total(product, "WAYS-OWNER")]


def test_the_owner_rejects_with_a_reason(product, orders, sign_in):
    page = sign_in("owner")
    page.goto("/owner/orders/WAYS-REJECT/")

    page.get_by_role("link", name="Reject Stoneware mug").click()
    dialog = page.get_by_role("dialog", name="Order Reject")
    dialog.get_by_label("Reason").select_option("out_of_stock")
    expect(dialog.get_by_text("performance ratings")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^(Yes, r|R)eject")).click()

    expect(page.get_by_text("Refund plan").first).to_be_visible()
    assert settled(product, "WAYS-REJECT") == ("completed", ["cancelled"])


def test_a_seller_cancels_three_of_five_pieces_that_are_out_of_stock(product, orders, sign_in):
    page = sign_in("seller")
    page.goto("/seller/orders/WAYS-FIVE/")

    page.get_by_role("checkbox", name="Select Stoneware mug").check()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog", name="Order Cancel")
    dialog.get_by_label("Reason").select_option("out_of_stock")
    for _piece in range(2):
        dialog.get_by_role("button", name=re.compile("^Fewer")).click()
    expect(dialog.get_by_text("counts in your performance ratings")).to_be_visible()
    dialog.get_by_role("button", name="Yes, cancel 3 items").click()

    expect(page.get_by_text("3 items cancelled.")).to_be_visible()
    assert settled(product, "WAYS-FIVE") == ("completed", ["waiting_packaging", "cancelled"])
    assert units(product, "WAYS-FIVE") == [2, 3]


@pytest.mark.usefixtures("asking_a_person")
def test_what_is_ready_to_ship_is_approved_by_its_seller(product, orders, visit, sign_in):
    ask(visit(), orders["WAYS-YES"], "WAYS-YES")
    page = sign_in("seller")
    answer(page, product, "WAYS-YES", "Approve cancellation")

    assert settled(product, "WAYS-YES") == ("completed", ["cancelled"])


@pytest.mark.usefixtures("asking_a_person")
def test_what_is_ready_to_ship_is_kept_when_its_seller_says_no(product, orders, visit, sign_in):
    customer = visit()
    ask(customer, orders["WAYS-NO"], "WAYS-NO")
    page = sign_in("seller")
    answer(page, product, "WAYS-NO", "Reject cancellation", note="The parcel is at the door.")

    expect(customer.get_by_text("The parcel is at the door.").first).to_be_visible(timeout=40_000)
    assert statuses(product, "WAYS-NO") == ["ready_to_ship"]
    assert paid_for(product, "WAYS-NO") == []


@pytest.mark.usefixtures("asking_a_person")
def test_silence_approves(product, orders, visit):
    ask(visit(), orders["WAYS-SILENT"], "WAYS-SILENT")
    wait_until_held(product, "WAYS-SILENT")  # before that nobody is asked, and no time runs
    passed = product.execute(
        """UPDATE deadlines_deadline
           SET started_at = now() - interval '3 days', due_at = now() - interval '1 second',
               next_attempt_at = now() - interval '1 second'
           WHERE handled_at IS NULL AND step = 'cancellation.answer'
             AND order_id = (SELECT id FROM orders_order WHERE number = %s)""",
        ["WAYS-SILENT"],
    )

    assert passed == 1
    assert settled(product, "WAYS-SILENT", patience=60) == ("completed", ["cancelled"])


@pytest.mark.usefixtures("asking_a_person")
def test_the_customer_takes_a_request_back(product, orders, visit):
    page = visit()
    ask(page, orders["WAYS-BACK"], "WAYS-BACK")

    page.get_by_role("button", name="Take the request back").click()

    expect(page.get_by_text(re.compile("withdr|taken back|took", re.I)).first).to_be_visible()
    assert statuses(product, "WAYS-BACK") == ["ready_to_ship"]
    [(plan,)] = product.query(
        f"SELECT p.status FROM refunds_refundplan p {OF_ORDER}", ["WAYS-BACK"]
    )
    assert plan == "void"


def ask(page: Page, email: str, number: str) -> None:
    """The customer asks to cancel; their page says that somebody has to answer, and until when."""
    enter_by_code(page, email)
    page.goto(f"/my/orders/{number}/cancellation/")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("combobox", name=re.compile("Reason")).select_option("changed_mind")
    page.get_by_role("checkbox", name=re.compile("accept")).check()
    page.get_by_role("button", name=re.compile("Cancel 1")).click()
    page.wait_for_url("**/my/requests/**")
    expect(page.get_by_role("button", name="Take the request back")).to_be_visible(timeout=30_000)


def answer(page: Page, product, number: str, button: str, note: str = "") -> None:
    """The seller finds the request in the queue, ticks the items and answers."""
    wait_until_held(product, number)
    page.goto("/seller/requests/")
    [(case,)] = product.query(f"SELECT p.number FROM orders_case p {OF_ORDER}", [number])
    page.get_by_role("link", name=case).first.click()
    box = page.get_by_role("main").get_by_role("checkbox").first
    box.check()
    if note:
        page.get_by_label("Note").fill(note)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


OF_ORDER = "JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s ORDER BY p.id"


def wait_until_held(product, number: str) -> None:
    for _try in range(60):
        [(due_at,)] = product.query(f"SELECT p.due_at FROM orders_case p {OF_ORDER}", [number])
        if due_at is not None:
            return
        time.sleep(0.5)
    raise AssertionError(f"Nobody is asked about {number}.")


def settled(product, number: str, patience: int = 40) -> tuple[str, list[str]]:
    """The case's last status once its money has left, and the items' statuses."""
    status = ""
    for _try in range(patience * 2):
        found = product.query(f"SELECT p.status FROM orders_case p {OF_ORDER}", [number])
        status = found[0][0] if found else ""
        if status == "completed":
            break
        time.sleep(0.5)
    return status, statuses(product, number)


def statuses(product, number: str) -> list[str]:
    return [
        s for (s,) in product.query(f"SELECT p.status FROM orders_orderitem p {OF_ORDER}", [number])
    ]


def units(product, number: str) -> list[int]:
    sql = f"SELECT p.last_unit - p.first_unit FROM orders_orderitem p {OF_ORDER}"
    return [count for (count,) in product.query(sql, [number])]


def plan_total(product, number: str) -> int:
    [(total,)] = product.query(f"SELECT p.total FROM refunds_refundplan p {OF_ORDER}", [number])
    return total
