"""What packages lend to the order pages."""

import pytest
from django.test import Client

from core.actors import SYSTEM
from orders.operations import move_items
from packages.operations import fail_delivery, remove_items, ship_package, start_packaging
from sellers.models import DeliveryOption, ShippingCompany
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier():
    company = ShippingCompany.objects.create(code="norrpost", name="Norrpost")
    return DeliveryOption.objects.create(
        company=company,
        code="standard",
        name="Standard",
        is_default=True,
        tracking_url="https://norrpost.example/{number}",
    )


@pytest.fixture
def order(carrier):
    """One package on its way, one being prepared by another seller, one line not packed."""
    one, two = make_seller("luma", name="Luma Workshop"), make_seller("oda", name="Oda Textiles")
    order = make_order(
        sellers=[one, two],
        lines=[line(one, name="Desk lamp"), line(two, name="Towel"), line(one, name="Bulb")],
    )
    lamp, towel, _bulb = items_of(order)
    shipped = start_packaging(order=order, items=[lamp], actor=SYSTEM)
    ship_package(package=shipped, tracking_number="NP77", actor=SYSTEM)
    start_packaging(order=order, items=[towel], actor=SYSTEM)
    return order


def page(actor, path) -> str:
    answer = signed_in(Client(), actor).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_owner_sees_every_package_and_whose_it_is(order):
    shown = page(make_owner(), f"/owner/orders/{order.number}/")

    for package in order.packages.all():
        assert package.number in shown
    assert "Norrpost Standard" in shown
    assert 'href="https://norrpost.example/NP77"' in shown
    assert "Oda Textiles" in shown


def test_a_seller_sees_only_its_own(order):
    luma, oda = order.packages.order_by("pk")

    shown = page(make_member(luma.seller), f"/seller/orders/{order.number}/")

    assert luma.number in shown
    assert oda.number not in shown


def test_the_customer_sees_where_everything_is(order):
    shown = page(make_customer(order), f"/my/orders/{order.number}/")

    for words in ("On the way", "Being prepared", "Waiting to be packed", "Norrpost NP77"):
        assert words in shown
    assert shown.count("<article") == 3


def test_a_failed_delivery_is_told(order):
    package = order.packages.get(status="shipped")
    fail_delivery(package=package, actor=SYSTEM)

    shown = page(make_customer(order), f"/my/orders/{order.number}/")

    assert "Could not be delivered" in shown
    assert "Delivery failed" in shown


def test_a_cancelled_package_is_not_shown_to_the_customer(order):
    towel = items_of(order)[1]
    move_items(order, [towel], "cancelled", actor=SYSTEM)
    remove_items(order=order, items=[towel], actor=SYSTEM)

    assert "Being prepared" not in page(make_customer(order), f"/my/orders/{order.number}/")


def test_before_anything_is_packed_the_console_says_so():
    order = make_order()

    assert "No packages yet" in page(make_owner(), f"/owner/orders/{order.number}/")


def test_more_packages_cost_no_more_queries(order, django_assert_max_num_queries):
    from packages.presenters import cards_of

    with django_assert_max_num_queries(3):
        cards_of(order, SYSTEM)
