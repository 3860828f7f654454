"""Packages of an imported past: one per seller order that was ever packed. No effects."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from core.bulk import insert
from core.events import Entry, record_past
from core.numbers import new_number
from orders.history import Step
from orders.models import OrderStatus
from orders.operations import PastPart
from packages.models import Package, PackageItem

Status = Package.Status


@transaction.atomic
def record_history(parts: Iterable[PastPart], *, actor: Actor) -> list[Package]:
    """Make the packages in which the items of these parts travelled, and their events.

    Carrier and tracking number are not known. A package all of whose items were cancelled is
    cancelled; one whose items came back stays as it was when they did.
    """
    packed = [part for part in parts if part.walk.reached(OrderStatus.PREPARING)]
    packages = insert(_package(part) for part in packed)
    insert(
        PackageItem(
            package=package,
            item=item,
            seller_order_id=item.seller_order_id,
            removed_at=_removed_at(part),
        )
        for part, package in zip(packed, packages, strict=True)
        for item in part.items
    )
    entries = [
        entry
        for part, package in zip(packed, packages, strict=True)
        for entry in _moves(part, package)
    ]
    record_past(entries, actor=actor)
    return packages


def _steps(part: PastPart) -> list[Step]:
    """The items' steps that are steps of their package too, in order."""
    return [step for step in part.walk.steps if step.status in Status.values]


def _package(part: PastPart) -> Package:
    steps = _steps(part)
    first = part.items[0]
    return Package(
        number=new_number("P"),
        order_id=first.order_id,
        seller_order_id=first.seller_order_id,
        seller_id=first.seller_id,
        status=steps[-1].status,
        created_at=_at(part, OrderStatus.PREPARING),
        shipped_at=_at(part, OrderStatus.SHIPPED),
        delivered_at=_at(part, OrderStatus.DELIVERED),
        ship_by=first.seller_order.ship_by,
        imported=True,
        version=len(steps),
    )


def _at(part: PastPart, status: str) -> datetime | None:
    step = part.walk.reached(status)
    return step.at if step else None


def _removed_at(part: PastPart) -> datetime | None:
    """Cancelled items have left their package, even if nobody knows when."""
    if part.walk.status != OrderStatus.CANCELLED:
        return None
    return part.ended_at or timezone.now()


def _moves(part: PastPart, package: Package) -> Iterator[Entry]:
    previous = ""
    for seq, step in enumerate(_steps(part), start=1):
        data: dict = {"to": step.status}
        if previous:
            data["from"] = previous
        else:
            data["items"] = [item.pk for item in part.items]
            data["units"] = sum(item.quantity for item in part.items)
        yield Entry(
            type=f"package.{step.status}",
            subject=package,
            seq=seq,
            data=data,
            occurred_at=step.at,
            inferred=step.inferred,
        )
        previous = step.status
