"""What the pages of this folder say. Nothing here writes or decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations.operations import Estimate
from core.actors import Actor, Role
from marketplace.aftersales.transactions import Transaction, rejects
from orders.models import Order, OrderItem
from returns.operations import Estimate as ReturnEstimate


@dataclass(frozen=True)
class TransactionWords:
    """How the dialog and its buttons speak of `units` items."""

    heading: str
    question: str
    consequence: str
    yes: str

    @classmethod
    def of(
        cls,
        transaction: Transaction,
        order: Order,
        items: Sequence[OrderItem],
        units: int,
        actor: Actor,
    ) -> "TransactionWords":
        facts = {"n": units, "order": order.number}
        if transaction is Transaction.REJECT:
            heading = _("Order Reject")
            question = ngettext(
                "Reject %(n)s item of %(order)s?", "Reject %(n)s items of %(order)s?", units
            )
            yes = ngettext("Yes, reject %(n)s item", "Yes, reject %(n)s items", units)
        elif transaction is Transaction.RETURN:
            heading = _("Order Return")
            question = ngettext(
                "Return %(n)s item of %(order)s?", "Return %(n)s items of %(order)s?", units
            )
            yes = ngettext(
                "Yes, open a return of %(n)s item", "Yes, open a return of %(n)s items", units
            )
            told = _("It is recorded that you asked. The seller answers within their time.")
            return cls(heading, question % facts, told, yes % facts)
        else:
            heading = _("Order Cancel")
            question = ngettext(
                "Cancel %(n)s item of %(order)s?", "Cancel %(n)s items of %(order)s?", units
            )
            yes = ngettext("Yes, cancel %(n)s item", "Yes, cancel %(n)s items", units)
        return cls(heading, question % facts, _consequence(items, actor), yes % facts)


def _consequence(items: Sequence[OrderItem], actor: Actor) -> str:
    if actor.role is Role.SELLER:
        return _("The customer is told and gets the money back. This cannot be undone.")
    sellers = sorted({item.seller.name for item in items})
    if not sellers:
        return ""
    return ngettext(
        "%(sellers)s is told not to pack or hand them over. This cannot be undone.",
        "%(sellers)s are told not to pack or hand them over. This cannot be undone.",
        len(sellers),
    ) % {"sellers": ", ".join(sellers)}


@dataclass(frozen=True)
class RefundSum:
    """The figures of an estimate over all its items, minor units: they add up to `total`."""

    currency: str
    products: int
    discount: int
    shipping: int
    not_paid: int
    total: int
    fees: int = 0  # kept, below zero

    @classmethod
    def of(cls, estimate: Estimate | ReturnEstimate) -> "RefundSum":
        def over(figure: str) -> int:
            return sum(getattr(entry, figure) for entry in estimate.items)

        discount = over("discount")
        return cls(
            currency=estimate.currency,
            products=over("gross") - discount,
            discount=discount,
            shipping=over("shipping"),
            not_paid=-over("uncaptured") - over("refunded_before"),
            total=estimate.total,
            fees=sum(
                line.amount for entry in estimate.items for line in getattr(entry, "fees", ())
            ),
        )


def done_words(transaction: Transaction, units: int, plans: Sequence[str], actor: Actor) -> str:
    """The toast after *Yes*."""
    facts = {"n": units, "plans": ", ".join(plans)}
    if transaction is Transaction.RETURN:
        words = ngettext(
            "Return of %(n)s item opened. The seller was asked.",
            "Return of %(n)s items opened. The seller was asked.",
            units,
        )
    elif rejects(transaction, actor):
        words = ngettext(
            "%(n)s item cancelled. Refund plan %(plans)s approved.",
            "%(n)s items cancelled. Refund plan %(plans)s approved.",
            units,
        )
    else:
        words = ngettext(
            "Cancellation of %(n)s item requested. Refund plan %(plans)s began as Waiting.",
            "Cancellation of %(n)s items requested. Refund plan %(plans)s began as Waiting.",
            units,
        )
    return words % facts
