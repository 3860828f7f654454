"""Packages that are being prepared, packed differently: one becomes two, items change over."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.numbers import new_number
from orders.models import Order, OrderItem
from orders.operations import lock_order, take_items
from orders.operations.items import UnknownItem
from packages import policies
from packages.models import Package
from packages.operations.locking import items_in, locked, locked_packages
from packages.operations.packing import begin_with, earliest_ship_by, put_in, take_out


@transaction.atomic
def split_package(*, package: Package, units: Mapping[int, int], actor: Actor) -> Package:
    """Make a new package of `units` {item id: units} of one that is being prepared; part of a
    quantity splits the item. The new one has the old one's carrier.

    Raises UnknownPackage, UnknownItem, QuantityNotLeft, NotRepackable (nothing would stay, or it
    is no longer being prepared), RequestWaiting, NotAllowed.
    """
    order, package, items = locked(package, actor)
    refusal = policies.may_send(actor, package.seller_id) or policies.may_split(
        package, items, units
    )
    if refusal:
        raise refusal
    taken = _taken(order, items, units, actor)
    take_out(package, taken)
    new = Package(
        number=new_number("P"),
        order=order,
        seller_order_id=package.seller_order_id,
        seller_id=package.seller_id,
        delivery_option=package.delivery_option,
        other_carrier=package.other_carrier,
        created_at=timezone.now(),
        ship_by=earliest_ship_by(taken) or package.ship_by,
    )
    begin_with(new, taken, actor, split_from=package.number)
    package.note("package.split", actor=actor, into=new.number, **_told(taken))
    return new


@transaction.atomic
def move_between(
    *, source: Package, target: Package, units: Mapping[int, int], actor: Actor
) -> None:
    """Move `units` {item id: units} from one package to another of the same seller's part of an
    order, both being prepared. A source with nothing left is cancelled; its items are not.

    Raises UnknownPackage (one of another order is as good as none), UnknownItem,
    QuantityNotLeft, NotRepackable, RequestWaiting, NotAllowed.
    """
    order = lock_order(source.order_id)
    items = items_in(source)
    source, target = locked_packages([source, target], order, actor)
    refusal = policies.may_send(actor, source.seller_id) or policies.may_move(
        source, target, items, units
    )
    if refusal:
        raise refusal
    taken = _taken(order, items, units, actor)
    take_out(source, taken)
    put_in(target, taken)
    _hurry(target, taken)
    target.note("package.items_joined", actor=actor, out_of=source.number, **_told(taken))
    if source.contents.inside().exists():
        source.note("package.items_moved", actor=actor, into=target.number, **_told(taken))
    else:
        source.transition_to(
            Package.Status.CANCELLED,
            actor=actor,
            reason="emptied",
            into=target.number,
            **_told(taken),
        )


def _taken(
    order: Order, items: list[OrderItem], units: Mapping[int, int], actor: Actor
) -> list[OrderItem]:
    """These units of what is in a package, split off where only part of an item is wanted."""
    if not units.keys() <= {item.pk for item in items}:
        raise UnknownItem(_("There is no such item in this package."), field="items")
    return take_items(order, dict(units), actor=actor)


def _hurry(package: Package, items: list[OrderItem]) -> None:
    """A package is as urgent as the most urgent thing in it."""
    ship_by = earliest_ship_by(items)
    if ship_by and (package.ship_by is None or ship_by < package.ship_by):
        Package.objects.filter(pk=package.pk).update(ship_by=ship_by)
        package.ship_by = ship_by


def _told(items: list[OrderItem]) -> dict[str, Any]:
    return {"items": [item.pk for item in items], "units": sum(item.quantity for item in items)}
