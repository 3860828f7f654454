"""The console pages of cancellations in Chromium: dialogs, keyboard, WCAG, small screens."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy
from orders.models import Case
from tests.accessibility import faults, turned
from tests.cancellations.acts import cancel, deliver_all, select
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", 1440), ("dark", 375), ("light", 320)]
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder; none are kept without it


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    cache.clear()


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay Studio")


@pytest.fixture
def order(kiln):
    luma = make_seller("luma", name="Luma Workshop")
    return make_order(
        number="FH-204815",
        lines=[
            line(kiln, 2, 1850, 370, 490, name="Stoneware mug, speckled"),
            line(kiln, 1, 4600, 0, 0, name="Serving bowl “Dune”, 28 cm"),
            line(luma, 1, 11610, 0, 490, name="Arc desk lamp, brass"),
        ],
    )


@pytest.fixture
def held(kiln):
    """A request of another order that waits for the seller's answer, for nine hours more."""
    other = make_order(
        number="FH-204816",
        lines=[
            line(kiln, 1, 8900, 0, 490, name="Cast iron teapot, 0.8 l"),
            line(kiln, 3, 1500, 0, 0, name="Tea bowl, ash glaze"),
        ],
    )
    AutoApprovalPolicy.objects.create(up_to_amount=1000, currency="EUR")
    chosen = [select(item, reason="ordered_by_mistake") for item in items_of(other)]
    [request] = cancel(other, make_customer(other), *chosen)
    AutoApprovalPolicy.objects.all().delete()
    due_at = timezone.now() + timedelta(hours=9, minutes=4)
    Case.objects.filter(pk=request.case_id).update(due_at=due_at)
    return request.case


@pytest.fixture
def shown(live_server, kiln):
    """This page, at an address, as the owner or the seller sees it."""
    people = {"owner": make_owner(), "seller": make_member(kiln)}

    def show(page, who: str, address: str) -> None:
        cookie = signed_in(Client(), people[who]).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(address)

    return show


@pytest.fixture
def opened(open_page, shown):
    """A page as the owner or the seller sees it."""

    def open_(who: str, address: str, **options):
        page = open_page(**options)
        shown(page, who, address)
        return page

    return open_


def keep(page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def statuses(order) -> list[str]:
    return [item.status for item in items_of(order)]


def test_owner_selects_applies_and_says_yes(opened, order):
    page = opened("owner", f"/owner/orders/{order.number}/")
    assert page.get_by_role("button", name="Apply").is_hidden()

    page.get_by_role("checkbox", name="Select Stoneware mug").check()
    page.get_by_role("checkbox", name="Select Serving bowl").check()
    bar = page.get_by_role("region", name="Cancel/Return Selected Items")
    assert "2 selected" in bar.inner_text()
    page.get_by_label("Transaction").select_option("Cancel")
    page.get_by_role("button", name="Apply").click()

    dialog = page.get_by_role("dialog", name="Order Cancel")
    dialog.get_by_role("button", name="Yes, cancel 3 items").wait_for()
    assert "84.20" in dialog.inner_text()
    dialog.get_by_label("Reason").select_option(label="The customer asked for it (fault: customer)")
    keep(page, "owner-cancel-dialog")
    dialog.get_by_role("button", name="Fewer: Quantity: Stoneware mug, speckled").click()
    dialog.get_by_role("button", name="Yes, cancel 2 items").wait_for()
    assert "65.10" in dialog.inner_text()
    dialog.get_by_role("button", name="Yes, cancel 2 items").click()

    page.get_by_text("began as Waiting").wait_for()
    assert page.get_by_text("Waiting", exact=True).first.is_visible()
    keep(page, "owner-cancelled")
    deliver_all()
    assert sorted(statuses(order)) == ["cancelled"] * 2 + ["waiting_packaging"] * 2


def test_the_dialog_keeps_what_was_typed_when_refused(opened, order):
    page = opened("owner", f"/owner/orders/{order.number}/")
    page.get_by_role("checkbox", name="Select all items").check()
    page.get_by_role("button", name="Apply").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("Called at 11:30.")

    dialog.get_by_role("button", name="Yes, cancel 4 items").click()

    dialog.get_by_text("Choose a reason.", exact=True).wait_for()
    assert dialog.get_by_label("Note").input_value() == "Called at 11:30."
    assert not Case.objects.exists()


def test_owner_rejects_under_the_item_by_keyboard_alone(opened, order):
    page = opened("owner", f"/owner/orders/{order.number}/")
    page.get_by_role("link", name="Reject Serving bowl").focus()
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="Order Reject")
    dialog.wait_for()
    assert "Rejection actions might affect Seller's Performance Ratings" in dialog.inner_text()
    page.locator(":focus[name=reason]").wait_for()
    page.keyboard.type("Out of stock")
    dialog.get_by_text("counts in their performance ratings").wait_for()
    keep(page, "owner-reject-dialog")
    for _field in range(2):  # the note, and past "Keep items"
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent")
    assert "Yes, reject 1 item" in focused
    page.keyboard.press("Enter")

    page.get_by_text("1 item cancelled. Refund plan").wait_for()
    assert statuses(order) == ["waiting_packaging", "cancelled", "waiting_packaging"]


def test_without_scripts_the_same_way_leads_over_a_page(opened, order):
    page = opened("owner", f"/owner/orders/{order.number}/", java_script_enabled=False)
    page.get_by_role("checkbox", name="Select Serving bowl").check()
    page.get_by_role("button", name="Apply").click()

    assert page.get_by_role("heading", name="Order Cancel").is_visible()
    page.get_by_label("Reason").select_option("customer_asked")
    page.get_by_role("button", name="Yes, cancel 1 item").click()

    assert page.get_by_text("began as Waiting").is_visible()


def test_a_seller_cancels_from_more_actions(opened, order):
    page = opened("seller", f"/seller/orders/{order.number}/")
    page.get_by_role("checkbox", name="Select all items").check()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog", name="Order Cancel")
    dialog.get_by_label("Reason").select_option("out_of_stock")
    dialog.get_by_text("it counts in your performance ratings").wait_for()
    keep(page, "seller-cancel-dialog")
    dialog.get_by_role("button", name="Yes, cancel 3 items").click()

    page.get_by_text("3 items cancelled.").wait_for()
    assert statuses(order) == ["cancelled", "cancelled", "waiting_packaging"]


def test_a_seller_cancels_orders_from_the_list(opened, order, held):
    page = opened("seller", "/seller/orders/")
    page.get_by_role("checkbox", name="Select FH-204815").check()
    page.get_by_role("checkbox", name="Select FH-204816").check()
    keep(page, "seller-list-selected")
    page.get_by_role("button", name="Cancel orders").click()
    page.get_by_text("Nothing of it can be cancelled any more.").wait_for()
    page.get_by_label("Reason").select_option("out_of_stock")
    page.get_by_text("it counts in your performance ratings").wait_for()
    keep(page, "seller-orders-cancel")
    page.get_by_role("button", name="Yes, cancel 1 order").click()

    page.get_by_text("1 of 1 rows").wait_for()
    assert statuses(order) == ["cancelled", "cancelled", "waiting_packaging"]


def test_a_seller_answers_item_by_item(opened, held):
    page = opened("seller", f"/seller/orders/{held.order.number}/?tab=requests")
    keep(page, "seller-answer-tab")
    page.get_by_role("checkbox", name="Tea bowl").uncheck()
    page.get_by_role("button", name="Approve cancellation").click()
    page.get_by_text(f"1 item of {held.number} approved.").wait_for()

    page.goto(f"/seller/requests/{held.number}/")
    page.get_by_role("button", name="Reject cancellation").click()
    page.get_by_text("Say why; the customer reads it.").first.wait_for()
    keep(page, "seller-answer-refused")
    page.get_by_label("Note").fill("They are on the van already.")
    page.get_by_role("button", name="Reject cancellation").click()

    page.get_by_text(f"1 item of {held.number} rejected.").wait_for()
    held.refresh_from_db()
    assert held.status == "approved"
    assert statuses(held.order) == ["cancelled", "waiting_packaging"]
    keep(page, "seller-answered")


def test_pages_are_accessible_and_nothing_is_cut_off(page, shown, order, held):
    pages = {
        "requests": ("owner", "/owner/requests/"),
        "requests-seller": ("seller", "/seller/requests/"),
        "requests-none": ("owner", "/owner/requests/?search=nobody"),
        "request": ("owner", f"/owner/requests/{held.number}/"),
        "answer-tab": ("seller", f"/seller/orders/{held.order.number}/?tab=requests"),
        "order": ("owner", f"/owner/orders/{order.number}/"),
        "order-seller": ("seller", f"/seller/orders/{order.number}/"),
        "orders-seller": ("seller", "/seller/orders/"),
        "orders-cancel": ("seller", f"/seller/order-cancellations/?order={order.number}"),
        "reasons": ("owner", "/owner/settings/reasons/"),
        "reason": ("owner", "/owner/settings/reasons/new/"),
        "policy": ("owner", "/owner/settings/cancellations/"),
    }
    wrong = []
    for name, (who, address) in pages.items():
        shown(page, who, address)
        if name.startswith("order") and name != "orders-cancel":
            page.locator("[data-select]").first.check()
        if name == "policy":
            page.get_by_role("button", name="Try on past requests").click()
            page.get_by_text("Would have approved").wait_for()
        for theme, width in turned(page, LOOKS):
            wrong += faults(page, name)
            keep(page, f"{name}-{width}-{theme}")
        if name == "order":
            page.get_by_role("button", name="Apply").click()
            page.get_by_role("dialog").wait_for()
            for theme, width in turned(page, LOOKS):
                wrong += faults(page, "dialog")
                keep(page, f"dialog-{width}-{theme}")

    assert not wrong, "\n".join(wrong)
