"""Packing, shipping, delivering: items go with their package."""

import pytest

from core.actors import SYSTEM, Actor, Role, Via
from core.errors import InvalidInput, InvalidTransition, NotAllowed
from core.events.models import Event
from orders.models import OrderItem
from orders.operations import move_items, take_items
from orders.operations.items import QuantityNotLeft, UnknownItem
from packages.models import Package, PackageItem
from packages.operations import (
    deliver_package,
    fail_delivery,
    mark_ready,
    remove_items,
    ship_package,
    start_packaging,
)
from packages.operations.sending import UnknownPackage
from packages.policies import CustomerAskedToCancel, NotPackable
from sellers.models import DeliveryOption, SellerDeliveryOption, ShippingCompany
from tests.factories import (
    items_of,
    line,
    make_case,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)

pytestmark = pytest.mark.django_db
CARRIER = Actor(Role.CARRIER, via=Via.API)


def packed(order, actor=SYSTEM) -> Package:
    return start_packaging(order=order, items=items_of(order), actor=actor)


def statuses(order) -> list[str]:
    return [item.status for item in items_of(order)]


def option(code="std", **fields) -> DeliveryOption:
    company, _new = ShippingCompany.objects.get_or_create(code="c", defaults={"name": "Carrier"})
    return DeliveryOption.objects.create(company=company, code=code, name=code, **fields)


def test_the_whole_way_of_a_package(assert_invariants):
    order = make_order()
    actor = make_member(order.seller_orders.get().seller)

    package = packed(order, actor)
    assert statuses(order) == ["preparing"]
    mark_ready(package=package, actor=actor)
    assert statuses(order) == ["ready_to_ship"]
    ship_package(package=package, tracking_number="T-1", actor=actor)
    package = deliver_package(package=package, actor=CARRIER)

    order.refresh_from_db()
    assert (order.status, package.status, package.tracking_number) == (
        "delivered",
        "delivered",
        "T-1",
    )
    assert package.created_at <= package.shipped_at <= package.delivered_at
    assert list(
        Event.objects.filter(subject_type="package").order_by("seq").values_list("type", flat=True)
    ) == ["package.preparing", "package.ready_to_ship", "package.shipped", "package.delivered"]
    assert_invariants()


def test_part_of_an_item_is_packed_and_the_rest_keeps_waiting(assert_invariants):
    order = make_order(lines=[line(quantity=3)])
    [whole] = items_of(order)

    package = start_packaging(order=order, items=[whole], units={whole.pk: 2}, actor=SYSTEM)

    assert [(item.quantity, item.status) for item in items_of(order)] == [
        (1, "waiting_packaging"),
        (2, "preparing"),
    ]
    assert package.contents.get().item.quantity == 2
    assert_invariants()


@pytest.mark.parametrize("quantity", [0, 4])
def test_units_that_are_not_there_are_not_packed(quantity):
    order = make_order(lines=[line(quantity=3)])
    [whole] = items_of(order)

    with pytest.raises(QuantityNotLeft):
        start_packaging(order=order, items=[whole], units={whole.pk: quantity}, actor=SYSTEM)


def test_what_is_packed_is_not_packed_again():
    order = make_order()
    packed(order)

    with pytest.raises(NotPackable):
        packed(order)

    assert Package.objects.count() == 1


def test_a_part_of_what_was_cancelled_and_paid_back_is_told_to_be_cancelled():
    order = make_order(lines=[line(quantity=3)])
    [item] = items_of(order)
    move_items(order, take_items(order, {item.pk: 3}, actor=SYSTEM), "cancelled", actor=SYSTEM)
    OrderItem.objects.filter(pk=item.pk).update(refunded_product=1)

    with pytest.raises(NotPackable, match="Cancelled"):
        start_packaging(order=order, items=[item], units={item.pk: 1}, actor=SYSTEM)


def test_nothing_makes_no_package():
    with pytest.raises(InvalidInput):
        start_packaging(order=make_order(), items=[], actor=SYSTEM)


def test_items_of_two_sellers_do_not_travel_together():
    order = make_order(sellers=[make_seller(), make_seller()])

    with pytest.raises(NotPackable):
        packed(order, make_owner())


def test_a_seller_packs_only_its_own():
    order = make_order()

    with pytest.raises(UnknownItem):
        packed(order, make_member(make_seller()))


def test_a_seller_does_not_see_anothers_package():
    package = packed(make_order())

    with pytest.raises(UnknownPackage):
        ship_package(package=package, actor=make_member(make_seller()))


def test_a_customer_neither_packs_nor_ships():
    order = make_order()
    customer = make_customer(order)

    with pytest.raises(NotAllowed):
        packed(order, customer)
    with pytest.raises(NotAllowed):
        ship_package(package=packed(order), actor=customer)


def test_a_package_is_not_shipped_twice():
    package = ship_package(package=packed(make_order()), actor=SYSTEM)

    with pytest.raises(InvalidTransition):
        ship_package(package=package, actor=SYSTEM)


def test_a_carrier_that_says_delivered_first_ships_and_delivers(assert_invariants):
    order = make_order()

    package = deliver_package(package=packed(order), actor=CARRIER)

    assert (package.status, statuses(order)) == ("delivered", ["delivered"])
    assert package.shipped_at is not None
    assert_invariants()


def test_a_failed_delivery_may_be_shipped_again_or_turn_out_delivered(assert_invariants):
    order = make_order()
    package = ship_package(package=packed(order), tracking_number="T-1", actor=SYSTEM)

    fail_delivery(package=package, actor=CARRIER)
    assert statuses(order) == ["delivery_failed"]
    again = ship_package(package=package, tracking_number="T-2", actor=SYSTEM)
    assert again.tracking_number == "T-2"
    fail_delivery(package=package, actor=CARRIER)
    deliver_package(package=package, actor=CARRIER)

    assert statuses(order) == ["delivered"]
    assert_invariants()


def test_shipping_what_the_customer_asked_to_cancel_is_refused():
    order = make_order()
    package = packed(order)
    make_case(order)

    with pytest.raises(CustomerAskedToCancel) as refused:
        ship_package(package=package, actor=SYSTEM)

    assert refused.value.allowed == ["answer_cancellation", "ship_anyway"]
    assert statuses(order) == ["preparing"]


def test_cancelled_items_leave_their_package(assert_invariants):
    order = make_order(lines=[line(), line()])
    package = packed(order)
    first, second = items_of(order)

    move_items(order, [first], "cancelled", actor=SYSTEM)
    remove_items(order=order, items=[first], actor=SYSTEM)

    package.refresh_from_db()
    assert package.status == "preparing"
    assert [packing.item for packing in package.contents.inside()] == [second]
    assert_invariants()


def test_a_package_with_nothing_left_is_cancelled(assert_invariants):
    order = make_order()
    package = packed(order)

    move_items(order, items_of(order), "cancelled", actor=SYSTEM)
    remove_items(order=order, items=items_of(order), actor=SYSTEM)

    package.refresh_from_db()
    assert package.status == "cancelled"
    assert_invariants()
    with pytest.raises(InvalidTransition):
        ship_package(package=package, actor=SYSTEM)


def test_items_in_no_package_change_nothing():
    order = make_order()

    remove_items(order=order, items=items_of(order), actor=SYSTEM)

    assert not Event.objects.filter(subject_type="package").exists()


def test_the_part_split_off_stays_in_the_package(assert_invariants):
    order = make_order(lines=[line(quantity=3)])
    package = packed(order)

    [part] = take_items(order, {items_of(order)[0].pk: 1}, actor=SYSTEM)

    assert PackageItem.objects.inside().get(item=part).package == package
    assert_invariants()
    ship_package(package=package, actor=SYSTEM)
    assert statuses(order) == ["shipped", "shipped"]


def test_what_was_returned_from_a_package_stays_returned():
    order = make_order(lines=[line(), line()])
    package = ship_package(package=packed(order), actor=SYSTEM)
    back = items_of(order)[0]
    move_items(order, [back], OrderItem.Status.RETURNED, actor=SYSTEM)

    deliver_package(package=package, actor=SYSTEM)

    assert statuses(order) == ["returned", "delivered"]


class TestDeliveryOption:
    def test_the_sellers_default_comes_before_the_marketplaces(self):
        option("market", is_default=True)
        own = option("own")
        order = make_order()
        assert packed(order).delivery_option.code == "market"

        other = make_order()
        SellerDeliveryOption.objects.create(
            seller=other.seller_orders.get().seller, option=own, is_default=True
        )
        assert packed(other).delivery_option == own

    def test_a_tracking_number_must_look_like_the_carriers(self):
        package = packed(make_order())
        chosen = option(
            tracking_pattern=r"[A-Z]{2}\d{9}", tracking_url="https://c.example/{number}"
        )

        with pytest.raises(InvalidInput) as refused:
            ship_package(
                package=package, delivery_option=chosen, tracking_number="nonsense", actor=SYSTEM
            )
        assert refused.value.field == "tracking_number"

        shipped = ship_package(
            package=package, delivery_option=chosen, tracking_number="AB123456789", actor=SYSTEM
        )
        assert shipped.tracking_link == "https://c.example/AB123456789"


@pytest.mark.parametrize("act", [mark_ready, ship_package, deliver_package])
def test_the_order_is_locked_before_anything_is_written(locks_first, act):
    package = packed(make_order())

    with locks_first():
        act(package=package, actor=SYSTEM)


def test_packing_and_removing_lock_the_order_first(locks_first):
    order = make_order()

    with locks_first():
        packed(order)
    with locks_first():
        remove_items(order=order, items=items_of(order), actor=SYSTEM)


def test_failing_locks_the_order_first(locks_first):
    package = ship_package(package=packed(make_order()), actor=SYSTEM)

    with locks_first():
        fail_delivery(package=package, actor=SYSTEM)


def test_the_watch_notices_a_write_without_a_lock(locks_first):
    order = make_order()

    with pytest.raises(AssertionError, match="No order was locked"), locks_first():
        move_items(order, items_of(order), "cancelled", actor=SYSTEM)
