"""The arithmetic of refunds, without a database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.models import OrderItem, OrderLine, Payment
from refunds.planning import (
    MoreThanCaptured,
    commission_on,
    plan_refund,
    spread_over_payments,
)


def whole_item(quantity=1, unit_price=1000, discount=0, shipping=0, **amounts) -> OrderItem:
    """An unsaved item that is all of a line; captured in full unless `amounts` say otherwise."""
    gross = quantity * unit_price
    line = OrderLine(
        quantity=quantity,
        unit_price=unit_price,
        gross=gross,
        discount=discount,
        shipping=shipping,
        captured_product=amounts.get("captured_product", gross - discount),
        captured_shipping=amounts.get("captured_shipping", shipping),
        commission=amounts.get("commission", 0),
    )
    return units(line, 0, quantity)


def units(line: OrderLine, first: int, last: int) -> OrderItem:
    shares = line.shares_of(first, last)
    return OrderItem(pk=first + 1, line=line, first_unit=first, last_unit=last, **shares)


def test_a_refund_gives_back_product_and_shipping():
    planned = plan_refund([whole_item(2, 1000, discount=300, shipping=500, commission=204)])
    product, shipping = planned.lines
    assert (product.component, shipping.component) == ("product", "shipping")
    assert (product.item_id, product.quantity) == (shipping.item_id, shipping.quantity) == (1, 2)
    assert (product.gross, product.discount, product.amount) == (2000, 300, 1700)
    assert (shipping.gross, shipping.amount) == (500, 500)
    assert (planned.total, planned.commission) == (2200, 204)


def test_the_figures_of_a_thirds_share_add_up_to_the_cent():
    """29.90 − 3.33 = 26.57, and the unit that gets the odd cent says 3.34."""
    whole = whole_item(3, 2990, discount=1000)
    shown = [
        (line.gross, line.discount, line.amount)
        for first in range(3)
        for line in plan_refund([units(whole.line, first, first + 1)]).lines[:1]
    ]
    assert shown == [(2990, 334, 2656), (2990, 333, 2657), (2990, 333, 2657)]


def test_what_was_never_captured_is_a_figure_of_its_own():
    planned = plan_refund(
        [whole_item(1, 1000, 100, 200, captured_product=700, captured_shipping=150)]
    )
    product, shipping = planned.lines
    assert (product.gross, product.discount, product.uncaptured, product.amount) == (
        1000,
        100,
        200,
        700,
    )
    assert (shipping.gross, shipping.uncaptured, shipping.amount) == (200, 50, 150)


def test_a_plan_may_come_to_nothing():
    planned = plan_refund([whole_item(1, 0)])
    assert planned.total == 0
    assert [line.amount for line in planned.lines] == [0, 0]


def test_what_was_refunded_before_is_not_planned_again():
    item = whole_item(1, 1000, shipping=200, commission=120)
    item.refunded_product, item.refunded_shipping = 400, 200
    product, shipping = plan_refund([item]).lines
    assert (product.refunded_before, product.amount, product.commission) == (400, 600, 72)
    assert (shipping.refunded_before, shipping.amount) == (200, 0)


@st.composite
def lines_and_cuts(draw):
    quantity = draw(st.integers(1, 60))
    unit_price = draw(st.integers(0, 10**7))
    gross = quantity * unit_price
    discount = draw(st.integers(0, gross))
    shipping = draw(st.integers(0, 10**5))
    captured = draw(st.integers(0, gross - discount))
    item = whole_item(
        quantity,
        unit_price,
        discount,
        shipping,
        captured_product=draw(st.sampled_from([captured, gross - discount])),
        captured_shipping=draw(st.integers(0, shipping)),
        commission=draw(st.integers(0, captured)),
    )
    cuts = draw(st.sets(st.integers(1, quantity), max_size=8)) | {quantity}
    ranges = list(zip([0, *sorted(cuts)[:-1]], sorted(cuts), strict=True))
    return item.line, draw(st.permutations(ranges))


@settings(max_examples=2000, deadline=None)
@given(lines_and_cuts())
def test_any_sequence_of_partial_refunds_sums_to_what_was_captured(case):
    """Whatever is cancelled in whatever order: never more, and in the end exactly all of it."""
    line, ranges = case
    product = shipping = commission = gross = 0
    for first, last in ranges:
        planned = plan_refund([units(line, first, last)])
        for part in planned.lines:
            figures = part.gross - part.discount - part.uncaptured - part.refunded_before
            assert part.amount == figures
            assert min(part.amount, part.discount, part.uncaptured, part.commission) >= 0
        product += planned.lines[0].amount
        shipping += planned.lines[1].amount
        commission += planned.commission
        gross += planned.lines[0].gross
        assert product <= line.captured_product
        assert shipping <= line.captured_shipping
    assert (product, shipping) == (line.captured_product, line.captured_shipping)
    assert (commission, gross) == (line.commission, line.gross)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_one_item_paid_back_in_pieces_gives_back_its_whole_commission(data):
    captured = data.draw(st.integers(1, 10**6))
    item = whole_item(1, captured, commission=data.draw(st.integers(0, captured)))
    given_back = 0
    for until in sorted(data.draw(st.sets(st.integers(1, captured), max_size=6)) | {captured}):
        amount = until - item.refunded_product
        given_back += commission_on(item, amount)
        item.refunded_product += amount
        assert given_back <= item.commission
    assert given_back == item.commission


def payment(pk, method, amount, reserved=0) -> Payment:
    return Payment(pk=pk, position=pk, method=method, amount=amount, refund_reserved=reserved)


def test_cards_come_first_and_vouchers_last():
    payments = [
        payment(1, "voucher", 500),
        payment(2, "boleto", 300),
        payment(3, "credit_card", 700),
    ]
    assert spread_over_payments(600, payments, {}) == [(3, 600)]
    assert spread_over_payments(1200, payments, {}) == [(3, 700), (2, 300), (1, 200)]


@pytest.mark.parametrize("card", ["card", "credit_card", "debit_card"])
@pytest.mark.parametrize("voucher", ["voucher", "gift_card", "store_credit"])
def test_every_card_comes_before_the_rest_and_every_voucher_after_it(card, voucher):
    payments = [payment(1, voucher, 10), payment(2, "boleto", 10), payment(3, card, 10)]
    assert spread_over_payments(30, payments, {}) == [(3, 10), (2, 10), (1, 10)]


def test_of_two_cards_the_first_position_pays_first():
    payments = [payment(2, "credit_card", 10), payment(1, "card", 10)]
    assert spread_over_payments(15, payments, {}) == [(1, 10), (2, 5)]


def test_what_other_plans_count_on_is_left_to_them():
    payments = [payment(1, "credit_card", 700, reserved=100), payment(2, "voucher", 500)]
    assert spread_over_payments(300, payments, {1: 600}) == [(1, 100), (2, 200)]
    assert spread_over_payments(300, payments, {1: 700}) == [(2, 300)]


def test_nothing_is_spread_over_nothing():
    assert spread_over_payments(0, [payment(1, "credit_card", 700)], {}) == []


def test_more_than_is_left_is_refused():
    with pytest.raises(MoreThanCaptured):
        spread_over_payments(701, [payment(1, "credit_card", 700)], {})


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["voucher", "credit_card", "boleto"]), st.integers(0, 99))),
    st.data(),
)
def test_a_spread_sums_to_the_total_and_takes_no_payment_beyond_its_amount(given, data):
    payments = [payment(pk, method, amount) for pk, (method, amount) in enumerate(given, 1)]
    planned = {each.pk: data.draw(st.integers(0, each.amount)) for each in payments}
    left = {each.pk: each.amount - planned[each.pk] for each in payments}
    total = data.draw(st.integers(0, sum(left.values())))
    spread = spread_over_payments(total, payments, planned)
    assert sum(amount for _pk, amount in spread) == total
    assert all(0 < amount <= left[pk] for pk, amount in spread)
