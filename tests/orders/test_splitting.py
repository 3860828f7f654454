"""Splitting is exact and does not depend on the path (product.md §2)."""

import random

import pytest

from core.actors import SYSTEM
from core.errors import DomainError
from core.events.models import Event
from core.money import share
from orders.models import Order, OrderItem, OrderLine
from orders.operations import lock_order, place_orders, take_items
from orders.operations.items import QuantityNotLeft, UnknownItem, split_item
from tests.factories import (
    items_of,
    line,
    make_case,
    make_customer,
    make_member,
    make_order,
    make_seller,
)
from tests.orders.given import item, new_order

OF_ITEMS = {"subject_type": "order_item"}
SHARES = ("captured_product", "captured_shipping", "commission")


def test_20_000_random_sequences_are_exact_and_path_independent():
    draw = random.Random(20260302)
    for _sequence in range(20_000):
        amount, quantity = draw.randrange(10**7), draw.randint(1, 40)
        parts = [(0, quantity)]
        while len(parts) < quantity and draw.random() < 0.8:
            first, last = parts.pop(draw.randrange(len(parts)))
            cut = draw.randint(first, last)
            parts += [part for part in ((first, cut), (cut, last)) if part[0] < part[1]]
        shares = {part: share(amount, quantity, *part) for part in parts}
        assert sum(shares.values()) == amount
        for (first, last), carried in shares.items():
            units = [share(amount, quantity, unit, unit + 1) for unit in range(first, last)]
            assert carried == sum(units)
            assert abs(carried - amount * (last - first) / quantity) < 1


@pytest.mark.django_db
def test_300_random_sequences_in_the_database_are_exact_and_path_independent(assert_invariants):
    draw = random.Random(7)
    make_seller("s-1")
    batch = [
        new_order(
            items=[
                item(
                    quantity=draw.randint(2, 12),
                    unit_price=draw.randrange(5000),
                    shipping=draw.randrange(2000),
                )
            ],
            payments=[{"method": "card", "amount": draw.randrange(1, 60_000)}],
        )
        for _sequence in range(300)
    ]
    for placed in place_orders(batch, actor=SYSTEM):
        order = lock_order(placed.order.pk)
        for _split in range(draw.randint(1, 4)):
            chosen = draw.choice(items_of(order))
            take_items(order, {chosen.pk: draw.randint(1, chosen.quantity)}, actor=SYSTEM)
        of_line = placed.items[0].line
        parts = sorted(items_of(order), key=lambda part: part.first_unit)
        assert [part.first_unit for part in parts[1:]] == [part.last_unit for part in parts[:-1]]
        assert (parts[0].first_unit, parts[-1].last_unit) == (0, of_line.quantity)
        for name in SHARES:
            assert sum(getattr(part, name) for part in parts) == getattr(of_line, name)
            for part in parts:
                shares = of_line.shares_of(part.first_unit, part.last_unit)
                assert getattr(part, name) == shares[name]
    assert_invariants()


def test_a_unit_that_nothing_was_captured_for_carries_no_commission():
    of_line = OrderLine(quantity=5, captured_product=3, captured_shipping=0, commission=2)

    units = [of_line.shares_of(unit, unit + 1) for unit in range(5)]

    assert [unit["captured_product"] for unit in units] == [0, 1, 0, 1, 1]
    assert [unit["commission"] for unit in units] == [0, 0, 0, 1, 1]
    assert OrderLine(quantity=1, captured_product=0, captured_shipping=0).shares_of(0, 1) == dict(
        captured_product=0, captured_shipping=0, commission=0
    )


@pytest.mark.django_db
class TestOneSplit:
    def test_the_staying_part_keeps_its_number_and_the_leaving_one_gets_the_next(self):
        order = make_order(lines=[line(quantity=5, unit_price=333)])
        [whole] = items_of(order)

        [leaving] = take_items(order, {whole.pk: 2}, actor=SYSTEM)
        [again] = take_items(order, {whole.pk: 1}, actor=SYSTEM)

        assert [(part.number, part.first_unit, part.last_unit) for part in items_of(order)] == [
            ("1.1", 0, 2),
            ("1.2", 3, 5),
            ("1.3", 2, 3),
        ]
        assert (leaving.number, again.number) == ("1.2", "1.3")
        whole.refresh_from_db()
        assert whole.version == Event.objects.filter(subject_id=whole.pk, **OF_ITEMS).count()

    def test_a_whole_item_is_taken_as_it_is(self):
        order = make_order()
        [whole] = items_of(order)

        assert take_items(order, {whole.pk: whole.quantity}, actor=SYSTEM) == [whole]
        assert order.items.count() == 1

    def test_a_split_is_told_on_both_parts(self):
        order = make_order(lines=[line(quantity=3)])
        [whole] = items_of(order)

        [leaving] = take_items(order, {whole.pk: 1}, actor=SYSTEM)

        told = Event.objects.filter(order_id=order.pk, **OF_ITEMS).order_by("pk")
        assert [(event.type, event.subject_id, event.seq) for event in told] == [
            ("order_item.split", whole.pk, 1),
            ("order_item.split_off", leaving.pk, 1),
        ]
        assert [event.data["quantity"] for event in told] == [1, 1]
        assert told[0].data["into"] == leaving.pk
        assert told[1].data["from_item"] == whole.pk

    @pytest.mark.parametrize("quantity", [0, -1, 4])
    def test_more_than_there_is_or_nothing_is_refused(self, quantity):
        order = make_order(lines=[line(quantity=3)])
        [whole] = items_of(order)

        with pytest.raises(QuantityNotLeft) as refused:
            take_items(order, {whole.pk: quantity}, actor=SYSTEM)

        error = refused.value
        assert (error.code, error.status, error.field) == ("quantity_not_left", 409, "items")
        assert error.allowed == ["3"]
        assert order.items.count() == 1

    def test_an_item_of_another_order_is_unknown(self):
        order, other = make_order(), make_order()
        [foreign] = items_of(other)

        with pytest.raises(UnknownItem) as refused:
            take_items(order, {foreign.pk: 1}, actor=SYSTEM)

        error = refused.value
        assert (error.code, error.status, error.field) == ("unknown_item", 404, "items")

    def test_an_item_of_another_seller_is_unknown(self):
        one, two = make_seller(), make_seller()
        order = make_order(sellers=[one, two])
        [_own, foreign] = items_of(order)

        with pytest.raises(UnknownItem):
            take_items(order, {foreign.pk: 1}, actor=make_member(one))

    def test_another_customers_item_is_unknown(self):
        order = make_order()
        stranger = make_customer(make_order())

        with pytest.raises(UnknownItem):
            take_items(order, {items_of(order)[0].pk: 1}, actor=stranger)

    def test_what_was_paid_back_is_not_split(self):
        order = make_order()
        OrderItem.objects.filter(order=order).update(refunded_product=1)

        with pytest.raises(DomainError, match="paid back"):
            split_item(items_of(order)[0], 1, actor=SYSTEM)

    def test_what_a_request_waits_for_is_not_split(self):
        order = make_order()
        _case, [asked] = make_case(order)

        with pytest.raises(DomainError) as refused:
            split_item(asked, 1, actor=SYSTEM)

        assert refused.value.code == "request_waiting"
        assert asked.line.name in str(refused.value)
        assert order.items.count() == 1

    def test_an_order_that_is_not_there_cannot_be_locked(self):
        with pytest.raises(Order.DoesNotExist):
            lock_order(0)
