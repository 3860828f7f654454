"""What sellers and the owner may apply to selected items of an order (product.md §4)."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cancellations import operations, policies
from cancellations.models import CancellationRequest
from cancellations.operations import Selection
from core.actors import Actor, Rank, Role
from core.errors import DomainError
from orders.models import Order, OrderItem
from orders.policies import may_cancel


class Transaction(StrEnum):
    """CANCEL of the owner begins waiting and is evaluated; everything else is a rejection, which
    is approved at once. Sellers know theirs as *More actions > Cancel*."""

    CANCEL = "cancel"
    REJECT = "reject"

    @property
    def label(self) -> str | Promise:
        return WORDS[self]


WORDS = {
    Transaction.CANCEL: gettext_lazy("Cancel"),
    Transaction.REJECT: gettext_lazy("Reject"),
}
OFFERED = {
    Role.OWNER: (Transaction.CANCEL, Transaction.REJECT),
    Role.SELLER: (Transaction.CANCEL,),
}


def offered_to(actor: Actor) -> Sequence[Transaction]:
    """The entries of the drop-down; none below the rank Manager."""
    return OFFERED.get(actor.role, ()) if actor.has_rank(Rank.MANAGER) else ()


def rejects(transaction: Transaction, actor: Actor) -> bool:
    """Whether this is answered at once, and may count in the seller's ratings."""
    return transaction is Transaction.REJECT or actor.role is Role.SELLER


def why_not(transaction: Transaction, item: OrderItem, actor: Actor) -> DomainError | None:
    """Why this cannot be applied to the item now, or None."""
    if rejects(transaction, actor):
        return policies.may_reject_item(item, actor)
    return may_cancel(item)


def apply_transaction(
    transaction: Transaction, *, order: Order, selections: Sequence[Selection], actor: Actor
) -> list[CancellationRequest]:
    """One request per seller. Raises what `request_cancellation` and `reject_items` raise."""
    act = operations.request_cancellation
    if rejects(transaction, actor):
        act = operations.reject_items
    return act(order=order, selections=selections, actor=actor)
