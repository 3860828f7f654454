"""Sending the same again, or the part that was missing, instead of paying it back."""

from collections.abc import Mapping, Sequence

from core.actors import Actor
from orders.models import Order, OrderItem
from orders.operations.replacing import replace_item
from returns.models import ReturnItem, ReturnRequest


def send_again(
    request: ReturnRequest,
    order: Order,
    entries: Sequence[ReturnItem],
    *,
    actor: Actor,
    quantities: Mapping[int, int] | None = None,
) -> list[OrderItem]:
    """Add an item that replaces each of these; it is packed and shipped like any other.

    An exchange follows the goods, so its items are `returned` by now; a part that was missing
    leaves at once. quantities: {entry's pk: units}, where fewer came back than were asked for.
    The order must be locked, and the entries have their items and lines. It adds them each time
    it is called: whoever approves or receives calls it once.
    """
    units = {entry.pk: entry.item.quantity for entry in entries} | dict(quantities or {})
    new = [
        replace_item(order, entry.item, units[entry.pk], actor=actor)
        for entry in entries
        if units[entry.pk]
    ]
    if new:
        request.case.note(
            "return.replaced",
            actor=actor,
            wish=request.wish,
            items=[item.pk for item in new],
            numbers=[item.number for item in new],
            units=sum(item.quantity for item in new),
        )
    return new
