"""What packages lend to the order pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.actors import SYSTEM, Actor, Role, Via
from orders.operations import move_items
from packages.operations import (
    change_delivery,
    fail_delivery,
    give_invoice,
    remove_items,
    ship_package,
    start_packaging,
    take_report,
)
from packages.presenters import cards_of
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
CARRIER = Actor(Role.CARRIER, via=Via.API)


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


def report(package, kind, key, *, hours=0, **more):
    return take_report(
        package=package,
        kind=kind,
        key=key,
        occurred_at=timezone.now() + timedelta(hours=hours),
        actor=CARRIER,
        **more,
    )


def of_lamp(order):
    """The card of the package that is under way."""
    return next(card for card in cards_of(order, SYSTEM) if card.names == ["Desk lamp"])


def test_an_order_of_two_sellers_reads_as_one(order):
    shown = page(make_customer(order), f"/my/orders/{order.number}/")

    places = [shown.index(f"Package {number} of 3, from") for number in (1, 2, 3)]
    assert places == sorted(places)
    titles = [str(card.title) for card in cards_of(order, SYSTEM)]
    assert titles == ["Waiting to be packed", "Being prepared", "On the way"]


def test_one_package_is_not_counted():
    order = make_order()
    assert "Package 1 of" not in page(make_customer(order), f"/my/orders/{order.number}/")


def test_what_the_carrier_tells_is_a_step(order):
    package = order.packages.get(status="shipped")
    tomorrow = timezone.now() + timedelta(days=1)
    report(package, "out_for_delivery", "1", expected_at=tomorrow)

    card = of_lamp(order)

    assert str(card.title) == "Out for delivery"
    steps = [(str(step.words), step.state) for step in card.steps]
    assert steps == [
        ("Ordered", "done"),
        ("Packed", "done"),
        ("Shipped", "done"),
        ("Out for delivery", "now"),
        ("Delivered", "next"),
    ]
    assert card.steps[-1].by == tomorrow
    shown = page(make_customer(order), f"/my/orders/{order.number}/")
    assert 'href="https://norrpost.example/NP77"' in shown
    assert "Arrives by" in shown


def test_after_a_failure_the_way_begins_anew(order):
    package = order.packages.get(status="shipped")
    report(package, "out_for_delivery", "1")
    report(package, "failed", "2", hours=1, reason="Nobody at home")

    failed = of_lamp(order)
    assert (failed.steps[-1].state, failed.told.reason) == ("bad", "Nobody at home")
    assert "Nobody at home" in page(make_customer(order), f"/my/orders/{order.number}/")

    ship_package(package=package, actor=SYSTEM)
    again = of_lamp(order)
    assert str(again.title) == "On the way"
    assert [step.state for step in again.steps] == ["done", "done", "now", "next"]


def test_what_is_delivered_has_all_its_dates(order):
    package = order.packages.get(status="shipped")
    report(package, "out_for_delivery", "1")
    report(package, "delivered", "2", hours=1)

    card = of_lamp(order)

    assert str(card.title) == "Delivered"
    assert [step.state for step in card.steps] == ["done"] * 4
    assert all(step.at for step in card.steps)


def test_another_carrier_and_an_invoice_are_told(order):
    package = order.packages.get(status="preparing")
    change_delivery(package=package, other_carrier="Bike Ana", actor=SYSTEM)
    give_invoice(package=package, number="I-7", link="https://oda.example/i/7", actor=SYSTEM)
    ship_package(package=package, tracking_number="7", actor=SYSTEM)

    shown = page(make_customer(order), f"/my/orders/{order.number}/")

    assert "Bike Ana 7" in shown
    assert '<a href="https://oda.example/i/7"' in shown


def test_a_cancelled_package_is_not_shown_to_the_customer(order):
    towel = items_of(order)[1]
    move_items(order, [towel], "cancelled", actor=SYSTEM)
    remove_items(order=order, items=[towel], actor=SYSTEM)

    assert "Being prepared" not in page(make_customer(order), f"/my/orders/{order.number}/")


def test_before_anything_is_packed_the_console_says_so():
    order = make_order()

    assert "No packages yet" in page(make_owner(), f"/owner/orders/{order.number}/")


def test_more_packages_cost_no_more_queries(order, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        cards_of(order, SYSTEM)
