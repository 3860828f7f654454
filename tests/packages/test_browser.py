"""The Packages pages in Chromium: a day's orders by keyboard alone, without scripts, WCAG."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.actors import SYSTEM
from packages.models import Package
from packages.operations import start_packaging
from sellers.models import DeliveryOption, ShippingCompany
from tests.accessibility import faults, turned, wait_until_at_rest
from tests.factories import items_of, line, make_member, make_order, make_owner, make_seller
from tests.orders_pages.test_lists import waiting_case
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", 1440), ("dark", 375)]
NAME_OF_FOCUS = """() => {
    const it = document.activeElement;
    return (it.getAttribute("aria-label") || it.labels?.[0]?.textContent || it.textContent || "")
        .trim().replace(/\\s+/g, " ");
}"""


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)
    cache.clear()


@pytest.fixture
def kiln():
    company = ShippingCompany.objects.create(code="norrpost", name="Norrpost")
    DeliveryOption.objects.create(
        company=company,
        code="standard",
        name="Standard",
        is_default=True,
        tracking_pattern=r"NP\d{4}",
        tracking_url="https://norrpost.example/{number}",
    )
    return make_seller("kiln", name="Kiln & Clay Studio")


@pytest.fixture
def opened(open_page, live_server, kiln):
    """A page as the owner or the seller sees it."""
    people = {"owner": make_owner(), "seller": make_member(kiln)}

    def open_(who: str, address: str, **options):
        page = open_page(**options)
        cookie = signed_in(Client(), people[who]).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(address)
        return page

    return open_


def reach(page, name: str) -> None:
    """Tab until the thing of this name has the focus, as somebody without a mouse would."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_OF_FOCUS).startswith(name):
            return
    raise AssertionError(f"The keyboard does not reach {name!r}.")


def press(page, name: str, key: str = "Enter") -> None:
    reach(page, name)
    page.keyboard.press(key)


def test_pack_split_and_ship_by_keyboard_alone(opened, kiln):
    order = make_order(number="FH-1", lines=[line(kiln, 3, name="Stoneware mug")])
    page = opened("seller", "/seller/packages/to-pack/")

    press(page, "Select FH-1", "Space")
    press(page, "Start packaging")
    page.get_by_role("dialog", name="Pack 1 order").wait_for()
    press(page, "Pack 1 order")
    page.get_by_text("1 order packed.").wait_for()

    package = Package.objects.get()
    page.goto(f"/seller/packages/{package.number}/")
    press(page, "More actions")
    press(page, "Create new package")
    page.get_by_role("dialog", name="Create a new package").wait_for()
    page.wait_for_function("document.activeElement.inputMode === 'numeric'")
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    press(page, "Create new package")
    page.get_by_role("status").filter(has_text="created.").wait_for()
    assert [item.quantity for item in items_of(order)] == [1, 2]

    page.goto("/seller/packages/preparing/")
    press(page, "Select all on this page", "Space")
    press(page, "Ship selected")
    dialog = page.get_by_role("dialog", name="Ship 2 packages")
    dialog.wait_for()
    numbers = list(Package.objects.order_by("pk").values_list("number", flat=True))
    for place, number in enumerate(numbers):
        dialog.get_by_label(f"Tracking number of {number}").focus()
        page.keyboard.type("NP1" if place else "NP0000")
    press(page, "Ship 2 packages")
    dialog.get_by_text("tracking numbers look different").first.wait_for()
    dialog.get_by_label(f"Tracking number of {numbers[1]}").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("NP0001")
    press(page, "Ship 2 packages")

    page.get_by_text("2 packages shipped.").wait_for()
    shipped = Package.objects.order_by("pk").values_list("status", "tracking_number")
    assert list(shipped) == [("shipped", "NP0000"), ("shipped", "NP0001")]


def test_without_scripts_forms_lead_over_pages(opened, kiln):
    order = make_order(number="FH-1", lines=[line(kiln, 3, name="Stoneware mug")])
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    page = opened("seller", "/seller/packages/preparing/", java_script_enabled=False)

    page.get_by_role("checkbox", name=f"Select {package.number}").check()
    page.get_by_role("button", name="Ship selected").click()
    assert page.get_by_role("heading", name="Ship 1 package").is_visible()
    page.get_by_label(f"Tracking number of {package.number}").fill("NP0001")
    page.get_by_role("button", name="Ship 1 package").click()

    assert page.get_by_text("1 package shipped.").is_visible()
    assert Package.objects.get().status == "shipped"


def test_lists_dialogs_and_a_package_meet_wcag(opened, kiln):
    packages = []
    for _number in range(3):
        order = make_order(lines=[line(kiln, 2, name="Stoneware mug"), line(kiln, name="Bowl")])
        packages.append(start_packaging(order=order, items=items_of(order), actor=SYSTEM))
    late = timezone.now() - timedelta(hours=2)
    Package.objects.filter(pk=packages[0].pk).update(ship_by=late)
    waiting_case(packages[1].order)
    make_order(sellers=[kiln])
    wrong = []

    def look(page, what: str) -> None:
        wait_until_at_rest(page)
        for _theme, _width in turned(page, LOOKS):
            wrong.extend(faults(page, what))

    page = opened("seller", "/seller/packages/preparing/")
    look(page, "the list")
    for box in page.get_by_role("checkbox", name="Select P-").all():
        box.check()
    look(page, "the selection")
    page.get_by_role("button", name="Ship selected").click()
    page.get_by_role("dialog").wait_for()
    look(page, "the bulk dialog")
    base = f"/seller/packages/{packages[1].number}"
    for path in ("/", "/ship/", "/split/", "/invoice/", "/delivery/"):
        page.goto(base + path)
        look(page, path)
    for path in ("to-pack/", "shipped/", "tracking/"):
        page.goto(f"/seller/packages/{path}")
        look(page, path)

    assert not wrong, "\n".join(wrong)
