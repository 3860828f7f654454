"""Moving and splitting items, under the order's lock."""

from collections.abc import Iterable, Sequence
from copy import copy

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError, InvalidInput
from core.events import Entry, record_many
from core.statements import (
    columns_of,
    condition,
    fetched,
    fetched_one,
    row_from,
    rows_from,
    visible,
)
from core.states import move
from orders.models import Order, OrderItem, OrderLine, SellerOrder
from orders.policies import status_of


class UnknownItem(DomainError):
    """No such item in this order, as far as this actor can see."""

    code = "unknown_item"
    status = 404


class QuantityNotLeft(InvalidInput):
    """More units than there are, or none."""

    code = "quantity_not_left"
    status = 409


def lock_order(order_id: int) -> Order:
    """The order, locked: that covers its items, packages, cases and plans. Always taken first.

    Its addresses are read when somebody asks for them.
    """
    facts = columns_of(Order, "purchase")
    row = fetched_one(
        f"SELECT {facts} FROM orders_order purchase WHERE id = %s FOR UPDATE",  # noqa: S608
        [order_id],
    )
    if row is None:
        raise Order.DoesNotExist
    return row_from(Order, row)


def item_ids_of(order: Order, actor: Actor) -> dict[str, int]:
    """{number: id} of the order's items that this actor may see."""
    chosen = visible(OrderItem, actor, ("number", "id"), order_id=order.pk)
    return {} if chosen is None else dict(fetched(*chosen))


def locked_items(order: Order, item_ids: Iterable[int], *, actor: Actor) -> dict[int, OrderItem]:
    """Those of the order's items that the actor may see, locked in the order of their ids; each
    with its line and its seller order."""
    narrowed = condition(OrderItem, actor, order_id=order.pk)
    if narrowed is None:
        return {}
    mine, values = narrowed
    columns = ", ".join(
        (
            columns_of(OrderItem, "orders_orderitem"),
            columns_of(OrderLine, "line"),
            columns_of(SellerOrder, "part"),
        )
    )
    statement = _ITEMS.format(columns=columns, mine=mine)
    items = {}
    for row in fetched(statement, [list(item_ids), *values]):
        item, line, part = rows_from((OrderItem, OrderLine, SellerOrder), row)
        item.line, item.seller_order = line, part
        items[item.pk] = item
    return items


_ITEMS = """
    SELECT {columns}
    FROM orders_orderitem
    JOIN orders_orderline line ON line.id = orders_orderitem.line_id
    JOIN orders_sellerorder part ON part.id = orders_orderitem.seller_order_id
    WHERE orders_orderitem.id = ANY(%s) AND {mine}
    ORDER BY orders_orderitem.id FOR UPDATE OF orders_orderitem
"""


def take_items(order: Order, wanted: dict[int, int], *, actor: Actor) -> list[OrderItem]:
    """The items with these quantities {item id: units}, locked, split where only part is wanted.

    The parts keep the order of `wanted`. Raises UnknownItem, QuantityNotLeft.
    """
    found = locked_items(order, wanted, actor=actor)
    taken = []
    for item_id, quantity in wanted.items():
        item = found.get(item_id)
        if item is None:
            raise UnknownItem(_("There is no such item in this order."), field="items")
        if not 1 <= quantity <= item.quantity:
            raise QuantityNotLeft(
                _("%(quantity)s of %(name)s is not possible; there are %(left)s.")
                % {"quantity": quantity, "name": item.line.name, "left": item.quantity},
                field="items",
                allowed=[str(item.quantity)],
            )
        taken.append(part_of(item, quantity, actor=actor))
    return taken


def part_of(item: OrderItem, quantity: int, *, actor: Actor) -> OrderItem:
    """`quantity` units of a locked item: the item itself, or what is split off it for them."""
    return item if quantity == item.quantity else split_item(item, quantity, actor=actor)


def split_item(item: OrderItem, quantity: int, *, actor: Actor) -> OrderItem:
    """Split the last `quantity` units off a locked item and return the leaving part.

    The staying part keeps its id and number; the leaving part gets the next number of the line.
    Shares come from the line alone, so they do not depend on the path (product.md §2).
    """
    if item.refunded_product or item.refunded_shipping:
        raise DomainError(_("Money was already paid back for this item; it cannot be split."))
    if item.open_case_id is not None:  # its request and its plan speak of the whole item
        raise DomainError(
            _("A request for %(name)s waits for an answer; it cannot be split before.")
            % {"name": item.line.name},
            code="request_waiting",
        )
    cut = item.last_unit - quantity
    parts_of_line = OrderItem.objects.filter(line_id=item.line_id).count()
    leaving = OrderItem(
        line=item.line,
        order_id=item.order_id,
        seller_order_id=item.seller_order_id,
        seller_id=item.seller_id,
        number=f"{item.line.position}.{parts_of_line + 1}",
        first_unit=cut,
        last_unit=item.last_unit,
        status=item.status,
        open_case_id=item.open_case_id,
        replaces_id=item.replaces_id,
        version=1,
        **item.line.shares_of(cut, item.last_unit),
    )
    staying = {"last_unit": cut, **item.line.shares_of(item.first_unit, cut)}
    OrderItem.objects.filter(pk=item.pk).update(
        **staying, version=F("version") + 1, updated_at=timezone.now()
    )
    for name, value in staying.items():
        setattr(item, name, value)
    item.version += 1
    leaving.save(force_insert=True)
    record_many(
        [
            Entry(
                type="order_item.split",
                subject=item,
                data={"into": leaving.pk, "quantity": quantity},
            ),
            Entry(
                type="order_item.split_off",
                subject=leaving,
                data={"from_item": item.pk, "quantity": quantity, "to": leaving.status},
            ),
        ],
        actor=actor,
    )
    return leaving


def would_be_part(item: OrderItem, quantity: int) -> OrderItem:
    """The part that splitting `quantity` units off would make (the last ones); never saved."""
    if quantity == item.quantity:
        return item
    part = copy(item)
    part.first_unit = item.last_unit - quantity
    for name, amount in item.line.shares_of(part.first_unit, part.last_unit).items():
        setattr(part, name, amount)
    return part


def move_items(
    order: Order,
    items: Sequence[OrderItem],
    status: str,
    *,
    actor: Actor,
    changes: dict | None = None,
    **data,
) -> None:
    """Move items of a locked order to `status` and recompute the statuses that follow from them.

    Raises InvalidTransition when one of them cannot go there, or is there already.
    """
    data_of = {item.pk: {"quantity": item.quantity} for item in items}
    move(items, status, actor=actor, changes=changes, data_of=data_of, **data)
    refresh_statuses(order)


_STATUSES = "SELECT seller_order_id, status FROM orders_orderitem WHERE order_id = %s"
_REFRESH = """
    WITH purchase AS (UPDATE orders_order SET status = %s, updated_at = %s WHERE id = %s)
    UPDATE orders_sellerorder AS part
    SET status = now.status, has_cancelled = now.has_cancelled,
        has_returned = now.has_returned, updated_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::boolean[])
        AS now(id, status, has_cancelled, has_returned)
    WHERE part.id = now.id
"""


def refresh_statuses(order: Order) -> None:
    """Name the order and its seller orders after their least advanced live item."""
    now = timezone.now()
    statuses: dict[int, list[str]] = {}
    for part_id, status in fetched(_STATUSES, [order.pk]):
        statuses.setdefault(part_id, []).append(status)
    parts = [
        (
            part_id,
            status_of(own),
            OrderItem.Status.CANCELLED in own,
            OrderItem.Status.RETURNED in own,
        )
        for part_id, own in sorted(statuses.items())
    ]
    order.status = status_of([status for own in statuses.values() for status in own])
    order.updated_at = now
    columns = [list(column) for column in zip(*parts, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [order.status, now, order.pk, now, *columns])
