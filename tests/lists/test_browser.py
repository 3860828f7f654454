"""The Orders list in Chromium: columns by keyboard, rows that are fresh and disturb nobody."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.actors import SYSTEM
from core.lists.looks import columns_of, keep_look
from packages.operations import start_packaging
from tests.accessibility import violations
from tests.factories import line, make_customer, make_order, make_owner, make_seller
from tests.orders_pages.test_details import cancelled_one
from tests.orders_pages.test_lists import waiting_case
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")  # a folder to look at the pages in
ASK = "() => document.getElementById('orders').dispatchEvent(new CustomEvent('poll'))"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    cache.clear()


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def orders():
    kiln, luma = make_seller("kiln", name="Kiln & Clay Studio"), make_seller("luma", name="Luma")
    made = []
    for number in range(24):
        order = make_order(
            number=f"FH-2048{number:02d}",
            lines=[line(kiln, 2, 1850 + number), line(luma, 1, 11610 * (number + 1))],
            placed_at=timezone.now() - timedelta(hours=7 * number),
        )
        if number % 4 == 0:
            waiting_case(order)
        elif number % 4 == 1:
            cancelled_one(order, make_customer(order))
        elif number % 4 == 2:
            pack(order)
        made.append(order)
    return made


@pytest.fixture
def opened(open_page, live_server, owner, orders):
    """A page of the owner's."""

    def open_(address: str = "/owner/orders/", **options):
        page = open_page(**options)
        cookie = signed_in(Client(), owner).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.set_default_timeout(8000)
        page.goto(address)
        return page

    return open_


def pack(order) -> None:
    """Both sellers begin with it."""
    for part in order.seller_orders.order_by("pk"):
        start_packaging(order=order, items=list(part.items.order_by("pk")), actor=SYSTEM)


def shoot(page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def test_columns_are_chosen_by_keyboard_and_stay(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    page.get_by_role("link", name="Columns").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Columns and rows")
    dialog.wait_for()
    assert violations(page) == []
    shoot(page, "columns")

    channel = dialog.get_by_role("checkbox", name="Sales channel")
    while not channel.evaluate("box => box === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    dialog.get_by_role("radio", name="Dense").check()
    dialog.get_by_role("button", name="Show these columns").click()

    page.get_by_role("columnheader", name="Sales channel").wait_for()
    page.reload()
    assert page.get_by_role("columnheader", name="Sales channel").is_visible()
    assert page.locator("table.compact").count() == 1
    shoot(page, "dense")


def test_rows_are_fresh_and_nobody_is_disturbed(opened, orders):
    page = opened(viewport={"width": 1440, "height": 900})
    answers = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page.evaluate("document.getElementById('orders').dataset.mark = 'first'")

    def ask() -> int:
        answers.clear()
        with page.expect_response(lambda answer: answer.url.endswith("/owner/orders/")) as got:
            page.evaluate(ASK)
        page.wait_for_timeout(300)
        return got.value.status

    assert ask() == 304
    assert page.locator("#orders[data-mark=first]").count() == 1  # the very same rows

    pack(orders[3])
    assert ask() == 200
    assert page.locator("#orders[data-mark=first]").count() == 0
    row = page.get_by_role("row", name="FH-204803")
    assert row.get_by_text("Preparing").is_visible()
    assert page.locator("[data-announcer]").inner_text() == "The list has changed."

    # While somebody has ticked, or is in a row, an answer that comes late is not swapped in.
    row.get_by_role("checkbox").check()
    pack(orders[7])
    assert ask() == 200
    assert row.get_by_role("checkbox").is_checked()
    assert row.get_by_role("checkbox").evaluate("box => box === document.activeElement")


def test_counts_follow_the_rows_and_wait_for_who_is_at_work(opened, orders):
    page = opened(viewport={"width": 1440, "height": 900})
    tab = page.locator("#order-tabs[data-recount]").get_by_role("link", name="Preparing")
    tab.wait_for()
    before = tab.inner_text()
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/order-tabs/" in one.url else None)

    page.evaluate(ASK)  # nothing is new
    page.wait_for_timeout(1500)
    assert (asked, tab.inner_text()) == ([], before)

    pack(orders[3])
    page.locator("#main [data-search]").focus()
    page.evaluate(ASK)
    page.get_by_role("row", name="FH-204803").get_by_text("Preparing").wait_for()
    page.wait_for_timeout(1500)
    assert asked == []

    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(2500)
    assert len(asked) == 1
    assert tab.inner_text() != before


def test_the_head_stays_in_sight_and_a_badge_says_why(opened):
    page = opened(viewport={"width": 1440, "height": 600})
    page.evaluate("window.scrollTo(0, 500)")
    page.wait_for_timeout(200)
    head = page.get_by_role("columnheader", name="Customer")
    bar = page.locator(".topbar").bounding_box()
    assert head.bounding_box()["y"] == pytest.approx(bar["y"] + bar["height"], abs=2)

    badge = page.locator(".why > button").first
    badge.focus()
    words = page.locator(".why-words").first
    assert words.is_visible()
    shoot(page, "why")
    page.keyboard.press("Escape")
    assert not words.is_visible()


@pytest.mark.parametrize(
    ("theme", "width", "dense"),
    [("light", 1440, False), ("dark", 1440, True), ("light", 375, False)],
)
def test_every_look_meets_the_rules(opened, owner, theme, width, dense):
    names = [column.name for column in columns_of(owner, "order_list")]
    if dense:
        keep_look(actor=owner, list="order_list", columns=names, density="dense")
    page = opened(color_scheme=theme, viewport={"width": width, "height": 900})

    shoot(page, f"orders-{theme}-{width}")
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
