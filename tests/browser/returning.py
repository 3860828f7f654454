"""What people do about returns on the pages of a running product, and what came of it."""

import io
import re
import time

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_first_journey import amount_of, paid_for
from tests.browser.test_packing_day import tell
from tests.browser.test_ways_to_cancel import OF_ORDER

TRACKING = "NP7742 0001"

# -- What the customer does ---------------------------------------------------------------------


def ask(page: Page, number: str, reason: str, *, wish="", pay_to="", files=None) -> int:
    """Ask for all that can be returned of an order. What the page says it pays, minor units."""
    page.goto(f"/my/orders/{number}/request/")
    page.locator("[data-select]").first.check()
    page.get_by_label("Reason").first.select_option(reason)
    if files:
        page.get_by_label("Photos or documents").first.set_input_files(files)
    if pay_to:
        page.get_by_role("radio", name=pay_to).check()
    card, estimate = page.get_by_role("group", name="Your refund"), 0
    if wish:
        page.get_by_role("radio", name=wish).check()
        expect(card.get_by_text("Nothing is paid back")).to_be_visible()
    else:
        estimate = amount_of(card)
    page.get_by_role("checkbox", name=re.compile("accept")).check()
    page.get_by_role("button", name=re.compile(r"^Return \d")).click()
    page.wait_for_url("**/my/requests/**")
    return estimate


def send(page: Page, product, number: str) -> str:
    """The customer reads the code, prints the label and says how it was sent."""
    case, code = case_of(product, number), code_of(product, number)
    page.goto(f"/my/requests/{case}/label/")
    expect(page.get_by_role("img", name=f"Return code {code}")).to_be_visible()
    page.goto(f"/my/requests/{case}/")
    expect(page.get_by_text(code).first).to_be_visible()
    page.get_by_label("Tracking number").fill(TRACKING)
    page.get_by_role("button", name="I have sent it").click()
    expect(page.get_by_text("The seller was told")).to_be_visible()
    return code


def tell_side(page: Page, words: str, button: str) -> None:
    """On the page of the return."""
    dispute = page.get_by_role("region", name=re.compile("^Dispute"))
    dispute.get_by_label("What happened").fill(words)
    dispute.get_by_role("button", name=button, exact=True).click()


# -- What seller and owner do -------------------------------------------------------------------


def choose(page: Page, product, number: str, words: str) -> None:
    page.goto(f"/seller/requests/{case_of(product, number)}/")
    page.get_by_role("radiogroup", name=re.compile("^Answer")).get_by_text(words).click()


def send_answer(page: Page) -> None:
    page.get_by_role("button", name="Send answer for 1 item").click()
    expect(page.get_by_role("status").filter(has_text="answered.")).to_be_visible()


def answer(page: Page, product, number: str, words: str) -> None:
    choose(page, product, number, words)
    send_answer(page)


def reject(page: Page, product, number: str) -> None:
    """For a reason that has to be shown, with words for the customer."""
    choose(page, product, number, "Reject")
    page.get_by_label("Reason").first.select_option("used")
    page.get_by_label("Your evidence").set_input_files(photo())
    page.locator("textarea:visible").first.fill("There are traces of use.")
    send_answer(page)


def decide(page: Page, outcome: str, why: str, amount: str = "") -> None:
    """The owner finds the seller at fault; the customer keeps the goods."""
    form = page.locator("#decide")
    form.get_by_role("radio", name=re.compile(f"^{outcome}")).check()
    if amount:
        form.get_by_label("Serving bowl").fill(amount)
    form.get_by_label("Fault").select_option("seller")
    form.get_by_label("Return shipping").select_option("seller")
    form.get_by_label("The goods come back").uncheck()
    form.get_by_label("Reason, both sides read it").fill(why)
    page.get_by_role("button", name=re.compile(f"^Decide: refund {amount}")).click()
    expect(page.get_by_text("Both sides were told.")).to_be_visible()


def open_parcel(page: Page, code: str) -> None:
    page.goto("/seller/returns/receive/")
    page.get_by_label("Return code").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{code}/")


def receive(page: Page, code: str) -> None:
    page.get_by_role("button", name="Receive, and pay when complete").or_(
        page.get_by_role("button", name="Receive", exact=True)
    ).click()
    expect(page.get_by_text(f"Parcel {code} received.")).to_be_visible()


def come_back(customer: Page, seller: Page, product, number: str) -> None:
    """Confirmed, sent, and received as sold."""
    answer(seller, product, number, "Confirm")
    code = send(customer, product, number)
    open_parcel(seller, code)
    receive(seller, code)


def pack_and_deliver(page: Page, product, number: str) -> None:
    page.goto(f"/seller/packages/to-pack/?search={number}")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Start packaging").click()
    page.get_by_role("dialog").get_by_role("button", name="Pack 1 order").click()
    assert until(lambda: len(packages(product, number)) == 2)
    package = packages(product, number)[-1]
    page.goto(f"/seller/packages/{package}/")
    page.get_by_role("link", name="Ship", exact=True).or_(
        page.get_by_role("button", name="Ship", exact=True)
    ).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tracking number").fill(TRACKING)
    dialog.locator("button[type=submit]").last.click()
    expect(page.get_by_role("status").filter(has_text=package)).to_be_visible()
    tell(page, package, "Mark as delivered")


def photo() -> dict:
    drawn = io.BytesIO()
    Image.new("RGB", (320, 240), "#8a9").save(drawn, "JPEG")
    return {"name": "crack.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


# -- What came of it ----------------------------------------------------------------------------


def until(holds, patience: int = 40) -> bool:
    """Whether it holds within so many seconds."""
    for _try in range(patience * 2):
        if holds():
            return True
        time.sleep(0.5)
    return False


def column(product, what: str, table: str, number: str) -> list:
    return [row[0] for row in product.query(f"SELECT p.{what} FROM {table} p {OF_ORDER}", [number])]


def cases(product, number: str) -> list[str]:
    return column(product, "status", "orders_case", number)


def case_of(product, number: str) -> str:
    """The newest one."""
    return column(product, "number", "orders_case", number)[-1]


def code_of(product, number: str) -> str:
    return column(product, "code", "returns_returnparcel", number)[-1]


def packages(product, number: str) -> list[str]:
    return column(product, "number", "packages_package", number)


def plans(product, number: str) -> list[int]:
    return column(product, "total", "refunds_refundplan", number)


def finished(product, number: str) -> list[str]:
    """The statuses of an order's cases, as soon as all are completed."""
    until(lambda: set(cases(product, number)) == {"completed"})
    return cases(product, number)


def paid(product, number: str, payouts: int) -> list[int]:
    until(lambda: len(paid_for(product, number)) >= payouts)
    return paid_for(product, number)


def decisions(product, number: str) -> list[tuple[str, str, str]]:
    """Outcome, fault, and how the dispute stands, oldest first."""
    return product.query(
        """SELECT d.outcome, d.fault, p.status FROM returns_dispute p
           JOIN returns_decision d ON d.dispute_id = p.id
           JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s ORDER BY d.round""",
        [number],
    )


def money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"
