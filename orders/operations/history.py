"""An imported past of orders: items end up where they were, and every move is an event.

No effects (product.md §7): nothing is delivered, nothing is armed. Rows and events are written
with a handful of statements however many orders there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from core.actors import Actor
from core.bulk import insert
from core.events import Entry, record_past
from core.numbers import new_number
from orders.history import Walk
from orders.models import Case, Order, OrderItem, OrderStatus, SellerOrder
from orders.operations.cases import PREFIX
from orders.operations.placing import Placed

CASE_STEPS = (Case.Status.WAITING, Case.Status.APPROVED, Case.Status.COMPLETED)
KIND_OF = {OrderStatus.CANCELLED: Case.Kind.CANCEL, OrderStatus.RETURNED: Case.Kind.RETURN}


@dataclass(frozen=True)
class PastPart:
    """What one seller's part of an order went through: all of its items, together.

    `case` is the closed request that ended them, if one did.
    """

    items: tuple[OrderItem, ...]
    walk: Walk
    case: Case | None = None

    @property
    def ended_at(self) -> datetime | None:
        return self.walk.ending.at if self.walk.ending else None


@transaction.atomic
def record_history(pasts: Iterable[tuple[Placed, Walk]], *, actor: Actor) -> list[PastPart]:
    """Move all items of orders just placed along their walks, and close a case where one ended
    them.

    Orders that were there already are left alone. Returns one part per seller order that moved.
    """
    by_part: dict[int, PastPart] = {}
    for placed, walk in pasts:
        for item in placed.items if walk.steps else ():
            part = by_part.get(item.seller_order_id) or PastPart((), walk)
            by_part[item.seller_order_id] = replace(part, items=(*part.items, item))
    parts = _with_cases(list(by_part.values()))
    _move(parts)
    entries = [entry for part in parts for entry in (*_moves(part), *_case_steps(part))]
    record_past(entries, actor=actor)
    return parts


def _with_cases(parts: Sequence[PastPart]) -> list[PastPart]:
    """The same parts, each with the case that ended it, if one did."""
    cases = {
        part.items[0].seller_order_id: _closed_case(part) for part in parts if part.walk.ending
    }
    insert(cases.values())
    return [replace(part, case=cases.get(part.items[0].seller_order_id)) for part in parts]


def _closed_case(part: PastPart) -> Case:
    assert part.walk.ending
    first = part.items[0]
    kind = KIND_OF[OrderStatus(part.walk.status)]
    by = part.walk.ending.by
    return Case(
        number=new_number(PREFIX[kind]),
        kind=kind,
        order_id=first.order_id,
        seller_order_id=first.seller_order_id,
        seller_id=first.seller_id,
        status=Case.Status.COMPLETED,
        origin=by if by in Case.Origin else Case.Origin.SYSTEM,
        opened_at=None,
        decided_at=part.ended_at,
        closed_at=part.ended_at,
        imported=True,
        version=len(CASE_STEPS),
    )


def _move(parts: Sequence[PastPart]) -> None:
    """One UPDATE per way of ending up: there are few of them, whatever the number of orders."""
    items: dict[tuple[str, int], list[int]] = defaultdict(list)
    seller_orders: dict[str, set[int]] = defaultdict(set)
    orders: dict[str, set[int]] = defaultdict(set)
    for part in parts:
        status, version = part.walk.status, len(part.walk.steps)
        for item in part.items:
            item.status, item.version = status, version
            items[status, version].append(item.pk)
        seller_orders[status].add(part.items[0].seller_order_id)
        orders[status].add(part.items[0].order_id)
    for (status, version), ids in items.items():
        OrderItem.objects.filter(pk__in=ids).update(status=status, version=version)
    for status, part_ids in seller_orders.items():
        SellerOrder.objects.filter(pk__in=part_ids).update(
            status=status,
            has_cancelled=status == OrderStatus.CANCELLED,
            has_returned=status == OrderStatus.RETURNED,
        )
    for status, order_ids in orders.items():
        Order.objects.filter(pk__in=order_ids).update(status=status)


def _moves(part: PastPart) -> Iterator[Entry]:
    for item in part.items:
        previous: str = OrderStatus.WAITING_PACKAGING
        for seq, step in enumerate(part.walk.steps, start=1):
            data: dict = {"from": previous, "to": step.status, "quantity": item.quantity}
            if step.status in KIND_OF and part.case:
                data["case"] = part.case.number
            yield Entry(
                type=f"order_item.{step.status}",
                subject=item,
                seq=seq,
                data=data,
                occurred_at=step.at,
                inferred=step.inferred,
            )
            previous = step.status


def _case_steps(part: PastPart) -> Iterator[Entry]:
    """Opened and answered when nobody knows; completed when the items ended."""
    if not part.case:
        return
    for seq, status in enumerate(CASE_STEPS, start=1):
        data: dict = {"to": status, "kind": part.case.kind}
        if seq > 1:
            data["from"] = CASE_STEPS[seq - 2]
        else:
            data["items"] = [item.pk for item in part.items]
            data["units"] = sum(item.quantity for item in part.items)
        completed = status == Case.Status.COMPLETED
        yield Entry(
            type=f"case.{status}",
            subject=part.case,
            seq=seq,
            data=data,
            occurred_at=part.ended_at if completed else None,
            inferred=not completed,
        )
