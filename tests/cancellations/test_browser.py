"""The form and the request's page in Chromium: what htmx and the scripts do, under the CSP."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from cancellations.operations import Selection, request_cancellation
from orders.models import Case
from packages.operations import ship_package, start_packaging
from tests.accessibility import violations
from tests.cancellations.acts import deliver_all, hold, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_seller
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder; none are kept without it


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


@pytest.fixture
def order():
    kiln = make_seller("kiln", name="Kiln & Clay Studio")
    luma = make_seller("luma", name="Luma Workshop")
    order = make_order(
        number="FH-204815",
        lines=[
            line(kiln, 2, 1850, 370, 500, name="Stoneware mug, speckled"),
            line(kiln, 1, 4600, 0, 0, name="Serving bowl “Dune”, 28 cm"),
            line(luma, 1, 11610, 0, 490, name="Arc desk lamp, brass"),
        ],
        payments=[("credit_card", 1200), ("voucher", 19330)],
    )
    lamp = [item for item in items_of(order) if item.number == "3.1"]
    carrier = make_member(luma)
    ship_package(package=start_packaging(order=order, items=lamp, actor=carrier), actor=carrier)
    return order


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def opened(open_page, live_server, customer):
    """A page of this customer's browser."""

    def open_(address: str, **options):
        page = open_page(**options)
        cookie = signed_in(Client(), customer).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(address)
        return page

    return open_


def keep(page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def test_the_estimate_follows_what_is_chosen_and_two_clicks_make_one_case(opened, order):
    page = opened(f"/my/orders/{order.number}/cancellation/")
    assert page.get_by_text("Choose an item to see what you get back.").is_visible()
    assert page.get_by_label("Reason").first.is_hidden()

    page.get_by_role("checkbox", name="Stoneware mug, speckled").check()
    page.get_by_role("button", name="Cancel 2 items").wait_for()
    assert page.get_by_text("38.30").first.is_visible()
    page.get_by_role("button", name="Fewer: Quantity: Stoneware mug, speckled").click()
    page.get_by_role("button", name="Cancel 1 item").wait_for()
    assert page.get_by_text("19.15").first.is_visible()
    assert page.get_by_text("12.00 EUR").is_visible()
    keep(page, "form")

    page.get_by_label("Reason").first.select_option("ordered_too_many")
    page.get_by_role("button", name="Cancel 1 item").click()
    page.get_by_text("Please read and accept the cancellation policy.").wait_for()
    assert page.get_by_role("checkbox", name="Stoneware mug, speckled").is_checked()
    keep(page, "form-refused")

    page.get_by_role("checkbox", name="I have read and accept").check()
    page.get_by_role("button", name="Cancel 1 item").dblclick()
    page.wait_for_url("**/my/requests/*/")
    assert Case.objects.count() == 1
    keep(page, "request-waiting")


def test_the_request_follows_the_workers_by_itself(opened, order, customer):
    [item] = [item for item in items_of(order) if item.number == "1.1"]
    chosen = [Selection(item.pk, 1, "ordered_too_many", "One is enough.")]
    [request] = request_cancellation(order=order, selections=chosen, actor=customer)
    page = opened(f"/my/requests/{request.case.number}/")
    assert page.get_by_text("Under evaluation", exact=True).is_visible()

    deliver_all()

    page.get_by_text("Approved, your refund is on its way").wait_for()
    keep(page, "request-approved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
def test_form_and_request_are_accessible_and_nothing_is_cut_off(
    opened, order, customer, scheme, width
):
    look = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    bowl = next(item for item in items_of(order) if item.number == "2.1")
    chosen = [Selection(bowl.pk, 1, "changed_mind")]
    [request] = request_cancellation(order=order, selections=chosen, actor=customer)

    form = opened(f"/my/orders/{order.number}/cancellation/", **look)
    form.get_by_role("checkbox", name="Stoneware mug, speckled").check()
    form.get_by_role("button", name="Cancel 2 items").wait_for()
    keep(form, f"form-{width}-{scheme}")
    followed = opened(f"/my/requests/{request.case.number}/", **look)
    keep(followed, f"request-{width}-{scheme}")

    for page in (form, followed):
        _is_accessible(page, width)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_a_request_is_taken_back_by_keyboard(opened, order, customer, width, scheme):
    bowl = next(item for item in items_of(order) if item.number == "2.1")
    held = hold(order, customer, select(bowl))
    look = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = opened(f"/my/requests/{held.case.number}/", **look)
    button = page.get_by_role("button", name="Take the request back")
    assert page.get_by_text("Kiln & Clay Studio answers your request").is_visible()
    keep(page, f"held-{width}-{scheme}")
    _is_accessible(page, width)

    button.focus()
    page.keyboard.press("Enter")

    page.get_by_text("Nothing is cancelled.").wait_for()
    assert button.count() == 0
    keep(page, f"withdrawn-{width}-{scheme}")
    _is_accessible(page, width)
    assert Case.objects.get().status == "withdrawn"


def _is_accessible(page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
