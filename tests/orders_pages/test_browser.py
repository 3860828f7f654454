"""The order pages in Chromium: late counts, the popover, filters, WCAG, small screens."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from packages.operations import ship_package, start_packaging
from tests.accessibility import faults, turned, wait_until_at_rest
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.orders_pages.test_details import cancelled_one
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", 1440), ("dark", 375), ("light", 320)]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    cache.clear()


@pytest.fixture
def people():
    """An order of two sellers: one unit cancelled, the lamp shipped; and who looks at it."""
    kiln, luma = make_seller("kiln", name="Kiln & Clay Studio"), make_seller("luma", name="Luma")
    order = make_order(
        number="FH-204815",
        lines=[
            line(kiln, 2, 1850, 370, 500, name="Stoneware mug, speckled"),
            line(luma, 1, 11610, 0, 490, name="Arc desk lamp, brass"),
        ],
        payments=[("credit_card", 12000), ("voucher", 3930)],
    )
    customer = make_customer(order)
    cancelled_one(order, customer)
    carrier = make_member(luma)
    lamp = [item for item in items_of(order) if item.line.position == 2]
    ship_package(package=start_packaging(order=order, items=lamp, actor=carrier), actor=carrier)
    make_order(number="FH-204816", channel="app")
    return {"owner": make_owner(), "seller": make_member(kiln), "customer": customer}


@pytest.fixture
def opened(open_page, live_server, people):
    """A page as somebody of `people` sees it."""

    def open_(who: str, address: str, **options):
        page = open_page(**options)
        cookie = signed_in(Client(), people[who]).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(address)
        return page

    return open_


def test_action_needed_explains_itself_on_hover_and_on_focus(opened):
    page = opened("owner", "/owner/orders/")
    tab = page.get_by_role("link", name="Action needed 1")
    tab.wait_for()  # the counts come in a second request
    explained = page.get_by_text("Do not hand over. Nothing to answer.")
    assert explained.is_hidden()

    tab.hover()
    explained.wait_for(state="visible")
    page.mouse.move(5, 800)
    explained.wait_for(state="hidden")
    page.get_by_role("link", name="All 2").focus()
    page.keyboard.press("Tab")
    explained.wait_for(state="visible")
    page.keyboard.press("Tab")  # into what it offers
    page.keyboard.press("Enter")

    page.wait_for_url("**/owner/orders/?tab=action_needed&request=do_not_hand_over")
    assert page.get_by_role("row").count() == 2  # the head and FH-204815


def test_filters_are_chosen_shown_and_taken_off(opened):
    page = opened("owner", "/owner/orders/?tab=waiting_packaging")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Sales channel").fill("app")
    page.get_by_role("button", name="Show orders").click()

    page.wait_for_url("**channel=app**")
    assert "tab=waiting_packaging" in page.url
    assert page.get_by_role("link", name="FH-204816").is_visible()
    assert page.get_by_role("link", name="FH-204815").count() == 0
    page.get_by_role("link", name="Remove filter Sales channel").click()
    page.get_by_role("link", name="FH-204815").wait_for()


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("owner", "/owner/"),
        ("owner", "/owner/orders/"),
        ("owner", "/owner/orders/?search=nobody&channel=app"),
        ("owner", "/owner/orders/FH-204815/"),
        ("owner", "/owner/orders/FH-204815/?tab=requests"),
        ("seller", "/seller/orders/FH-204815/"),
        ("customer", "/my/orders/"),
        ("customer", "/my/orders/FH-204815/"),
    ],
)
def test_pages_keep_to_wcag_and_never_scroll_sideways(opened, who, address):
    page = opened(who, address)
    wait_until_at_rest(page)
    for _theme, _width in turned(page, LOOKS):
        assert faults(page, address) == []
        assert page.get_by_role("heading", level=1).count() == 1
