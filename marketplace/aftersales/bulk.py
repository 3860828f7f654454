"""Many orders are cancelled at once: what that comes to, and the doing, order by order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cancellations import policies
from cancellations.operations import Selection
from core.actors import Actor
from core.errors import DomainError
from core.jobs import Chunk, attempt_each, job_kind
from marketplace.aftersales.transactions import Transaction, apply_transaction, rejects
from orders.models import Case, Order, OrderItem
from orders.policies import NotCancellable, may_cancel
from refunds.planning import plan_refund
from returns import operations as returns

CANCEL_ORDERS = "orders.cancel"
MOST = 200  # orders whose outcome is shown beforehand; more only as everything that a list shows
AT_ONCE = 20  # so many are done while the page waits; more are left to a worker


class UnknownOrder(DomainError):
    code = "unknown_order"
    status = 404


@dataclass
class OrderToCancel:
    """What one order would lose and give back (minor units of `currency`)."""

    number: str
    customer: str = ""
    currency: str = ""
    items: list[OrderItem] = field(default_factory=list)

    @property
    def units(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def total(self) -> int:
        return plan_refund(self.items).total

    @property
    def refusal(self) -> str:
        """Why it cannot be cancelled, or nothing."""
        if not self.currency:
            return _("There is no such order.")
        return "" if self.items else _("Nothing of it can be cancelled any more.")


def orders_to_cancel(numbers: Sequence[str], actor: Actor) -> list[OrderToCancel]:
    """One per number, in their order, with what this actor may cancel of it: two queries."""
    orders = Order.objects.visible_to(actor).filter(number__in=numbers).select_related("customer")
    found = {
        order.pk: OrderToCancel(order.number, str(order.customer), order.currency)
        for order in orders
    }
    items = OrderItem.objects.visible_to(actor).filter(order__in=found).unshipped()
    for item in items.select_related("line").order_by("pk"):
        if why_not_cancelled(item, actor) is None:
            found[item.order_id].items.append(item)
    by_number = {one.number: one for one in found.values()}
    return [by_number.get(number, OrderToCancel(number)) for number in dict.fromkeys(numbers)]


def why_not_cancelled(item: OrderItem, actor: Actor) -> DomainError | None:
    """A seller rejects what they cannot deliver; the owner cancels, which the rules look at."""
    if rejects(Transaction.CANCEL, actor):
        return policies.may_reject_item(item, actor)
    return may_cancel(item)


def cancel_order(number: str, *, reason: str, note: str, actor: Actor) -> None:
    """Cancel everything of one order that has not shipped: a seller their own part of it.

    Raises UnknownOrder, NotCancellable, and what `apply_transaction` raises.
    """
    [wanted] = orders_to_cancel([number], actor)
    order = Order.objects.visible_to(actor).filter(number=number).first()
    if order is None:
        raise UnknownOrder(wanted.refusal)
    if not wanted.items:
        raise NotCancellable(wanted.refusal)
    selections = [Selection(item.pk, item.quantity, reason, note) for item in wanted.items]
    apply_transaction(Transaction.CANCEL, order=order, selections=selections, actor=actor)


@job_kind(CANCEL_ORDERS, label=gettext_lazy("Cancellation of orders"))
class CancelOrders:
    """One order per step: each has its own transaction, and no two orders are locked at once."""

    def plan(self, job: Any) -> int:
        return len(job.params["orders"])

    def chunk(self, job: Any, cursor: Any) -> Chunk:
        position = cursor or 0
        orders = job.params["orders"]

        def act(number: str) -> None:
            reason, note = job.params["reason"], job.params["note"]
            cancel_order(number, reason=reason, note=note, actor=job.actor)

        rows = attempt_each(orders[position : position + 1], act)
        return Chunk(rows, position + 1 if position + 1 < len(orders) else None)


@dataclass(frozen=True)
class Confirmed:
    """What became of many returns: how many were confirmed, and why the others were not."""

    done: int
    refused: Sequence[str]


def confirm_returns(numbers: Sequence[str], *, actor: Actor) -> Confirmed:
    """Say yes to all that waits of these returns; each by itself, so that one that was answered
    meanwhile does not stop the others. Those that the actor may not see are left out."""
    cases = Case.objects.visible_to(actor).filter(
        number__in=list(numbers)[:MOST], return_request__isnull=False
    )
    done, refused = 0, []
    for case in cases.select_related("return_request").order_by("pk"):
        try:
            returns.approve_items(case.return_request, actor=actor)
            done += 1
        except DomainError as refusal:
            refused.append(f"{case.number}: {refusal}")
    return Confirmed(done, refused)
