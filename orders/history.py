"""The past of an order that comes from another system: which moves its items have made.

Pure. The moves are those of `OrderItem.TRANSITIONS`; steps which the source skipped are found
along that table and marked as inferred (product.md §7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from orders.models import OrderItem, OrderStatus

if TYPE_CHECKING:
    from orders.incoming.shapes import PastEvent

STATUS_OF = {
    "packed": OrderStatus.PREPARING,
    "ready_to_ship": OrderStatus.READY_TO_SHIP,
    "shipped": OrderStatus.SHIPPED,
    "delivered": OrderStatus.DELIVERED,
    "delivery_failed": OrderStatus.DELIVERY_FAILED,
    "cancelled": OrderStatus.CANCELLED,
    "returned": OrderStatus.RETURNED,
}
PAST_EVENTS = tuple(STATUS_OF)
# Only these go without saying; nobody infers a failed delivery.
SILENT = (OrderStatus.PREPARING, OrderStatus.SHIPPED)


class ImpossiblePast(InvalidInput):
    """An event that cannot follow what happened before it."""

    code = "impossible_past"


@dataclass(frozen=True)
class Step:
    """One move of an item. `at` is None when nobody knows; `inferred` when nobody said so."""

    status: str
    at: datetime | None
    inferred: bool = False


@dataclass(frozen=True)
class Walk:
    """All moves of an item, in order, and the event that ended it, if one did."""

    steps: tuple[Step, ...] = ()
    ending: "PastEvent | None" = None

    @property
    def status(self) -> str:
        return self.steps[-1].status if self.steps else OrderStatus.WAITING_PACKAGING

    @property
    def cancelled_after_handover(self) -> bool:
        """The source calls it cancelled, but the carrier had it: to us it was returned."""
        return (
            self.ending is not None
            and self.ending.event == "cancelled"
            and self.status == OrderStatus.RETURNED
        )

    def reached(self, status: str) -> Step | None:
        """The last time the item became this, if it did."""
        return next((step for step in reversed(self.steps) if step.status == status), None)


def walk(events: "Sequence[PastEvent]") -> Walk:
    """The moves that these events make. Raises ImpossiblePast naming the event at fault.

    `cancelled` after the hand-over to the carrier is a return in our sense.
    """
    steps: list[Step] = []
    current: str = OrderStatus.WAITING_PACKAGING
    ending = None
    for position, past in enumerate(events):
        way = _way(current, past.event)
        if way is None:
            raise ImpossiblePast(
                _("“%(event)s” cannot follow “%(current)s”.")
                % {"event": past.event, "current": OrderStatus(current).label},
                field=f"history/{position}/event",
                allowed=[name for name in PAST_EVENTS if _way(current, name)],
            )
        steps += [Step(status, None, inferred=True) for status in way[:-1]]
        steps.append(Step(way[-1], past.at))
        current = way[-1]
        if current in OrderItem.ENDED:
            ending = past
    return Walk(tuple(steps), ending)


@cache
def _way(current: str, event: str) -> tuple[str, ...] | None:
    """The statuses from `current`, exclusive, to where `event` leads; None when it cannot be."""
    target: str = STATUS_OF[event]
    if event == "cancelled" and OrderStatus.RETURNED in OrderItem.TRANSITIONS[current]:
        target = OrderStatus.RETURNED
    ways: list[tuple[str, ...]] = [()]
    for way in ways:
        onward = OrderItem.TRANSITIONS[way[-1] if way else current]
        if target in onward:
            return (*way, target)
        ways += [(*way, status) for status in SILENT if status in onward and status not in way]
    return None
