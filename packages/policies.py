"""Pure rules about packages: asked by buttons and by operations."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from orders.models import OrderItem, OrderStatus
from packages.models import Package

SENDERS = {Role.SELLER, Role.OWNER, Role.SYSTEM}
OPEN = (Package.Status.PREPARING, Package.Status.READY_TO_SHIP)


class NotPackable(DomainError):
    """It is in a package already, or has ended."""

    code = "not_packable"


class CustomerAskedToCancel(DomainError):
    """Shipping now would overrule a request that waits for an answer (product.md §4.6)."""

    code = "cancellation_waiting"


def may_send(actor: Actor, seller_id: int) -> DomainError | None:
    """Why this actor may not pack and ship for this seller: a seller only for itself; the owner
    may do all that a seller may."""
    if actor.role not in SENDERS or (actor.role is Role.SELLER and actor.seller_id != seller_id):
        return NotAllowed(_("Only the seller or the marketplace owner packs and ships."))
    return None


def may_report_delivery(actor: Actor, seller_id: int) -> DomainError | None:
    """A carrier, through the API, knows best; otherwise who ships."""
    return None if actor.role is Role.CARRIER else may_send(actor, seller_id)


def may_pack(items: Sequence[OrderItem]) -> DomainError | None:
    """Why these items cannot go into a new package together."""
    if not items:
        return InvalidInput(_("A package needs at least one item."), field="items")
    if len({item.seller_order_id for item in items}) > 1:
        return NotPackable(_("Items of different sellers do not travel together."), field="items")
    for item in items:
        if item.status != OrderStatus.WAITING_PACKAGING:
            return NotPackable(
                _("%(name)s is %(status)s; only what waits for packaging can be packed.")
                % {"name": item.line.name, "status": item.get_status_display()},
                field="items",
                allowed=[OrderStatus.WAITING_PACKAGING],
            )
    return None


def may_ship(items: Sequence[OrderItem], *, anyway: bool) -> DomainError | None:
    """Why these items should not leave now. `anyway` is a person's second confirmation."""
    asked = [item for item in items if item.is_unshipped and item.open_case_id is not None]
    if asked and not anyway:
        return CustomerAskedToCancel(
            _("The customer asked to cancel %(names)s. Answer the request first.")
            % {"names": ", ".join(dict.fromkeys(item.line.name for item in asked))},
            allowed=["answer_cancellation", "ship_anyway"],
        )
    return None


def fits_carrier(tracking_number: str, pattern: str) -> DomainError | None:
    """Whether the carrier can have given this number; an empty one is not known yet."""
    if tracking_number and pattern and not re.fullmatch(pattern, tracking_number):
        return InvalidInput(
            _("This carrier's tracking numbers look different."), field="tracking_number"
        )
    return None
