"""The Packages lists of sellers and of the owner, through HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import SYSTEM
from packages.models import Package
from packages.operations import ship_package, start_packaging
from tests.factories import (
    items_of,
    line,
    make_member,
    make_order,
    make_owner,
)
from tests.orders_pages.test_lists import waiting_case
from tests.packages.console import cancelled_by_customer, numbers_in, packed, text
from tests.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]


def test_a_row_says_all_that_somebody_packs_and_ships_by(seller, kiln, norrpost):
    package = packed(kiln, quantity=3, number="FH-1")
    Package.objects.filter(pk=package.pk).update(
        ship_by=timezone.now() - timedelta(hours=2, minutes=5), tracking_number="NP0001"
    )

    page = text(seller.get("/seller/packages/preparing/"))

    for words in (
        *(package.number, "FH-1", "3 × Stoneware mug", "Marta Lindqvist", "Porto, PT"),
        *("Standard", "Norrpost", "https://norrpost.example/NP0001", "Give invoice"),
        *("Preparing", "2 h overdue"),
    ):
        assert words in page, words


def test_the_work_list_is_by_deadline_and_pages_both_ways(seller, kiln):
    now = timezone.now()
    packages = [packed(kiln) for _package in range(5)]
    for package, days in zip(packages, [3, None, 1, None, 2], strict=True):
        due = now + timedelta(days=days) if days else None
        Package.objects.filter(pk=package.pk).update(ship_by=due)
    one, two, three, four, five = (package.number for package in packages)

    from packages.views.lists import PackagesPreparing

    PackagesPreparing.page_size, size = 2, PackagesPreparing.page_size
    try:
        seen, address = [], "/seller/packages/preparing/"
        pages = []
        while address:
            answer = seller.get(address)
            pages.append(numbers_in(text(answer)))
            following = answer.context["next_url"]
            address = following and f"/seller/packages/preparing/{following}"
        back = []
        address = f"/seller/packages/preparing/{answer.context['previous_url']}"
        while True:
            answer = seller.get(address)
            back.append(numbers_in(text(answer)))
            if not answer.context["previous_url"]:
                break
            address = f"/seller/packages/preparing/{answer.context['previous_url']}"
    finally:
        PackagesPreparing.page_size = size

    seen = [number for page in pages for number in page]
    assert seen == [three, five, one, two, four]
    assert back == pages[-2::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=FH-1", ["one"]),
        ("search=np77", ["two"]),
        ("search=SKU-B", ["two"]),
        ("search=lindqvist", ["two", "one"]),
        ("search=nobody", []),
        ("due=overdue", ["one"]),
        ("due=later", ["two"]),
        ("invoice=given", ["two"]),
        ("invoice=missing", ["one"]),
        ("carrier=norrpost", ["two", "one"]),
        ("delivery_option=standard", ["two", "one"]),
        ("status=ready_to_ship", ["two"]),
        ("tab=preparing", ["one"]),
        ("tab=overdue", ["one"]),
        ("placed_after=2100-01-01", []),
        ("placed_before=2100-01-01", ["two", "one"]),
        ("cursor=nonsense", ["two", "one"]),
    ],
)
def test_lists_are_narrowed_by_the_address(seller, kiln, norrpost, query, found):
    now = timezone.now()
    one = packed(kiln, number="FH-1")
    order = make_order(lines=[line(kiln, 1, sku="SKU-B")], number="FH-2")
    two = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    Package.objects.filter(pk=one.pk).update(ship_by=now - timedelta(hours=1))
    Package.objects.filter(pk=two.pk).update(
        ship_by=now + timedelta(days=3),
        status="ready_to_ship",
        tracking_number="NP7742",
        invoice_number="F-1",
    )

    page = text(seller.get(f"/seller/packages/?{query}"))

    named = {"one": one.number, "two": two.number}
    assert numbers_in(page) == [named[name] for name in found]


def test_the_owner_filters_by_seller_and_a_seller_sees_their_own(client, kiln, luma):
    mine, theirs = packed(kiln), packed(luma)
    owner = signed_in(client, make_owner())
    assert numbers_in(text(owner.get("/owner/packages/?seller=luma"))) == [theirs.number]
    assert len(numbers_in(text(owner.get("/owner/packages/")))) == 2

    seller = signed_in(client, make_member(kiln))
    assert numbers_in(text(seller.get("/seller/packages/?seller=luma"))) == [mine.number]
    assert seller.get(f"/seller/packages/{theirs.number}/").status_code == 404


def test_lists_are_of_packages_that_are_there(seller, kiln):
    open_, gone, ended = packed(kiln), packed(kiln), packed(kiln)
    ship_package(package=gone, actor=SYSTEM)
    Package.objects.filter(pk=ended.pk).update(status="cancelled")

    assert numbers_in(text(seller.get("/seller/packages/"))) == [gone.number, open_.number]
    assert numbers_in(text(seller.get("/seller/packages/preparing/"))) == [open_.number]
    assert numbers_in(text(seller.get("/seller/packages/shipped/"))) == [gone.number]


def test_what_was_cancelled_after_packing_must_not_be_handed_over(seller, kiln):
    stays, ended = packed(kiln), packed(kiln)
    cancelled_by_customer(ended)

    counts = text(seller.get("/seller/package-tabs/?listing=preparing"))
    assert "1 package must not be handed over." in counts
    held = text(seller.get("/seller/packages/?tab=held_back"))
    assert numbers_in(held) == [ended.number]
    assert "1 × Stoneware mug" in held
    assert numbers_in(text(seller.get("/seller/packages/preparing/"))) == [stays.number]


def test_what_left_an_open_package_is_to_be_taken_out(seller, kiln):
    order = make_order(lines=[line(kiln, 2, name="Mug"), line(kiln, 1, name="Bowl")])
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    cancelled_by_customer(package, "Bowl")

    assert "Take out 1 × Bowl: cancelled" in text(seller.get("/seller/packages/preparing/"))
    page = text(seller.get(f"/seller/packages/{package.number}/"))
    assert "Left this package" in page
    assert page.count(">Bowl<") == 1


def test_a_waiting_request_stands_in_the_row(seller, kiln):
    package = packed(kiln)
    waiting_case(package.order)
    assert "Cancel requested" in text(seller.get("/seller/packages/preparing/"))


def test_tabs_are_counted_in_a_second_request(seller, kiln):
    packed(kiln)
    late = packed(kiln)
    Package.objects.filter(pk=late.pk).update(ship_by=timezone.now() - timedelta(days=1))

    page = text(seller.get("/seller/packages/preparing/"))
    assert "package-tabs/?listing=preparing" in page
    counted = seller.get("/seller/package-tabs/?listing=preparing")
    assert [tab.count for tab in counted.context["tabs"]] == ["2", "2", "0", "0", "1"]
    assert seller.get("/seller/package-tabs/?listing=none").status_code == 404


def test_how_many_match_is_said_with_the_tabs(seller, kiln):
    for _package in range(2):
        packed(kiln)
    assert 'id="matching"' in seller.get("/seller/packages/").content.decode()

    tabs = "/seller/package-tabs/?listing=all"
    assert "2 matching" in text(seller.get(tabs))
    assert "0 matching" in text(seller.get(f"{tabs}&search=nothing-like-it"))
