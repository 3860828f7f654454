"""In Chromium: accessible in every theme and width, usable by keyboard, nothing against the policy.

`open_page` fails a test by itself when a script error or a breach of the policy is reported.
"""

import pytest
from playwright.sync_api import expect

from tests.accessibility import violations
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = ["/design/", "/design/?frame=storefront", "/accounts/login/", "/accounts/login/code/"]
SEND_TOAST = "detail => document.dispatchEvent(new CustomEvent('toast', { detail }))"


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO_MODE = True


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_accessible(open_page, address, width, theme):
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    assert violations(page) == []


def test_pages_fit_320_pixels(open_page):
    page = open_page(viewport={"width": 320, "height": 900})
    for address in ADDRESSES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_comes_over_the_page_is_accessible(open_page, theme):
    page = open_page(viewport={"width": 375, "height": 900}, color_scheme=theme)
    page.goto("/design/")
    for opener, layer in [
        ("Actions", page.locator("#g-menu")),
        ("Action needed", page.locator("#g-popover")),
        ("Filters …", page.get_by_role("dialog", name="Filters")),
        ("Cancel items …", page.get_by_role("dialog", name="Cancel 2 items of FH-204815?")),
    ]:
        page.get_by_role("button", name=opener, exact=True).click()
        expect(layer).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(layer).to_be_hidden()


def test_a_dialog_is_worked_by_keyboard_and_starts_on_its_first_field(page):
    page.goto("/design/")
    opener = page.get_by_role("button", name="Cancel items …")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel 2 items of FH-204815?")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    dialog.get_by_role("button", name="Keep items").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_drawer_holds_the_menu_on_a_phone(open_page):
    page = open_page(viewport={"width": 375, "height": 800})
    page.goto("/design/")
    expect(page.get_by_role("complementary", name="Sidebar")).to_be_hidden()
    page.get_by_role("button", name="Open menu").click()
    drawer = page.get_by_role("dialog", name="Menu", exact=True)
    expect(drawer.get_by_role("navigation", name="Main")).to_be_attached()
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()


def test_the_theme_changes_at_once_and_stays(page):
    page.goto("/design/")
    light = page.evaluate("getComputedStyle(document.body).color")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).color") != light
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).color") != light


def test_the_theme_switch_works_without_scripts(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/design/")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_quantities_stop_at_their_limits(page):
    page.goto("/design/")
    quantity = page.get_by_label("Quantity: Stoneware mug").first
    more = page.get_by_role("button", name="More: Quantity: Stoneware mug").first
    expect(quantity).to_have_value("2")
    more.click()
    expect(quantity).to_have_value("3")
    expect(more).to_be_disabled()
    page.get_by_role("button", name="Fewer: Quantity: Stoneware mug").first.click()
    expect(quantity).to_have_value("2")


def test_ticking_rows_shows_the_bulk_bar(page):
    page.goto("/design/")
    bar = page.get_by_role("region", name="Selected orders")
    expect(bar).to_be_hidden()
    page.get_by_label("Select FH-204871").check()
    expect(bar).to_contain_text("1 selected")
    everything = page.get_by_label("Select all on this page")
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()


def test_a_countdown_goes_on_by_itself(page):
    page.clock.install()
    page.goto("/design/")
    near = page.locator("#countdowns time").nth(2)
    expect(near).to_have_text("3 h 20 min")
    page.clock.run_for(10 * 60_000)
    expect(near).to_contain_text("3 h 1")
    page.clock.run_for(4 * 3600_000)
    expect(near).to_contain_text("overdue")


def test_a_toast_that_only_tells_leaves_and_a_failure_stays(page):
    page.clock.install()
    page.goto("/design/")
    send = (
        "([text, tone]) => document.dispatchEvent(new CustomEvent('toast', {detail: {text, tone}}))"
    )
    page.evaluate(send, ["5 packages shipped.", "success"])
    page.evaluate(send, ["<b>The card was closed.</b>", "danger"])
    toasts = page.get_by_role("status").locator(".toast")
    expect(toasts).to_have_count(2)
    expect(toasts.last).to_contain_text("<b>The card was closed.</b>")
    page.clock.run_for(10_000)
    expect(toasts).to_have_count(1)
    toasts.get_by_role("button", name="Dismiss").click()
    expect(toasts).to_have_count(0)


def test_signing_in_by_keyboard_alone(page):
    user = make_user("marta@example.com")
    user.set_password("correct-horse-battery")
    user.save()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("marta@example.com")
    page.keyboard.press("Tab")  # "Forgot it?" stands between
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("marta@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Show password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
