"""A package on its way: ready, shipped, delivered or not. Its items go with it."""

from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from core.actors import Actor, Role
from packages import policies
from packages.models import CarrierReport, Package
from packages.operations.carriers import changed_way
from packages.operations.locking import UnknownPackage, locked, move_with_items
from sellers.models import DeliveryOption
from sellers.presenting import offered_options

__all__ = ["UnknownPackage", "deliver_package", "fail_delivery", "mark_ready", "ship_package"]

Status = Package.Status


@transaction.atomic
def mark_ready(*, package: Package, actor: Actor) -> Package:
    """It is invoiced and labelled. Raises UnknownPackage, InvalidTransition, NotAllowed."""
    order, package, items = locked(package, actor)
    refusal = policies.may_send(actor, package.seller_id) or policies.may_become(
        package, Status.READY_TO_SHIP
    )
    if refusal:
        raise refusal
    move_with_items(order, package, items, Status.READY_TO_SHIP, actor)
    return package


@transaction.atomic
def ship_package(
    *,
    package: Package,
    actor: Actor,
    tracking_number: str = "",
    delivery_option: DeliveryOption | None = None,
    other_carrier: str = "",
    anyway: bool = False,
) -> Package:
    """Hand the package to the carrier, for the first time or again after a failed delivery.

    Without a tracking number, a delivery option or another carrier it keeps those it has; a
    number of the carrier before goes with that carrier. Items whose cancellation waits for an
    answer are refused unless `anyway` (product.md §4.6). Raises CustomerAskedToCancel,
    InvalidTransition, InvalidInput, OptionNotOffered, UnknownPackage, NotAllowed.
    """
    order, package, items = locked(package, actor)
    dispatch = policies.Dispatch(
        tracking_number.strip(), delivery_option, other_carrier.strip(), anyway
    )
    refusal = policies.may_send(actor, package.seller_id) or policies.may_dispatch(
        package, items, dispatch, offered_options
    )
    if refusal:
        raise refusal
    changes = changed_way(package, *dispatch.way_of(package))
    if dispatch.tracking_number:
        changes["tracking_number"] = dispatch.tracking_number
    changes["shipped_at"] = timezone.now()
    move_with_items(order, package, items, Status.SHIPPED, actor, changes)
    return package


@transaction.atomic
def deliver_package(*, package: Package, actor: Actor) -> Package:
    """The customer has it. A carrier may say so before anybody said "shipped": then it ships
    first, whatever was asked meanwhile: a carrier reports what has happened. Raises
    CustomerAskedToCancel, InvalidTransition, UnknownPackage, NotAllowed."""
    order, package, items = locked(package, actor)
    refusal = policies.may_report_delivery(actor, package.seller_id) or policies.may_deliver(
        package, items, reported=actor.role is Role.CARRIER
    )
    if refusal:
        raise refusal
    now = timezone.now()
    if package.status in policies.OPEN:
        # The customer is told of the delivery, not of a way that is over.
        shipped = {"shipped_at": now}
        move_with_items(order, package, items, Status.SHIPPED, actor, shipped, then="delivered")
    move_with_items(order, package, items, Status.DELIVERED, actor, {"delivered_at": now})
    return package


@transaction.atomic
def fail_delivery(*, package: Package, actor: Actor, reason: str = "") -> Package:
    """The carrier could not hand it over. What is said of it is kept with the carrier's reports.

    Raises InvalidTransition, UnknownPackage, NotAllowed.
    """
    order, package, items = locked(package, actor)
    refusal = policies.may_report_delivery(actor, package.seller_id) or policies.may_become(
        package, Status.DELIVERY_FAILED
    )
    if refusal:
        raise refusal
    move_with_items(order, package, items, Status.DELIVERY_FAILED, actor)
    CarrierReport.objects.create(
        package=package,
        key=f"by-hand:{uuid4()}",
        kind=CarrierReport.Kind.FAILED,
        occurred_at=timezone.now(),
        reason=reason.strip()[: CarrierReport._meta.get_field("reason").max_length],
        outcome=CarrierReport.Outcome.MOVED,
    )
    return package
