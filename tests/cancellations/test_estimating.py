"""The estimate writes nothing and is what is paid, to the cent, per payment."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cancellations.operations import estimate_cancellation
from orders.operations.items import QuantityNotLeft, UnknownItem, split_item, would_be_part
from refunds.models import RefundPart, RefundPlan
from tests.cancellations.acts import ask, cancel, select
from tests.factories import items_of, line, make_customer, make_order, make_seller

pytestmark = pytest.mark.django_db


def paid_back(order) -> dict[int, int]:
    back: dict[int, int] = {}
    for payment_id, amount in RefundPart.objects.filter(order=order).values_list(
        "payment_id", "amount"
    ):
        back[payment_id] = back.get(payment_id, 0) + amount
    return back


def test_the_estimate_reads_only():
    order = make_order(lines=[line(quantity=3, unit_price=333, discount=100, shipping=50)])
    [item] = items_of(order)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        estimate_cancellation(order, {item.pk: 2}, make_customer(order))

    statements = [
        query["sql"] for query in queries if 'UPDATE "orders_customer"' not in query["sql"]
    ]
    written = [sql for sql in statements if not sql.lstrip().startswith("SELECT")]
    assert [sql for sql in written if "accounts_user" not in sql] == []
    assert not any("FOR UPDATE" in sql for sql in statements)


def test_a_part_is_estimated_as_the_split_will_make_it():
    order = make_order(lines=[line(quantity=7, unit_price=999, discount=500, shipping=333)])
    [item] = items_of(order)
    expected = would_be_part(item, 3)

    part = split_item(item, 3, actor=make_customer(order))

    for name in ("first_unit", "last_unit", "captured_product", "captured_shipping", "commission"):
        assert getattr(expected, name) == getattr(part, name)


def test_card_first_and_voucher_last():
    order = make_order(
        lines=[line(quantity=3, unit_price=1000)],
        payments=[("voucher", 1800), ("credit_card", 1200)],
    )
    customer = make_customer(order)
    [item] = items_of(order)

    estimate = estimate_cancellation(order, {item.pk: 2}, customer)

    by_method = {payment.method: amount for payment, amount in estimate.payments}
    assert by_method == {"credit_card": 1200, "voucher": 800}
    ask(order, customer, select(item, 2))
    assert paid_back(order) == {payment.pk: amount for payment, amount in estimate.payments}


def test_the_figures_add_up_for_the_reader():
    order = make_order(
        lines=[line(quantity=2, unit_price=1850, discount=370, shipping=500)],
        payments=[("credit_card", 3000)],
    )
    [item] = items_of(order)

    [entry] = estimate_cancellation(order, {item.pk: 1}, make_customer(order)).items

    assert (entry.gross, entry.discount, entry.shipping) == (1850, 185, 250)
    assert entry.gross - entry.discount + entry.shipping - entry.uncaptured == entry.amount
    assert entry.uncaptured > 0


def test_what_does_not_exist_cannot_be_estimated():
    order = make_order()
    customer = make_customer(order)
    [item] = items_of(order)
    [foreign] = items_of(make_order())

    with pytest.raises(QuantityNotLeft):
        estimate_cancellation(order, {item.pk: item.quantity + 1}, customer)
    with pytest.raises(UnknownItem):
        estimate_cancellation(order, {foreign.pk: 1}, customer)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_cancelled_in_whatever_order_the_estimate_is_what_is_planned(seed):
    """Two sellers, odd prices, two tenders, less or more captured than the total."""
    random = Random(seed)
    sellers = [make_seller(), make_seller()]
    lines = [
        line(
            random.choice(sellers),
            random.randint(1, 5),
            random.randint(1, 3333),
            random.randint(0, 300) if random.random() < 0.0 else 0,
            random.randint(0, 999),
        )
        for _ in range(4)
    ]
    total = sum(given["quantity"] * given["unit_price"] + given["shipping"] for given in lines)
    card = random.randint(0, total)
    rest = max(total - card + random.choice([-7, 0, 13]), 0)
    order = make_order(lines=lines, payments=[("voucher", card), ("credit_card", rest)])
    customer = make_customer(order)

    while left := [item for item in items_of(order) if item.is_unshipped]:
        chosen = random.sample(left, random.randint(1, len(left)))
        wanted = {item.pk: random.randint(1, item.quantity) for item in chosen}
        before = paid_back(order)
        estimate = estimate_cancellation(order, wanted, customer)
        requests = cancel(order, customer, *[select(item, wanted[item.pk]) for item in chosen])

        assert sum(request.estimate for request in requests) == estimate.total
        after = paid_back(order)
        gained = {pk: after[pk] - before.get(pk, 0) for pk in after if after[pk] != before.get(pk)}
        assert gained == {payment.pk: amount for payment, amount in estimate.payments}

    plans = RefundPlan.objects.filter(order=order)
    assert sum(plan.total for plan in plans) == min(order.captured, order.total)
