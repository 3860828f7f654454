"""Packages that are being prepared, divided and packed differently."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import SYSTEM
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from orders.models import OrderItem
from orders.operations.items import QuantityNotLeft, UnknownItem
from packages.models import Package
from packages.operations import (
    UnknownPackage,
    mark_ready,
    move_between,
    ship_package,
    split_package,
    start_packaging,
)
from packages.policies import NotRepackable, RequestWaiting
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
from tests.packages.acts import make_option, packed, units_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=3), line(quantity=2)])


def units_of_order(order) -> int:
    return sum(item.quantity for item in items_of(order))


class TestSplitting:
    def test_part_of_a_quantity_leaves_and_no_unit_is_lost(self, order, assert_invariants):
        make_option(is_default=True)
        package = packed(order)
        first, _second = items_of(order)

        new = split_package(package=package, units={first.pk: 2}, actor=SYSTEM)

        assert (units_in(package), units_in(new)) == (3, 2)
        assert (new.status, new.delivery_option) == ("preparing", package.delivery_option)
        assert new.number != package.number
        assert {item.status for item in items_of(order)} == {"preparing"}
        assert units_of_order(order) == 5
        assert_invariants()

    def test_whole_items_leave_as_they_are(self, order, assert_invariants):
        package = packed(order)
        first, second = items_of(order)

        new = split_package(package=package, units={second.pk: 2}, actor=SYSTEM)

        assert [packing.item for packing in new.contents.inside()] == [second]
        assert [packing.item for packing in package.contents.inside()] == [first]
        assert OrderItem.objects.filter(order=order).count() == 2
        told = Event.objects.get(type="package.split")
        assert (told.subject_id, told.data["into"], told.data["units"]) == (
            package.pk,
            new.number,
            2,
        )
        assert_invariants()

    def test_another_carrier_goes_with_the_new_package(self, order):
        package = packed(order)
        Package.objects.filter(pk=package.pk).update(other_carrier="By bicycle")

        new = split_package(package=package, units={items_of(order)[0].pk: 1}, actor=SYSTEM)

        assert new.other_carrier == "By bicycle"

    @pytest.mark.parametrize("units", [(3, 2), (9, 2)])
    def test_at_least_one_unit_stays(self, order, units):
        package = packed(order)
        first, second = items_of(order)
        wanted = {first.pk: units[0], second.pk: units[1]}

        with pytest.raises(NotRepackable, match="one unit stays"):
            split_package(package=package, units=wanted, actor=SYSTEM)

        assert Package.objects.count() == 1

    @pytest.mark.parametrize("quantity", [0, -1, 4])
    def test_units_that_are_not_there_do_not_leave(self, order, quantity):
        package = packed(order)

        with pytest.raises(QuantityNotLeft):
            split_package(package=package, units={items_of(order)[0].pk: quantity}, actor=SYSTEM)

    def test_a_single_unit_is_not_divided(self):
        order = make_order(lines=[line()])
        package = packed(order)

        with pytest.raises(NotRepackable, match="only one unit"):
            split_package(package=package, units={items_of(order)[0].pk: 1}, actor=SYSTEM)

    def test_nothing_is_no_package(self, order):
        with pytest.raises(InvalidInput):
            split_package(package=packed(order), units={}, actor=SYSTEM)

    def test_an_item_of_another_package_is_not_there(self, order):
        first, second = items_of(order)
        package = start_packaging(order=order, items=[first], actor=SYSTEM)
        start_packaging(order=order, items=[second], actor=SYSTEM)

        with pytest.raises(UnknownItem):
            split_package(package=package, units={second.pk: 1}, actor=SYSTEM)

    @pytest.mark.parametrize("act", [mark_ready, ship_package])
    def test_only_what_is_being_prepared_is_divided(self, order, act):
        package = act(package=packed(order), actor=SYSTEM)

        with pytest.raises(NotRepackable) as refused:
            split_package(package=package, units={items_of(order)[0].pk: 1}, actor=SYSTEM)

        assert refused.value.allowed == ["preparing"]

    def test_a_waiting_request_is_named(self, order):
        package = packed(order)
        first, second = items_of(order)
        case, _items = make_case(order, {first.pk: 3})

        with pytest.raises(RequestWaiting, match=case.number):
            split_package(package=package, units={first.pk: 1}, actor=SYSTEM)
        split_package(package=package, units={second.pk: 1}, actor=SYSTEM)  # asked of the other

    def test_a_foreign_seller_finds_no_package_and_a_customer_may_not(self, order):
        package = packed(order)
        units = {items_of(order)[0].pk: 1}

        with pytest.raises(UnknownPackage):
            split_package(package=package, units=units, actor=make_member(make_seller()))
        with pytest.raises(NotAllowed):
            split_package(package=package, units=units, actor=make_customer(order))

        assert Package.objects.count() == 1


class TestMoving:
    @pytest.fixture
    def two(self, order):
        first, second = items_of(order)
        return (
            start_packaging(order=order, items=[first], actor=SYSTEM),
            start_packaging(order=order, items=[second], actor=SYSTEM),
        )

    def test_units_change_over(self, order, two, assert_invariants):
        source, target = two

        move_between(source=source, target=target, units={items_of(order)[0].pk: 1}, actor=SYSTEM)

        assert (units_in(source), units_in(target)) == (2, 3)
        assert units_of_order(order) == 5
        told = Event.objects.filter(type__startswith="package.items_").order_by("pk")
        assert [(event.type, event.data["units"]) for event in told] == [
            ("package.items_joined", 1),
            ("package.items_moved", 1),
        ]
        assert_invariants()

    def test_an_emptied_package_ends_and_its_items_do_not(self, order, two, assert_invariants):
        source, target = two

        move_between(source=source, target=target, units={items_of(order)[0].pk: 3}, actor=SYSTEM)

        source.refresh_from_db()
        assert (source.status, units_in(target)) == ("cancelled", 5)
        assert {item.status for item in items_of(order)} == {"preparing"}
        told = Event.objects.get(type="package.cancelled")
        assert (told.data["reason"], told.data["into"]) == ("emptied", target.number)
        assert_invariants()
        ship_package(package=target, actor=SYSTEM)
        assert {item.status for item in items_of(order)} == {"shipped"}

    def test_the_target_is_as_urgent_as_what_came(self):
        urgent, later = (timezone.now() + timedelta(days=days) for days in (1, 2))
        order = make_order(lines=[line(quantity=2, ship_by=urgent), line(ship_by=later)])
        first, second = items_of(order)
        source = start_packaging(order=order, items=[first], actor=SYSTEM)
        target = start_packaging(order=order, items=[second], actor=SYSTEM)
        assert (source.ship_by, target.ship_by) == (urgent, later)

        move_between(source=source, target=target, units={first.pk: 1}, actor=SYSTEM)

        target.refresh_from_db()
        assert target.ship_by == urgent

    @pytest.mark.parametrize("closed", ["source", "target"])
    def test_both_are_being_prepared(self, order, two, closed):
        packages = dict(zip(("source", "target"), two, strict=True))
        mark_ready(package=packages[closed], actor=SYSTEM)

        with pytest.raises(NotRepackable):
            move_between(**packages, units={items_of(order)[0].pk: 1}, actor=SYSTEM)

    def test_not_into_itself(self, order, two):
        source, _target = two

        with pytest.raises(NotRepackable):
            move_between(
                source=source, target=source, units={items_of(order)[0].pk: 1}, actor=SYSTEM
            )

    def test_not_into_another_order(self, order, two):
        source, _target = two
        other = packed(make_order(sellers=[source.seller]))
        before = Event.objects.count()

        with pytest.raises(UnknownPackage):
            move_between(
                source=source, target=other, units={items_of(order)[0].pk: 1}, actor=make_owner()
            )

        assert Event.objects.count() == before

    def test_not_to_another_seller(self):
        order = make_order(sellers=[make_seller(), make_seller()])
        first, second = items_of(order)
        source = start_packaging(order=order, items=[first], actor=SYSTEM)
        target = start_packaging(order=order, items=[second], actor=SYSTEM)
        move = {"source": source, "target": target, "units": {first.pk: 1}}

        with pytest.raises(NotRepackable, match="one seller"):
            move_between(**move, actor=make_owner())
        with pytest.raises(UnknownPackage):
            move_between(**move, actor=make_member(source.seller))

    def test_a_waiting_request_is_named(self, order, two):
        source, target = two
        [first, _second] = items_of(order)
        case, _items = make_case(order, {first.pk: 3})

        with pytest.raises(RequestWaiting, match=case.number):
            move_between(source=source, target=target, units={first.pk: 3}, actor=SYSTEM)

        assert (units_in(source), units_in(target)) == (3, 2)


def test_repacking_locks_the_order_first(order, locks_first):
    package = packed(order)

    with locks_first():
        new = split_package(package=package, units={items_of(order)[0].pk: 1}, actor=SYSTEM)
    with locks_first():
        [packing] = new.contents.inside()
        move_between(source=new, target=package, units={packing.item_id: 1}, actor=SYSTEM)
