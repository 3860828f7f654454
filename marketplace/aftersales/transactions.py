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
from orders.models import Case, Order, OrderItem
from orders.policies import may_cancel
from returns import operations as returns
from returns.models import ReturnRequest
from returns.operations import ReturnSelection


class Transaction(StrEnum):
    """CANCEL of the owner begins waiting and is evaluated, RETURN waits for the seller's answer;
    everything else is a rejection, which is approved at once. Sellers know theirs as *More
    actions > Cancel*."""

    CANCEL = "cancel"
    RETURN = "return"
    REJECT = "reject"

    @property
    def label(self) -> str | Promise:
        return WORDS[self]


WORDS = {
    Transaction.CANCEL: gettext_lazy("Cancel"),
    Transaction.RETURN: gettext_lazy("Return"),
    Transaction.REJECT: gettext_lazy("Reject"),
}
OFFERED = {
    Role.OWNER: (Transaction.CANCEL, Transaction.RETURN, Transaction.REJECT),
    Role.SELLER: (Transaction.CANCEL,),
}


def offered_to(actor: Actor) -> Sequence[Transaction]:
    """The entries of the drop-down; none below the rank Manager."""
    return OFFERED.get(actor.role, ()) if actor.has_rank(Rank.MANAGER) else ()


def rejects(transaction: Transaction, actor: Actor) -> bool:
    """Whether this is answered at once, and may count in the seller's ratings."""
    return transaction is Transaction.REJECT or actor.role is Role.SELLER


def kind_of(transaction: Transaction) -> Case.Kind:
    return Case.Kind.RETURN if transaction is Transaction.RETURN else Case.Kind.CANCEL


def why_not(
    transaction: Transaction, order: Order, items: Sequence[OrderItem], actor: Actor
) -> dict[int, DomainError]:
    """Why this cannot be applied to some of the items now, by their ids."""
    if transaction is Transaction.RETURN:
        found = {one.item.pk: one.refusal for one in returns.eligibility(order, actor)}
    elif rejects(transaction, actor):
        found = {item.pk: policies.may_reject_item(item, actor) for item in items}
    else:
        found = {item.pk: may_cancel(item) for item in items}
    return {pk: refusal for pk, refusal in found.items() if refusal}


def apply_transaction(
    transaction: Transaction,
    *,
    order: Order,
    selections: Sequence[Selection],
    actor: Actor,
    **wishes: str,
) -> list[CancellationRequest] | list[ReturnRequest]:
    """One request per seller. `wishes` are the `wish` and `pay_to` of a return. Raises what
    `request_cancellation`, `request_return` and `reject_items` raise."""
    if transaction is Transaction.RETURN:
        chosen = [ReturnSelection(**vars(selection)) for selection in selections]
        return returns.request_return(order=order, selections=chosen, actor=actor, **wishes)
    act = operations.request_cancellation
    if rejects(transaction, actor):
        act = operations.reject_items
    return act(order=order, selections=selections, actor=actor)
