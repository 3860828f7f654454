"""Which payments a refund would go back to, before there is a plan of it."""

from collections.abc import Mapping

from orders.models import Order, Payment
from refunds.operations.plans import planned_of
from refunds.planning import spread_over_payments


def expected_payments(order: Order, totals: Mapping[int, int]) -> list[tuple[Payment, int]]:
    """Which payment gives back how much of {seller order id: minor units}: one plan per seller,
    one after the other, beside what live plans count on. Payments that give nothing are left out.
    """
    payments = list(order.payments.order_by("position"))
    planned = planned_of(order.pk)
    back = dict.fromkeys((payment.pk for payment in payments), 0)
    for _part_id, total in sorted(totals.items()):
        for payment_id, amount in spread_over_payments(total, payments, planned):
            planned[payment_id] += amount
            back[payment_id] += amount
    return [(payment, back[payment.pk]) for payment in payments if back[payment.pk]]
