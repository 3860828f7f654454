"""Sending units anew: in exchange for what came back, or because a part was missing.

What replaces is a line and an item of its own that costs nothing; the money stays with the item
that was paid for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import F, Max
from django.utils import timezone

from core.actors import Actor
from core.bulk import insert
from core.events import Entry, record_many
from core.statements import fetched
from orders.models import Order, OrderItem, OrderLine, SellerOrder
from orders.operations.items import refresh_statuses


@dataclass(frozen=True)
class PaidUnits:
    """The units of the item that was paid for, [first, last), behind units that were sent."""

    item: OrderItem
    first: int
    last: int


def replace_item(order: Order, item: OrderItem, quantity: int, *, actor: Actor) -> OrderItem:
    """Add an item for `quantity` units that replaces this one: it costs nothing and waits to be
    packed like any other of the same seller. The order must be locked, and `item` have its line.

    In exchange: `item` is returned already. A missing part: it stays with the customer.
    """
    if not 1 <= quantity <= item.quantity:
        raise ValueError(f"{quantity} of {item.quantity} units cannot be replaced.")
    line = _free_line(order, item, quantity)
    insert([line])
    new = OrderItem(
        line=line,
        order_id=order.pk,
        seller_order_id=item.seller_order_id,
        seller_id=item.seller_id,
        number=f"{line.position}.1",
        first_unit=0,
        last_unit=quantity,
        replaces=item,
        captured_product=0,
        captured_shipping=0,
        version=1,
    )
    insert([new])
    SellerOrder.objects.filter(pk=item.seller_order_id).update(
        unit_count=F("unit_count") + quantity, updated_at=timezone.now()
    )
    _record(item, new, quantity, actor)
    refresh_statuses(order)
    return new


def _free_line(order: Order, item: OrderItem, quantity: int) -> OrderLine:
    """The same product once more, for nothing."""
    sold = item.line
    last = OrderLine.objects.filter(order=order.pk).aggregate(last=Max("position"))["last"]
    return OrderLine(
        order_id=order.pk,
        seller_order_id=item.seller_order_id,
        position=last + 1,
        sku=sold.sku,
        name=sold.name,
        barcode=sold.barcode,
        category=sold.category,
        quantity=quantity,
        unit_price=0,
        gross=0,
        tax_rate=sold.tax_rate,
        total=0,
        captured_product=0,
        captured_shipping=0,
        commission_rate=sold.commission_rate,
    )


def _record(item: OrderItem, new: OrderItem, quantity: int, actor: Actor) -> None:
    new._state.adding = False
    OrderItem.objects.filter(pk=item.pk).update(version=F("version") + 1, updated_at=timezone.now())
    item.version += 1
    record_many(
        [
            Entry(
                type="order_item.replaced",
                subject=item,
                data={"by": new.pk, "quantity": quantity, "number": new.number},
            ),
            Entry(
                type="order_item.replacing",
                subject=new,
                data={
                    "item": item.pk,
                    "quantity": quantity,
                    "number": item.number,
                    "to": new.status,
                },
            ),
        ],
        actor=actor,
    )


def paid_units_of(items: Sequence[OrderItem]) -> dict[int, PaidUnits]:
    """{item's pk: the units that were paid for behind it}, each with its item's line loaded.

    An item is its own, unless it was sent in exchange for one that came back: then, however
    often, the money is the first one's. A part sent later has no money of its own, nor of another.
    """
    found = {item.pk: PaidUnits(item, item.first_unit, item.last_unit) for item in items}
    exchanged = {pk: units for pk, units in found.items() if units.item.replaces_id}
    while exchanged:
        exchanged = _one_step_back(exchanged)
        found |= exchanged
        exchanged = {pk: units for pk, units in exchanged.items() if units.item.replaces_id}
    return found


def _one_step_back(units: dict[int, PaidUnits]) -> dict[int, PaidUnits]:
    """What was returned for these units; nothing for those that were not sent in exchange."""
    replaced_ids = {cast(int, one.item.replaces_id) for one in units.values()}
    replaced = OrderItem.objects.filter(pk__in=replaced_ids).select_related("line").in_bulk()
    exchanges = _sent_in_exchange(one.item.pk for one in units.values())
    found = {}
    for pk, one in units.items():
        if one.item.pk in exchanges:
            before = replaced[one.item.replaces_id]
            start = before.first_unit
            found[pk] = PaidUnits(before, start + one.first, start + one.last)
    return found


def _sent_in_exchange(item_ids: Iterable[int]) -> set[int]:
    """Those of these items that stand for one that had come back when they were sent. A part that
    was missing was sent while its item was with the customer, whatever became of that later."""
    return {pk for (pk,) in fetched(_SENT_AFTER_ITS_RETURN, [list(item_ids)])}


# The event is of the item that was sent; all pieces that it was split into are of its line.
_SENT_AFTER_ITS_RETURN = """
    SELECT item.id
    FROM orders_orderitem item
    JOIN orders_orderitem piece ON piece.line_id = item.line_id
    JOIN events_event sent
      ON sent.subject_type = 'order_item'
     AND sent.subject_id = piece.id
     AND sent.type = 'order_item.replacing'
    JOIN events_event returned
      ON returned.subject_type = 'order_item'
     AND returned.subject_id = item.replaces_id
     AND returned.type = 'order_item.returned'
     AND returned.id < sent.id
    WHERE item.id = ANY(%s)
"""
