"""A package and what travels in it, locked and as they are now."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.errors import DomainError
from orders.models import Order, OrderItem
from orders.operations import lock_order, move_items
from packages import policies
from packages.models import Package


class UnknownPackage(DomainError):
    """No such package, as far as this actor can see."""

    code = "unknown_package"
    status = 404
    message = _("There is no such package.")


def locked(package: Package, actor: Actor) -> tuple[Order, Package, list[OrderItem]]:
    """Order, items and package, locked in this order, as they are now.

    The items are those that travel: what was returned from the package stays returned. Raises
    UnknownPackage.
    """
    order = lock_order(package.order_id)
    items = items_in(package)
    [fresh] = locked_packages([package], order, actor)
    return order, fresh, items


def items_in(package: Package) -> list[OrderItem]:
    """What is in it and has not ended, locked; each with its line and its open request."""
    return (
        OrderItem.objects.live()
        .filter(packings__package=package, packings__removed_at=None)
        .select_related("line", "open_case")
        .locked()
    )


def locked_packages(packages: Iterable[Package], order: Order, actor: Actor) -> list[Package]:
    """These packages of a locked order, in the order given. Raises UnknownPackage where one is
    another order's, or nothing that this actor can see."""
    wanted = [package.pk for package in packages]
    rows = Package.objects.filter(pk__in=wanted, order=order)
    if actor.role in policies.SENDERS:
        rows = rows.visible_to(actor)
    found = {row.pk: row for row in rows.select_related("delivery_option__company").locked()}
    if len(found) != len(set(wanted)):
        raise UnknownPackage
    return [found[pk] for pk in wanted]


def move_with_items(
    order: Order,
    package: Package,
    items: list[OrderItem],
    status: str,
    actor: Actor,
    changes: dict | None = None,
    **data: Any,
) -> None:
    """The package goes to `status`, and what travels in it too; `data` is told with the package."""
    package.transition_to(status, actor=actor, changes=changes, **data)
    if items:
        move_items(order, items, status, actor=actor, package=package.number)
