"""Pure rules about orders and their items: asked by buttons and by operations."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.errors import DomainError, NotAllowed
from orders.models import OrderItem, OrderStatus

# The least advanced live item names the order (product.md §3).
RANK = {
    OrderStatus.WAITING_PACKAGING: 0,
    OrderStatus.PREPARING: 1,
    OrderStatus.READY_TO_SHIP: 2,
    OrderStatus.SHIPPED: 3,
    OrderStatus.DELIVERY_FAILED: 4,
    OrderStatus.DELIVERED: 5,
}


def status_of(statuses: Iterable[str]) -> str:
    """The status of an order, or of a seller's part of it, whose items have these statuses."""
    statuses = list(statuses)
    live = [status for status in statuses if status in RANK]
    if live:
        return min(live, key=lambda status: RANK[OrderStatus(status)])
    if OrderStatus.RETURNED in statuses:
        return OrderStatus.RETURNED
    return OrderStatus.CANCELLED


def may_place(actor: Actor) -> NotAllowed | None:
    """Why this actor may not take orders in: the owner's programs do, and the system."""
    if actor.role in {Role.OWNER, Role.SYSTEM}:
        return None
    return NotAllowed(_("Only the marketplace owner sends orders in."))


class NotCancellable(DomainError):
    """It has shipped, ended, or is being dealt with already."""

    code = "not_cancellable"


def may_cancel(item: OrderItem) -> NotCancellable | None:
    """Why this item cannot be cancelled now, or None if it can (product.md §4).

    `delivery_failed` is not "unshipped": it belongs to returns.
    """
    if item.status == OrderStatus.CANCELLED:
        return NotCancellable(_("Already cancelled."))
    if item.status == OrderStatus.RETURNED:
        return NotCancellable(_("Already returned."))
    if not item.is_unshipped:
        return NotCancellable(
            _("Already shipped. It can no longer be cancelled; you can return it."),
            allowed=["return"],
        )
    if item.open_case_id is not None:
        return NotCancellable(_("A request for this item is waiting for an answer already."))
    return None


def may_be_asked_back(item: OrderItem) -> bool:
    """Whether this item has left, so that its return may be asked for; until when, and on which
    terms, is said by the rules of returns."""
    left = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.DELIVERY_FAILED)
    return item.status in left and item.open_case_id is None
