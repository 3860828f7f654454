"""Returns in Chromium: the ways people go, the keyboard, WCAG, small screens."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from PIL import Image

from orders.models import Case
from packages.models import Package
from refunds.models import RefundPlan
from returns.models import Dispute
from returns.operations import (
    Received,
    approve_items,
    make_offer,
    receive,
    reject_items,
    state_side,
)
from tests.accessibility import faults, turned
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_owner,
    make_seller,
)
from tests.people import signed_in
from tests.returns.acts import ask, deliver_all, delivered_order, select, stored_file

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", 1440), ("dark", 1440), ("light", 375)]
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder; none are kept without it


@pytest.fixture(autouse=True)
def no_broker(monkeypatch, settings, tmp_path):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    settings.PRIVATE_FILES_DIR = tmp_path
    cache.clear()


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay Studio", city="Lisboa", country="PT")


@pytest.fixture
def order(kiln):
    return delivered_order(
        number="FH-204702",
        lines=[
            line(kiln, 2, 1850, 370, 490, name="Stoneware mug, speckled"),
            line(kiln, 1, 4600, 0, 0, name="Vase “Tall reed”, moss"),
        ],
    )


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def seller(kiln):
    return make_member(kiln)


@pytest.fixture
def shown(live_server):
    """This page, at an address, as this actor sees it."""

    def show(page, actor, address: str) -> None:
        cookie = signed_in(Client(), actor).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(address)

    return show


@pytest.fixture
def opened(open_page, shown):
    def open_(actor, address: str, **options):
        page = open_page(**options)
        shown(page, actor, address)
        return page

    return open_


def keep(page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def photo() -> dict:
    drawn = io.BytesIO()
    Image.new("RGB", (320, 240), "#8a9").save(drawn, "JPEG")
    return {"name": "crack.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def test_three_steps_from_my_orders_to_a_request(opened, customer, order):
    page = opened(customer, "/my/orders/")
    page.get_by_role("link", name="Cancel or return items").click()  # 1
    page.get_by_text("Can be returned until").first.wait_for()
    page.get_by_role("checkbox", name="Stoneware mug").check()  # 2
    page.get_by_role("button", name="Fewer: Quantity: Stoneware mug").click()
    page.get_by_label("Reason").first.select_option("arrived_damaged")
    page.locator("#estimate").get_by_text("19.10").first.wait_for()
    page.get_by_label("Photos or documents").first.set_input_files(photo())
    page.get_by_label("What happened").first.fill("Small chip on the rim.")
    page.get_by_label("I have read and accept").check()
    keep(page, "my-return-form")
    page.get_by_role("button", name="Return 1 item").click()  # 3

    page.get_by_text("Your request was received and is under evaluation.").wait_for()
    page.get_by_text("crack.jpg").first.wait_for()
    keep(page, "my-return-asked")
    assert Case.objects.get().return_request.estimate == 1910


def test_a_press_that_meets_a_new_estimate_still_sends(opened, customer, order):
    """The pressed button leaves the note, which asks for an estimate and words for the button."""
    page = opened(customer, f"/my/orders/{order.number}/request/")
    page.get_by_role("checkbox", name="Stoneware mug").check()
    page.get_by_label("Reason").first.select_option("arrived_damaged")
    page.get_by_label("Photos or documents").first.set_input_files(photo())
    page.get_by_label("I have read and accept").check()
    page.get_by_role("button", name="Return 2 items").hover()
    page.get_by_label("What happened").first.fill("Small chip on the rim.")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.mouse.down()
    page.wait_for_timeout(300)  # the estimate has been shown, or left out
    page.mouse.up()

    page.get_by_text("Your request was received and is under evaluation.").wait_for()
    assert Case.objects.get().return_request.estimate > 0


def test_seller_confirms_and_receives_one_damaged(opened, customer, seller, order):
    request = ask(order, customer, *[select(item) for item in items_of(order)])
    page = opened(seller, f"/seller/requests/{request.case.number}/")
    page.get_by_role("radiogroup", name="Answer: Stoneware mug").get_by_text("Confirm").click()
    page.get_by_role("radiogroup", name="Answer: Vase").get_by_text("Offer part").click()
    page.get_by_label("Refund, the customer keeps it").last.fill("10.00")
    page.get_by_label("Message to the customer").last.press("Tab")
    page.get_by_role("button", name="Send answer for 2 items").wait_for()
    keep(page, "seller-return-answer")
    page.get_by_role("button", name="Send answer for 2 items").click()
    page.get_by_text("2 items of").wait_for()
    keep(page, "seller-return-answered")

    mine = opened(customer, f"/my/requests/{request.case.number}/")
    keep(mine, "my-return-offer")
    mine.get_by_role("button", name="Accept 10.00 EUR").click()
    mine.get_by_text("Offer accepted.").wait_for()
    mine.get_by_role("heading", name="Send your parcel").wait_for()
    keep(mine, "my-return-send")
    mine.get_by_label("Tracking number").fill("SL-1")
    mine.get_by_label("Carrier", exact=True).select_option("-other-")
    mine.get_by_label("Other carrier").fill("Swiftlane")
    mine.get_by_role("button", name="I have sent it").click()
    mine.get_by_text("The seller was told").wait_for()

    parcel = request.case.return_parcel
    page.goto("/seller/returns/receive/")
    page.get_by_label("Return code").fill(parcel.code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Fewer: As sold").click()
    page.get_by_role("button", name="More: Damaged").click()
    page.get_by_text("Deduct something").click()
    page.get_by_label("Deduct", exact=True).fill("5.00")
    page.get_by_label("Why, for the customer").fill("The handle is broken.")
    page.get_by_label("What you found").click()
    page.locator("#money").get_by_text("33.20").first.wait_for()
    keep(page, "seller-return-receive")
    page.get_by_role("button", name="Receive, and pay when complete").click()
    page.get_by_text(f"Parcel {parcel.code} received.").wait_for()

    totals = RefundPlan.objects.order_by("round").values_list("total", flat=True)
    assert list(totals) == [1000, 3320]


def test_a_rejection_is_disputed_decided_and_appealed(opened, customer, seller, order):
    request = ask(order, customer, *[select(item) for item in items_of(order)])
    page = opened(seller, f"/seller/requests/{request.case.number}/")
    for name in ("Stoneware mug", "Vase"):
        page.get_by_role("radiogroup", name=f"Answer: {name}").get_by_text("Reject").click()
    for position in (0, 1):
        page.get_by_label("Reason").nth(position).select_option("as_described")
        page.locator("textarea:visible").nth(position).fill("As in the picture.")
    page.get_by_role("button", name="Send answer").click()
    page.get_by_role("link", name="Open dispute").wait_for()
    dispute = Dispute.objects.get()

    mine = opened(customer, f"/my/requests/{request.case.number}/")
    mine.get_by_role("region", name=f"Dispute {dispute.number}").get_by_label("What happened").fill(
        "It has a hairline crack."
    )
    mine.get_by_role("button", name="Send to the marketplace").click()
    mine.get_by_text("Your side was sent.").first.wait_for()

    boss = opened(make_owner(), f"/owner/disputes/{dispute.number}/")
    boss.get_by_text("It has a hairline crack.").first.wait_for()
    boss.get_by_label("Part").check()
    boss.get_by_label("Vase “Tall reed”, moss").fill("20.00")
    boss.get_by_label("Fault").select_option("carrier")
    boss.get_by_label("Reason, both sides read it").fill("One drop was recorded.")
    boss.get_by_role("button", name="Decide: refund 20.00 EUR").wait_for()
    keep(boss, "owner-dispute")
    boss.get_by_role("button", name="Decide: refund 20.00 EUR").click()
    boss.get_by_text("Both sides were told.").wait_for()

    mine.reload()
    mine.get_by_text("Appeal the decision").click()
    mine.get_by_role("region", name=f"Dispute {dispute.number}").get_by_label("What happened").fill(
        "The mugs are cracked, too."
    )
    mine.get_by_role("button", name="Appeal", exact=True).click()
    mine.get_by_text("You have appealed.").wait_for()
    keep(mine, "my-return-appealed")

    boss.goto(f"/owner/disputes/{dispute.number}/")
    boss.get_by_label("None").check()
    boss.get_by_label("Reason, both sides read it").fill("The picture shows whole mugs.")
    boss.get_by_role("button", name="Let the rejection stand").click()
    boss.get_by_text("Both sides were told.").wait_for()
    dispute.refresh_from_db()
    assert dispute.status == "closed"
    mine.reload()
    mine.get_by_text("Appeal is not possible.").wait_for()


@pytest.fixture
def everything(customer, seller, order, kiln):
    """A return at each place, with the addresses of its pages."""
    owner = make_owner()

    def another(number: str):
        made = delivered_order(
            number=number, lines=[line(kiln, 2, 4700, name="Table lamp “Halo”, ivory")]
        )
        return made, make_customer(made)

    waiting = ask(
        order, customer, *[select(item, files=[stored_file(customer)]) for item in items_of(order)]
    )
    sent_order, sender = another("FH-2")
    sent = ask(sent_order, sender, select(items_of(sent_order)[0], note="Crack at the foot"))
    approve_items(sent, actor=seller)
    sent.case.refresh_from_db()
    offered_order, offeree = another("FH-3")
    offered = ask(offered_order, offeree, select(items_of(offered_order)[0]))
    make_offer(
        offered, item_id=offered.items.get().item_id, amount=1000, message="Sorry", actor=seller
    )
    disputed_order, arguer = another("FH-4")
    disputed = ask(disputed_order, arguer, select(items_of(disputed_order)[0]))
    reject_items(disputed, actor=seller, reason_code="as_described", message="As pictured.")
    dispute = state_side(Dispute.objects.get(), text="It has a hairline crack.", actor=arguer)
    ready_order, asker = another("FH-5")
    late_order, latecomer = another("FH-6")
    long_ago = timezone.now() - timedelta(days=30)
    moments = dict.fromkeys(("created_at", "shipped_at", "delivered_at"), long_ago)
    Package.objects.filter(order=late_order).update(**moments)
    short_order, shipper = another("FH-7")
    short = ask(short_order, shipper, select(items_of(short_order)[0]))
    approve_items(short, actor=seller)
    short.case.refresh_from_db()
    short_parcel = short.case.return_parcel
    one = [Received(short.items.get().pk, "ok", 1)]
    receive(short_parcel, units=one, last=True, actor=seller)
    deliver_all()
    return {
        "my-orders": (latecomer, "/my/orders/"),
        "my-late-order": (latecomer, f"/my/orders/{late_order.number}/"),
        "my-bell": (arguer, "/my/notifications/"),
        "seller-inspection": (seller, f"/seller/returns/receive/{short_parcel.code}/"),
        "owner-goods": (owner, "/owner/requests/?tab=goods"),
        "my-form": (asker, f"/my/orders/{ready_order.number}/request/"),
        "my-waiting": (customer, f"/my/requests/{waiting.case.number}/"),
        "my-send": (sender, f"/my/requests/{sent.case.number}/"),
        "my-label": (sender, f"/my/requests/{sent.case.number}/label/"),
        "my-offer": (offeree, f"/my/requests/{offered.case.number}/"),
        "my-dispute": (arguer, f"/my/requests/{disputed.case.number}/"),
        "my-order": (sender, f"/my/orders/{sent_order.number}/"),
        "my-help": (customer, "/my/help/returns/"),
        "seller-return": (seller, f"/seller/requests/{waiting.case.number}/"),
        "seller-sent": (seller, f"/seller/requests/{sent.case.number}/"),
        "seller-tab": (seller, f"/seller/orders/{order.number}/?tab=requests"),
        "seller-requests": (seller, "/seller/requests/"),
        "seller-receive": (seller, "/seller/returns/receive/"),
        "seller-parcel": (seller, f"/seller/returns/receive/{sent.case.return_parcel.code}/"),
        "seller-dispute": (seller, f"/seller/disputes/{dispute.number}/"),
        "seller-help": (seller, "/seller/help/returns/"),
        "owner-dispute": (owner, f"/owner/disputes/{dispute.number}/"),
        "owner-disputes": (owner, "/owner/requests/?tab=disputes"),
        "owner-rules": (owner, "/owner/settings/returns/"),
        "owner-rule": (owner, "/owner/settings/returns/new/"),
        "owner-help": (owner, "/owner/help/returns/"),
    }


@pytest.mark.timeout(300)
def test_pages_are_accessible_and_nothing_is_cut_off(page, shown, everything):
    wrong = []
    for name, (who, address) in everything.items():
        shown(page, who, address)
        if name == "my-form":
            page.locator("[data-select]").first.check()
        if name == "seller-return":
            page.get_by_text("Reject", exact=True).first.click()
        for theme, width in turned(page, LOOKS):
            wrong += faults(page, name)
            keep(page, f"{name}-{width}-{theme}")

    assert not wrong, "\n".join(wrong)
