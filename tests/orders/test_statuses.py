"""An order's status follows from its items, never the other way round (product.md §3)."""

from itertools import combinations

import pytest

from core.actors import SYSTEM
from core.errors import InvalidTransition
from orders.models import Order, OrderItem, SellerOrder
from orders.operations import lock_order, move_items, take_items
from orders.policies import status_of
from tests.factories import items_of, line, make_order, make_seller

Status = OrderItem.Status


@pytest.mark.parametrize(
    ("statuses", "named"),
    [
        (["delivered", "waiting_packaging"], "waiting_packaging"),
        (["shipped", "preparing"], "preparing"),
        (["delivered", "delivery_failed"], "delivery_failed"),
        (["delivery_failed", "shipped"], "shipped"),
        (["ready_to_ship", "cancelled", "returned"], "ready_to_ship"),
        (["cancelled", "cancelled"], "cancelled"),
        (["cancelled", "returned"], "returned"),
        (["delivered"], "delivered"),
    ],
)
def test_the_least_advanced_live_item_names_the_order(statuses, named):
    assert status_of(statuses) == named


def test_of_any_two_live_statuses_the_earlier_one_names_the_order():
    way = ["waiting_packaging", "preparing", "ready_to_ship", "shipped"]
    way += ["delivery_failed", "delivered"]

    for earlier, later in combinations(way, 2):
        assert status_of([earlier, later]) == status_of([later, earlier]) == earlier


@pytest.mark.django_db
class TestMoving:
    def test_each_part_is_named_by_its_own_items(self):
        one, two = make_seller(), make_seller()
        order = make_order(sellers=[one, two])
        first, second = items_of(order)

        move_items(order, [first], Status.CANCELLED, actor=SYSTEM)

        order.refresh_from_db()
        assert order.status == Status.WAITING_PACKAGING
        part = SellerOrder.objects.get(seller=one)
        assert (part.status, part.has_cancelled) == (Status.CANCELLED, True)
        assert SellerOrder.objects.get(seller=two).has_cancelled is False

        move_items(order, [second], Status.CANCELLED, actor=SYSTEM)

        assert order.status == Status.CANCELLED
        order.refresh_from_db()
        assert order.status == Status.CANCELLED

    def test_who_asks_for_what_has_changed_since_gets_the_order(self):
        order = make_order()
        part = order.seller_orders.get()

        move_items(lock_order(order.pk), items_of(order), Status.PREPARING, actor=SYSTEM)

        assert Order.objects.filter(pk=order.pk, updated_at__gt=order.updated_at).exists()
        assert SellerOrder.objects.filter(pk=part.pk, updated_at__gt=part.updated_at).exists()

    def test_part_of_a_line_cancelled_leaves_the_order_where_it_was(self):
        order = make_order(lines=[line(quantity=2)])
        order = lock_order(order.pk)
        [half] = take_items(order, {items_of(order)[0].pk: 1}, actor=SYSTEM)

        move_items(order, [half], Status.CANCELLED, actor=SYSTEM)

        assert order.status == Status.WAITING_PACKAGING
        assert SellerOrder.objects.get(order=order).has_cancelled

    def test_a_move_that_the_table_does_not_have_changes_nothing(self, assert_invariants):
        order = make_order()

        with pytest.raises(InvalidTransition) as refused:
            move_items(order, items_of(order), Status.DELIVERED, actor=SYSTEM)

        assert refused.value.allowed == [Status.CANCELLED, Status.PREPARING]
        assert items_of(order)[0].status == Status.WAITING_PACKAGING
        assert_invariants()

    def test_somebody_who_looks_at_an_old_row_is_refused(self):
        order = make_order()
        stale = items_of(order)
        move_items(order, items_of(order), Status.CANCELLED, actor=SYSTEM)

        with pytest.raises(InvalidTransition):
            move_items(order, stale, Status.PREPARING, actor=SYSTEM)
