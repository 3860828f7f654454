"""The palette and the keys in Chromium: everything by keyboard, heard, and never in the way."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

from tests.accessibility import faults
from tests.factories import line, make_customer, make_member, make_order, make_owner, make_seller
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", 1440), ("dark", 1440), ("light", 375)]
ANSWER = re.compile(r"/palette/\?q=")


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    cache.clear()


@pytest.fixture
def people():
    kiln = make_seller("kiln", name="Kiln & Clay Studio")
    orders = [make_order(number=f"FH-20481{n}", lines=[line(kiln, 2)]) for n in range(3)]
    return {
        "owner": make_owner(),
        "seller": make_member(kiln),
        "customer": make_customer(orders[0]),
    }


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


def parts(page):
    dialog = page.get_by_role("dialog", name="Search and go to")
    return dialog, dialog.get_by_role("combobox"), dialog.get_by_role("option")


def heard(page, words) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_have_count(1)


def test_a_thing_is_opened_by_keyboard_and_offered_again(opened):
    page = opened("seller", "/seller/packages/")
    dialog, field, lines = parts(page)
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(lines.first).to_have_attribute("aria-selected", "true")
    expect(dialog.get_by_role("group", name="Go to")).to_contain_text("Overview")

    page.keyboard.type("FH-20481")
    expect(lines.first).to_contain_text("FH-20481")
    page.keyboard.press("ArrowDown")
    second = lines.nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", second.get_attribute("id"))
    expect(field).to_be_focused()
    heard(page, "3 found.")
    number = second.locator(".palette-label").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/seller/orders/{number}/")

    page.keyboard.press("Control+k")
    expect(dialog.get_by_role("group", name="Opened lately").get_by_role("option")).to_have_text(
        re.compile(number)
    )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_what_the_page_itself_offers_stands_first(opened):
    page = opened("owner", "/owner/orders/?tab=delivered")
    _dialog, field, lines = parts(page)
    page.keyboard.press("Control+k")
    field.fill("save this")
    expect(lines.first).to_have_text("Save this view")
    page.keyboard.press("Enter")
    page.wait_for_url("**/views/**")


def test_enter_waits_for_the_answer_to_what_was_typed(opened):
    page = opened("owner", "/owner/orders/")
    page.keyboard.press("Control+k")
    page.keyboard.type("FH-204812")
    page.keyboard.press("Enter")
    page.wait_for_url("**/owner/orders/FH-204812/")


def test_enter_never_opens_the_answer_to_other_words(opened):
    page = opened("owner", "/owner/orders/")
    dialog, _, _ = parts(page)
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    held = []
    page.route(ANSWER, lambda route: held.append(route))  # noqa: PLW0108 - nobody answers yet
    page.keyboard.press("Control+k")
    expect(dialog).to_be_visible()
    page.keyboard.type("FH-204812")
    page.keyboard.press("Enter")
    for route in held:  # the answer to no words at all: its first line is the way home
        route.continue_()
    page.unroute(ANSWER)
    page.wait_for_timeout(500)  # time stands still in the page: the pause after typing is not over
    expect(page).to_have_url(re.compile("/owner/orders/$"))
    page.clock.run_for(500)
    page.wait_for_url("**/owner/orders/FH-204812/")


def test_only_the_last_question_is_answered_and_a_failure_is_said(opened):
    page = opened("owner", "/owner/orders/")
    dialog, field, lines = parts(page)
    held = []
    page.route(ANSWER, lambda route: held.append(route))  # noqa: PLW0108 - nobody answers yet
    page.get_by_role("link", name="Search", exact=True).click()
    expect(dialog.get_by_text("Searching …").first).to_be_visible()
    field.fill("nobody-goes-by-this")
    page.wait_for_timeout(600)
    for route in held:  # the first ones come too late to be shown
        route.continue_()
    page.unroute(ANSWER)
    expect(dialog.get_by_text("Nothing goes by these words.")).to_be_visible()
    expect(lines).to_have_count(1)  # the way to the list
    heard(page, "Nothing found.")

    page.route(ANSWER, lambda route: route.abort())
    field.fill("FH")
    expect(dialog.get_by_text("There was no answer.").first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "false")
    page.unroute(ANSWER)
    dialog.get_by_role("button", name="Try again").click()
    expect(lines.filter(has_text="FH-204810")).to_have_count(1)


def test_rows_are_walked_ticked_and_opened_without_a_mouse(opened):
    page = opened("seller", "/seller/orders/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.get_by_role("link", name="FH-204811")
    expect(second).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select FH-204811")).to_be_checked()
    heard(page, "Ticked.")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="FH-204812")).to_be_focused()
    page.keyboard.press("k")
    heard(page, "No row before.")
    page.keyboard.press("n")
    heard(page, "This is the last page.")
    page.keyboard.press("Enter")
    page.wait_for_url("**/seller/orders/FH-204812/")
    page.keyboard.press("g")
    heard(page, "Go to …")
    page.keyboard.press("p")
    page.wait_for_url("**/seller/packages/")


def test_keys_are_letters_while_typing_and_can_be_switched_off(opened):
    page = opened("owner", "/owner/orders/")
    page.keyboard.press("/")
    search = page.get_by_role("main").get_by_role("searchbox").first
    expect(search).to_be_focused()
    page.keyboard.type("gox?")
    expect(search).to_have_value("gox?")
    search.blur()

    page.keyboard.press("?")
    helped = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(helped).to_contain_text("Go to requests")
    page.keyboard.press("j")  # nothing under an open dialog
    helped.get_by_role("checkbox").uncheck()
    heard(page, "Keyboard shortcuts are off.")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("?")
    expect(helped).to_be_hidden()

    page.get_by_role("button", name="Account menu").first.click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    helped.get_by_role("checkbox").check()
    helped.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="FH-204812")).to_be_focused()


@pytest.mark.parametrize("who", ["owner", "customer"])
def test_palette_and_help_keep_to_wcag(opened, who):
    home = "/my/orders/" if who == "customer" else f"/{who}/orders/"
    for scheme, width in LOOKS:
        page = opened(who, home, color_scheme=scheme, viewport={"width": width, "height": 900})
        dialog, field, lines = parts(page)
        page.keyboard.press("Control+k")
        field.fill("FH-20481")
        expect(lines.filter(has_text="FH-204810")).to_have_count(1)
        for layer in (dialog, page.get_by_role("dialog", name="Keyboard shortcuts")):
            expect(layer).to_be_visible()
            assert faults(page, scheme) == []
            page.keyboard.press("Escape")
            page.keyboard.press("?")
        page.context.close()


def test_on_a_phone_the_menu_leads_to_the_palette(opened):
    page = opened("seller", "/seller/orders/", viewport={"width": 375, "height": 800})
    page.get_by_role("link", name="Search and go to").click()
    _dialog, field, lines = parts(page)
    field.fill("upload")
    expect(lines.first).to_contain_text("Upload tracking numbers")
    lines.first.click()
    page.wait_for_url("**/seller/packages/tracking/")
