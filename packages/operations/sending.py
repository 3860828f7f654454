"""A package on its way: ready, shipped, delivered or not. Its items go with it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.errors import DomainError
from orders.models import Order, OrderItem
from orders.operations import lock_order, move_items
from packages import policies
from packages.models import Package
from sellers.models import DeliveryOption

Status = Package.Status


class UnknownPackage(DomainError):
    """No such package, as far as this actor can see."""

    code = "unknown_package"
    status = 404


@transaction.atomic
def mark_ready(*, package: Package, actor: Actor) -> Package:
    """The package is invoiced and labelled. Raises InvalidTransition, NotAllowed."""
    order, package, items = _locked(package, actor)
    if refusal := policies.may_send(actor, package.seller_id):
        raise refusal
    _move(order, package, items, Status.READY_TO_SHIP, actor)
    return package


@transaction.atomic
def ship_package(
    *,
    package: Package,
    actor: Actor,
    tracking_number: str = "",
    delivery_option: DeliveryOption | None = None,
    anyway: bool = False,
) -> Package:
    """Hand the package to the carrier, for the first time or again after a failed delivery.

    Without a tracking number or a delivery option the package keeps those it has. Items whose
    cancellation waits for an answer are refused unless `anyway` (product.md §4.6). Raises
    CustomerAskedToCancel, InvalidTransition, InvalidInput, NotAllowed.
    """
    order, package, items = _locked(package, actor)
    option = delivery_option or package.delivery_option
    refusal = (
        policies.may_send(actor, package.seller_id)
        or policies.may_ship(items, anyway=anyway)
        or policies.fits_carrier(tracking_number, option.tracking_pattern if option else "")
    )
    if refusal:
        raise refusal
    changes = {
        "shipped_at": timezone.now(),
        "delivery_option": option,
        "tracking_number": tracking_number or package.tracking_number,
    }
    _move(order, package, items, Status.SHIPPED, actor, changes)
    return package


@transaction.atomic
def deliver_package(*, package: Package, actor: Actor) -> Package:
    """The customer has it. A carrier may say so before anybody said "shipped": then it ships
    first, whatever was asked meanwhile: a carrier reports what has happened. Raises
    CustomerAskedToCancel, InvalidTransition, NotAllowed."""
    order, package, items = _locked(package, actor)
    refusal = policies.may_report_delivery(actor, package.seller_id)
    if package.status in policies.OPEN:
        reported = actor.role is Role.CARRIER
        refusal = refusal or policies.may_ship(items, anyway=reported)
    if refusal:
        raise refusal
    now = timezone.now()
    if package.status in policies.OPEN:
        _move(order, package, items, Status.SHIPPED, actor, {"shipped_at": now})
    _move(order, package, items, Status.DELIVERED, actor, {"delivered_at": now})
    return package


@transaction.atomic
def fail_delivery(*, package: Package, actor: Actor) -> Package:
    """The carrier could not hand it over. Raises InvalidTransition, NotAllowed."""
    order, package, items = _locked(package, actor)
    if refusal := policies.may_report_delivery(actor, package.seller_id):
        raise refusal
    _move(order, package, items, Status.DELIVERY_FAILED, actor)
    return package


def _locked(package: Package, actor: Actor) -> tuple[Order, Package, list[OrderItem]]:
    """Order, items and package, locked in this order, as they are now.

    The items are those that travel: what was returned from the package stays returned.
    """
    order = lock_order(package.order_id)
    items = (
        OrderItem.objects.live()
        .filter(packings__package=package, packings__removed_at=None)
        .select_related("line")
        .locked()
    )
    fresh = Package.objects.filter(pk=package.pk).select_related("delivery_option")
    if actor.role in policies.SENDERS:
        fresh = fresh.visible_to(actor)
    found = fresh.locked()
    if not found:
        raise UnknownPackage(_("There is no such package."))
    return order, found[0], items


def _move(
    order: Order,
    package: Package,
    items: list[OrderItem],
    status: str,
    actor: Actor,
    changes: dict | None = None,
) -> None:
    package.transition_to(status, actor=actor, changes=changes)
    if items:
        move_items(order, items, status, actor=actor, package=package.number)
