"""Search, filters, views and acts on many in Chromium: by keyboard, with scripts, and by axe."""

import pytest

from core.lists.models import SavedView
from core.lists.saving import save_view
from orders.models import SellerOrder
from tests.accessibility import violations
from tests.factories import make_order
from tests.orders_pages.test_browser import no_broker, opened, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["no_broker", "opened", "people"]


def test_a_list_is_found_kept_as_a_view_and_packed_as_a_whole(opened, people):
    for number in range(3):
        make_order(number=f"PK-{number}", channel="app")
    page = opened("owner", "/owner/orders/")
    box = page.get_by_role("searchbox", name="Order, customer, e-mail, phone")
    box.fill("channel:app PK-")
    box.press("Enter")
    page.get_by_text("3 matching", exact=True).wait_for()

    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Save as a new view").click()
    page.get_by_label("Name").fill("App orders")
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("button", name="View App orders").wait_for()
    assert SavedView.objects.get().query == "search=channel%3Aapp+PK-"

    page.get_by_label("Select PK-1").check()
    page.get_by_label("Select all 3 matching").check()
    page.get_by_role("button", name="Start packaging").click()
    page.get_by_role("dialog").get_by_role("button", name="Pack 3 orders").click()
    page.get_by_text("3 orders packed.").wait_for()
    packed = SellerOrder.objects.filter(order__number__startswith="PK-")
    assert set(packed.values_list("status", flat=True)) == {"preparing"}


def test_a_row_is_acted_on_by_keyboard(opened):
    page = opened("owner", "/owner/orders/?search=FH-204816")
    more = page.get_by_role("button", name="Actions for FH-204816")
    more.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Open order").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Pack 1 order").wait_for()
    assert page.url.endswith("?action=pack&numbers=FH-204816")


def test_action_needed_is_put_away_with_escape(opened):
    page = opened("owner", "/owner/orders/")
    tab = page.get_by_role("link", name="Action needed 1")
    tab.wait_for()
    explained = page.get_by_text("Do not hand over. Nothing to answer.")

    tab.hover()
    explained.wait_for(state="visible")
    explained.hover()  # it can be reached with the pointer
    assert explained.is_visible()
    page.keyboard.press("Escape")
    explained.wait_for(state="hidden")
    page.mouse.move(5, 800)
    tab.hover()
    explained.wait_for(state="visible")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 375)])
def test_what_stands_around_the_table_keeps_wcag(opened, people, scheme, width):
    view = save_view(actor=people["owner"], list="order_list", name="Autumn", query="placed=7_days")
    page = opened(
        "owner",
        f"/owner/orders/?view={view.pk}&search=status:waiting_packaging+colour:red&channel=web",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    page.get_by_text("is not known here").wait_for()
    assert violations(page) == []
    page.get_by_label("Select FH-204815").check()
    for name in ("Filters", "How to search", "View Autumn"):
        page.get_by_role("button", name=name).click()
        assert violations(page) == [], name
        page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
