"""Several querysets in one statement give the very rows that they give by themselves."""

from decimal import Decimal

import pytest
from django.db.models import Prefetch

from core.actors import SYSTEM, Actor, Role
from core.events.models import Event
from core.together import read_known, read_together
from orders.models import Order, OrderItem, OrderLine, SellerOrder
from tests.factories import (
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return make_order(lines=[line(make_seller("kiln"), 2), line(make_seller("luma"), 1)])


def facts(row) -> dict:
    """What the database holds of it, and of what kind that is."""
    known = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: (type(value), value) for name, value in known.items()}


def test_rows_are_those_that_the_orm_reads(order, django_assert_num_queries):
    """Moments, decimals and documents included."""
    querysets = [
        Order.objects.filter(pk=order.pk),
        OrderLine.objects.filter(order=order).order_by("-position"),
        Event.objects.of_order(order.pk),
    ]
    with django_assert_num_queries(1):
        together = read_together(*querysets)

    assert [len(rows) for rows in together] == [1, 2, Event.objects.count()]
    for rows, queryset in zip(together, querysets, strict=True):
        assert [facts(row) for row in rows] == [facts(row) for row in queryset]
    assert isinstance(together[1][0].tax_rate, Decimal)


def test_a_document_is_read_as_it_was_written(order):
    order.shipping_address = {"city": "São Paulo", "lines": ["1", None], "at": 1.5, "%": "%s"}
    order.save()

    [[read]] = read_together(Order.objects.filter(pk=order.pk))

    assert read.shipping_address == order.shipping_address


def test_what_is_joined_and_reckoned_comes_with_them(order, django_assert_num_queries):
    items = OrderItem.objects.filter(order=order).select_related("line", "seller_order__seller")
    numbers = items.order_by("pk").values_list("number", "line__position")

    with django_assert_num_queries(1):
        rows, told = read_together(items.order_by("-pk"), numbers)
        codes = [item.seller_order.seller.code for item in rows]
        positions = [item.line.position for item in rows]

    assert codes == ["luma", "kiln"]
    assert told == [(item.number, item.line.position) for item in reversed(rows)]
    assert positions == [position for _number, position in reversed(told)]


def test_what_is_prefetched_hangs_on_its_row(order, django_assert_num_queries):
    """Through a relation to one row, and in two steps."""
    lines = OrderLine.objects.order_by("-position").prefetch_related("items")
    querysets = [
        Order.objects.filter(pk=order.pk).prefetch_related(
            Prefetch("lines", lines), "seller_orders"
        ),
        SellerOrder.objects.select_related("order").prefetch_related("order__lines__items"),
    ]
    with django_assert_num_queries(1):
        [found], parts = read_together(*querysets)
        by_line = [[item.number for item in each.items.all()] for each in found.lines.all()]
        again = [
            [item.number for each in part.order.lines.all() for item in each.items.all()]
            for part in parts
        ]
        assert all(each.order is found for each in found.lines.all())

    assert len(found.seller_orders.all()) == 2
    expected = [[item.number for item in each.items.all()] for each in lines.filter(order=order)]
    assert by_line == expected
    every = sorted(number for numbers in expected for number in numbers)
    assert [sorted(numbers) for numbers in again] == [every, every]


def test_where_there_is_nothing_there_are_no_rows(order, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert read_together(Order.objects.none(), OrderItem.objects.none()) == [[], []]
    with django_assert_num_queries(1):
        nothing, none, found = read_together(
            Order.objects.filter(number="?").prefetch_related("lines"),
            Order.objects.none(),
            Order.objects.filter(pk=order.pk),
        )
    assert (nothing, none, found) == ([], [], [order])


def test_it_is_planned_once_for_a_connection(order):
    """Other values, the same statement: from the second time on PostgreSQL has its plan."""
    other = make_order(lines=[line(quantity=3)])

    def numbers_of(one: Order) -> list[str]:
        [[read], items] = read_together(
            Order.objects.filter(pk=one.pk).prefetch_related("lines"),
            OrderItem.objects.filter(order=one, status__in=["waiting_packaging"]).order_by("pk"),
        )
        assert [each.order_id for each in read.lines.all()] == [one.pk] * one.lines.count()
        return [read.number, *(item.number for item in items)]

    for one in (order, other, order, other):
        expected = one.items.order_by("pk").values_list("number", flat=True)
        assert numbers_of(one) == [one.number, *expected]


def test_a_lookup_that_ends_in_one_row_is_refused(order):
    with pytest.raises(TypeError, match="does not end in many rows"):
        read_together(OrderItem.objects.prefetch_related("line"))


calls: list[Role] = []


def _items(actor: Actor, order: int) -> list:
    calls.append(actor.role)
    parts = SellerOrder.objects.visible_to(actor).filter(order=order).prefetch_related("items")
    return [parts.order_by("pk"), OrderItem.objects.visible_to(actor).filter(order=order)]


class TestWhatIsWrittenOnce:
    """Each reader, and each order, in the statement of the first."""

    def numbers_for(self, actor: Actor, order: Order) -> list[str]:
        parts, items = read_known(_items, actor=actor, order=order.pk)
        hung = sorted(item.number for part in parts for item in part.items.all())
        assert hung == sorted(item.number for item in items)
        return hung

    def test_everybody_reads_their_own(self, order):
        other = make_order(sellers=[part.seller for part in order.seller_orders.all()])
        calls.clear()
        for one in (order, other):
            of_order = list(one.items.order_by("number").values_list("number", "seller"))
            for actor in (make_owner(), make_owner()):
                assert self.numbers_for(actor, one) == [number for number, _seller in of_order]
            for part in one.seller_orders.all():
                own = [number for number, seller in of_order if seller == part.seller_id]
                assert own
                assert self.numbers_for(make_member(part.seller), one) == own
            assert self.numbers_for(make_member(make_seller()), one) == []
            customer = make_customer(one)
            assert self.numbers_for(customer, one) == [number for number, _seller in of_order]
        assert self.numbers_for(customer, order) == []
        assert self.numbers_for(Actor(Role.CUSTOMER), order) == []

        # Also for a customer who is nobody: nothing is theirs.
        assert sorted(calls) == ["customer", "customer", "owner", "seller"]

    def test_asks_are_answered_one_after_the_other(self, order, django_assert_num_queries):
        def number(actor: Actor, order: int) -> list:
            return [Order.objects.visible_to(actor).filter(pk=order).values_list("number")]

        with django_assert_num_queries(1):
            parts, items, numbers = read_known(_items, number, actor=SYSTEM, order=order.pk)
        assert [len(parts), len(items), numbers] == [2, 2, [(order.number,)]]
