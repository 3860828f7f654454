"""Setting money aside: what makes paying back more than was captured impossible.

A reservation is one conditional UPDATE per row ("only if that much is left"), with a CHECK
behind it. The items of a plan (or the order's surplus) are reserved once, with its first
reserved part, and released with its last one; payments are reserved part by part.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from orders.models import OrderItem, Payment
from refunds.models import OrderSurplus, RefundLine, RefundPart, RefundPlan
from refunds.planning import MoreThanCaptured

Component = RefundLine.Component


def reserve(plan: RefundPlan, parts: Sequence[RefundPart]) -> None:
    """Set aside the amounts of these parts, and of the plan's items with the first of them.

    The order must be locked. Raises MoreThanCaptured and then must be rolled back.
    """
    if not _reserved_parts(plan).exists():
        if plan.type == RefundPlan.Type.SURPLUS:
            left = OrderSurplus.objects.filter(
                pk=plan.order_id, amount__gte=F("reserved") + plan.total
            )
            _exactly_one(left.update(reserved=F("reserved") + plan.total))
        for item_id, (product, shipping) in _amounts_by_item(plan):
            items = OrderItem.objects.filter(
                pk=item_id,
                captured_product__gte=F("refunded_product") + product,
                captured_shipping__gte=F("refunded_shipping") + shipping,
            )
            _exactly_one(_take(items, product, shipping))
    for part in parts:
        payments = Payment.objects.filter(
            pk=part.payment_id, amount__gte=F("refund_reserved") + part.amount
        )
        _exactly_one(payments.update(refund_reserved=F("refund_reserved") + part.amount))
    RefundPart.objects.filter(pk__in=[part.pk for part in parts]).update(reserved_at=timezone.now())


def release(plan: RefundPlan, part: RefundPart) -> None:
    """Give back what a definitively refused part had set aside."""
    Payment.objects.filter(pk=part.payment_id).update(
        refund_reserved=F("refund_reserved") - part.amount
    )
    RefundPart.objects.filter(pk=part.pk).update(reserved_at=None)
    if not _reserved_parts(plan).exists():
        if plan.type == RefundPlan.Type.SURPLUS:
            surplus = OrderSurplus.objects.filter(pk=plan.order_id)
            surplus.update(reserved=F("reserved") - plan.total)
        for item_id, (product, shipping) in _amounts_by_item(plan):
            _take(OrderItem.objects.filter(pk=item_id), -product, -shipping)


def _reserved_parts(plan: RefundPlan):
    return RefundPart.objects.filter(plan=plan, reserved_at__isnull=False)


def _amounts_by_item(plan: RefundPlan) -> list[tuple[int, tuple[int, int]]]:
    """What the plan takes of each item, product and shipping, in pk order. What a line takes away
    from the product stays with the item."""
    amounts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in plan.lines.standing():
        taking = line.component in RefundLine.TAKING
        amounts[line.item_id][Component.PRODUCT if taking else line.component] += line.amount
    return [
        (item_id, (of_item[Component.PRODUCT], of_item[Component.SHIPPING]))
        for item_id, of_item in sorted(amounts.items())
    ]


def _take(items, product: int, shipping: int) -> int:
    return items.update(
        refunded_product=F("refunded_product") + product,
        refunded_shipping=F("refunded_shipping") + shipping,
    )


def _exactly_one(updated: int) -> None:
    if updated != 1:
        raise MoreThanCaptured()
