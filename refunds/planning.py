"""What a refund comes to: pure arithmetic, asked by the estimate and by the plan alike.

Nothing is prorated here: items carry their frozen shares of what was captured, and a refund is
what is left of them (product.md §7). All amounts are minor units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.money import share
from orders.models import OrderItem, Payment

# Money goes back where it can be used anywhere first; what only this shop takes comes last.
CARDS = {"card", "credit_card", "debit_card"}
VOUCHERS = {"voucher", "gift_card", "store_credit"}


class MoreThanCaptured(DomainError):
    """The payments of this order do not have that much left to give back."""

    code = "more_than_captured"
    message = _("This is more than what is left of what was captured.")


@dataclass(frozen=True)
class PlannedLine:
    """Gives back: amount = gross − discount − uncaptured − refunded_before. A line that takes away
    has an amount below zero and a reason in words that a customer reads."""

    item_id: int
    component: str
    quantity: int
    gross: int
    discount: int
    amount: int
    commission: int
    uncaptured: int = 0
    refunded_before: int = 0
    reason: str = ""


@dataclass(frozen=True)
class PlannedRefund:
    lines: list[PlannedLine]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def commission(self) -> int:
        return sum(line.commission for line in self.lines)

    def of_item(self, item_id: int) -> int:
        """What is paid for one item, fees taken off. Items that replace others have no money of
        their own: ask for the one that was paid for."""
        return sum(line.amount for line in self.lines if line.item_id == item_id)


def plan_refund(items: Iterable[OrderItem]) -> PlannedRefund:
    """All that is left to give back for these items, each with its `line` loaded.

    Two lines per item, product and shipping share. It may come to nothing: an item that was
    free, or never paid for.
    """
    return PlannedRefund([line for item in items for line in (_product(item), _shipping(item))])


def _product(item: OrderItem) -> PlannedLine:
    line = item.line
    gross = _share_of(item, line.gross)
    # The discount share is what the net share leaves of the price, so that the figures add up
    # to the cent; an amount lost to rounding is a discount, not money that never came.
    net = max(_share_of(item, line.gross - line.discount), item.captured_product)
    amount = item.captured_product - item.refunded_product
    return PlannedLine(
        item_id=item.pk,
        component="product",
        quantity=item.quantity,
        gross=gross,
        discount=gross - net,
        uncaptured=net - item.captured_product,
        refunded_before=item.refunded_product,
        amount=amount,
        commission=commission_on(item, amount),
    )


def _shipping(item: OrderItem) -> PlannedLine:
    gross = max(_share_of(item, item.line.shipping), item.captured_shipping)
    return PlannedLine(
        item_id=item.pk,
        component="shipping",
        quantity=item.quantity,
        gross=gross,
        discount=0,
        uncaptured=gross - item.captured_shipping,
        refunded_before=item.refunded_shipping,
        amount=item.captured_shipping - item.refunded_shipping,
        commission=0,
    )


def _share_of(item: OrderItem, amount: int) -> int:
    return share(amount, item.line.quantity, item.first_unit, item.last_unit)


def commission_on(item: OrderItem, amount: int) -> int:
    """The commission given back with the next `amount` of this item's product money.

    In proportion, and path-independent: however an item is paid back, its pieces give back its
    whole commission and never more.
    """
    if not item.captured_product:
        return 0
    first = item.refunded_product
    return share(item.commission, item.captured_product, first, first + amount)


def spread_over_payments(
    total: int, payments: Sequence[Payment], planned: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Which payment gives back how much: [(payment id, amount > 0)], card first, voucher last.

    planned: what live plans already count on, per payment id; it is left to them. Raises
    MoreThanCaptured when the payments do not have `total` left.
    """
    spread = []
    missing = total
    for payment in sorted(payments, key=_turn):
        left = payment.amount - max(planned.get(payment.pk, 0), payment.refund_reserved)
        amount = min(missing, max(left, 0))
        if amount:
            spread.append((payment.pk, amount))
            missing -= amount
    if missing:
        raise MoreThanCaptured()
    return spread


def _turn(payment: Payment) -> tuple[int, int]:
    if payment.method in CARDS:
        return 0, payment.position
    return (2 if payment.method in VOUCHERS else 1), payment.position
