"""What would be paid back, without writing anything."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.actors import Actor
from orders.models import Order, OrderItem, Payment
from orders.operations.items import QuantityNotLeft, UnknownItem
from refunds.operations.plans import planned_of
from refunds.planning import PlannedLine, plan_refund, spread_over_payments


@dataclass(frozen=True)
class EstimatedItem:
    """One chosen item and its figures, in minor units: they add up to `amount`."""

    item: OrderItem
    quantity: int
    lines: list[PlannedLine]

    def _sum(self, figure: str, component: str | None = None) -> int:
        lines = [line for line in self.lines if component in (None, line.component)]
        return sum(getattr(line, figure) for line in lines)

    @property
    def gross(self) -> int:
        return self._sum("gross", "product")

    @property
    def discount(self) -> int:
        return self._sum("discount")

    @property
    def shipping(self) -> int:
        return self._sum("gross", "shipping")

    @property
    def uncaptured(self) -> int:
        return self._sum("uncaptured")

    @property
    def refunded_before(self) -> int:
        return self._sum("refunded_before")

    @property
    def amount(self) -> int:
        return self._sum("amount")


@dataclass(frozen=True)
class Estimate:
    """What is paid back, to the cent, if it is asked for now; minor units of `currency`."""

    currency: str
    items: list[EstimatedItem]
    payments: list[tuple[Payment, int]]

    @property
    def total(self) -> int:
        return sum(estimated.amount for estimated in self.items)

    @property
    def units(self) -> int:
        return sum(estimated.quantity for estimated in self.items)


def estimate_cancellation(order: Order, wanted: Mapping[int, int], actor: Actor) -> Estimate:
    """What cancelling {item id: units} pays back. Reads only; nothing is written or locked.

    The same functions make the plan, on the shares the items will have once they are split, so
    this is what is paid. Raises UnknownItem, QuantityNotLeft.
    """
    found = {
        item.pk: item
        for item in OrderItem.objects.visible_to(actor)
        .filter(order=order, pk__in=wanted)
        .select_related("line")
    }
    estimated = []
    for item_id, quantity in wanted.items():
        if item_id not in found:
            raise UnknownItem(_("There is no such item in this order."), field="items")
        item = found[item_id]
        if not 1 <= quantity <= item.quantity:
            raise QuantityNotLeft(field="items", allowed=[str(item.quantity)])
        lines = plan_refund([would_be_part(item, quantity)]).lines
        estimated.append(EstimatedItem(item, quantity, lines))
    return Estimate(order.currency, estimated, _payments(order, estimated))


def would_be_part(item: OrderItem, quantity: int) -> OrderItem:
    """The part that splitting `quantity` units off would make (the last ones); never saved."""
    if quantity == item.quantity:
        return item
    part = copy(item)
    part.first_unit = item.last_unit - quantity
    for name, amount in item.line.shares_of(part.first_unit, part.last_unit).items():
        setattr(part, name, amount)
    return part


def _payments(order: Order, estimated: list[EstimatedItem]) -> list[tuple[Payment, int]]:
    """Which payment gives back how much: one plan per seller, one after the other."""
    payments = list(order.payments.order_by("position"))
    planned = planned_of(order.pk)
    back = dict.fromkeys((payment.pk for payment in payments), 0)
    for seller_order_id in sorted({entry.item.seller_order_id for entry in estimated}):
        total = sum(
            entry.amount for entry in estimated if entry.item.seller_order_id == seller_order_id
        )
        for payment_id, amount in spread_over_payments(total, payments, planned):
            planned[payment_id] += amount
            back[payment_id] += amount
    return [(payment, back[payment.pk]) for payment in payments if back[payment.pk]]
