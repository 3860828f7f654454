"""What would be paid back, without writing anything."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.actors import Actor
from orders.models import Order, OrderItem, Payment
from orders.operations.items import QuantityNotLeft, UnknownItem, would_be_part
from refunds.operations.spreading import expected_payments
from refunds.planning import PlannedLine, plan_refund


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
    totals: dict[int, int] = defaultdict(int)
    for entry in estimated:
        totals[entry.item.seller_order_id] += entry.amount
    return Estimate(order.currency, estimated, expected_payments(order, totals))
