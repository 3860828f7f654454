"""What a return comes to: pure arithmetic, asked by the estimate, the offer and the plan alike.

Each item gives back all that is left of it; what is kept (the way back, restocking, a deduction)
is a line of its own with the reason. What a line keeps can still be given back later, by the
decision of a dispute, say. All amounts are minor units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.money import at_rate, share
from orders.models import OrderItem
from refunds.models import RefundLine
from refunds.planning import PlannedLine, PlannedRefund

Component = RefundLine.Component


class MoreThanLeft(InvalidInput):
    """More was agreed, or shall be kept, than is left of the item; `allowed` says how much is."""

    code = "more_than_left"


@dataclass(frozen=True)
class PaidBefore:
    """What live plans give back of an item already, minor units; deductions taken off."""

    product: int = 0
    shipping: int = 0
    commission: int = 0


@dataclass(frozen=True)
class Claim:
    """One item of a return, with its `line`: how much of its money goes back.

    agreed: an amount that was offered or decided; None gives back all that is left. Fees:
    `restocking_rate` is a share of the product amount, and `pays_return_shipping` lets the
    request's fee be taken off this item. `deduction` was found by an inspection. `why` says what
    an agreed amount or a deduction is for, in words that a customer reads.
    """

    item: OrderItem
    agreed: int | None = None
    restocking_rate: Decimal = Decimal(0)
    pays_return_shipping: bool = False
    deduction: int = 0
    why: str = ""


@dataclass(frozen=True)
class Share:
    """The units of an item that a claim is about, and what was paid back of the item before."""

    item: OrderItem
    first: int
    last: int
    before: PaidBefore = field(default_factory=PaidBefore)

    def of(self, amount: int) -> int:
        """These units' share of an amount of the item's line."""
        return share(amount, self.item.line.quantity, self.first, self.last)


def plan_return(
    shares: Sequence[tuple[Claim, Share]], *, return_shipping: int = 0
) -> PlannedRefund:
    """The lines of a return: what each claim gives back, and what is kept of it.

    The fee for the way back is taken once, off the first claims that bear it and have enough
    product money left; no fee is ever more than that. The shipping share goes back where all of
    an item does, and as far as an agreed amount asks for it. Raises MoreThanLeft.
    """
    return joined(plan_each(shares, return_shipping=return_shipping))


def plan_each(
    shares: Sequence[tuple[Claim, Share]], *, return_shipping: int = 0
) -> list[PlannedRefund]:
    """`plan_return`, claim by claim: each as it stands after those before it."""
    planned: list[PlannedRefund] = []
    paid: dict[int, PaidBefore] = {}
    for claim, units in shares:
        units = replace(units, before=paid.get(units.item.pk, units.before))
        own = _lines_of(claim, units, return_shipping)
        return_shipping += _sum(own, Component.RETURN_SHIPPING)
        paid[units.item.pk] = _after(units.before, own)
        planned.append(PlannedRefund(own))
    return planned


def joined(planned: Iterable[PlannedRefund]) -> PlannedRefund:
    """Several as one."""
    return PlannedRefund(merged(line for one in planned for line in one.lines))


def _lines_of(claim: Claim, units: Share, return_shipping: int) -> list[PlannedLine]:
    product, shipping = _product(units), _shipping(units)
    if claim.agreed is not None:
        return _agreed(claim, units, product, shipping)
    if claim.deduction > product.amount:
        raise MoreThanLeft(
            _("No more can be deducted than is left of the item."),
            field="deduction",
            allowed=[str(product.amount)],
        )
    fee = return_shipping if claim.pays_return_shipping else 0
    wishes = [
        (Component.DEDUCTION, claim.deduction, claim.why),
        (
            Component.RESTOCKING,
            at_rate(product.amount, claim.restocking_rate),
            _("The fee for taking an item back into stock."),
        ),
        (Component.RETURN_SHIPPING, fee, _("The way back is paid by the customer.")),
    ]
    return [product, shipping, *_takings(units, product, wishes)]


def _agreed(
    claim: Claim, units: Share, product: PlannedLine, shipping: PlannedLine
) -> list[PlannedLine]:
    """Exactly the agreed amount: out of the product's money, and only above it the shipping's."""
    agreed = claim.agreed or 0
    most = product.amount + shipping.amount
    if not 0 <= agreed <= most:
        raise MoreThanLeft(
            _("The amount is more than what is left of the item."),
            field="amount",
            allowed=[str(most)],
        )
    given = [product] if agreed <= product.amount else [product, shipping]
    kept = sum(line.amount for line in given) - agreed
    beyond = kept - product.amount
    if beyond > 0:  # nothing is kept of a product but its own money: then less shipping is given
        less = replace(shipping, gross=shipping.gross - beyond, amount=shipping.amount - beyond)
        given, kept = [product, less], product.amount
    return [*given, *_takings(units, product, [(Component.DEDUCTION, kept, claim.why)])]


def _takings(
    units: Share, product: PlannedLine, wishes: Iterable[tuple[str, int, str]]
) -> list[PlannedLine]:
    """Lines that take away, in turn, together never more than the product's own amount."""
    left, lines = product.amount, []
    for component, wish, reason in wishes:
        amount = min(wish, left)
        if amount:
            commission = commission_after(units, left - amount) - commission_after(units, left)
            lines.append(
                PlannedLine(
                    item_id=units.item.pk,
                    component=component,
                    quantity=product.quantity,
                    gross=0,
                    discount=0,
                    amount=-amount,
                    commission=commission,
                    reason=reason,
                )
            )
            left -= amount
    return lines


def _product(units: Share) -> PlannedLine:
    item, line = units.item, units.item.line
    gross = units.of(line.gross)
    captured = line.shares_of(units.first, units.last)["captured_product"]
    net = max(units.of(line.gross - line.discount), captured)
    amount = min(captured, item.captured_product - units.before.product)
    return PlannedLine(
        item_id=item.pk,
        component=Component.PRODUCT,
        quantity=units.last - units.first,
        gross=gross,
        discount=gross - net,
        uncaptured=net - captured,
        refunded_before=captured - amount,
        amount=amount,
        commission=commission_after(units, amount),
    )


def _shipping(units: Share) -> PlannedLine:
    item = units.item
    captured = units.of(item.line.captured_shipping)
    gross = max(units.of(item.line.shipping), captured)
    amount = min(captured, item.captured_shipping - units.before.shipping)
    return PlannedLine(
        item_id=item.pk,
        component=Component.SHIPPING,
        quantity=units.last - units.first,
        gross=gross,
        discount=0,
        uncaptured=gross - captured,
        refunded_before=captured - amount,
        amount=amount,
        commission=0,
    )


def commission_after(units: Share, amount: int) -> int:
    """The commission that goes back with the next `amount` of the item's product money.

    In proportion to all that was paid back of the item then, less what went back before: so an
    item's plans always give back exactly the commission of what they paid, in whatever order.
    """
    item = units.item
    if not item.captured_product:
        return 0
    due = share(item.commission, item.captured_product, 0, units.before.product + amount)
    return max(due - units.before.commission, 0)


def commission_kept(item: OrderItem, before: PaidBefore, amount: int) -> int:
    """The commission that does not go back when a plan pays `amount` less for this item.

    before: what its live plans pay, that one included
    """
    due = share(item.commission, item.captured_product, 0, before.product - amount)
    return max(before.commission - due, 0)


def _after(before: PaidBefore, lines: Sequence[PlannedLine]) -> PaidBefore:
    shipping = _sum(lines, Component.SHIPPING)
    return PaidBefore(
        product=before.product + sum(line.amount for line in lines) - shipping,
        shipping=before.shipping + shipping,
        commission=before.commission + sum(line.commission for line in lines),
    )


def _sum(lines: Iterable[PlannedLine], component: str) -> int:
    return sum(line.amount for line in lines if line.component == component)


FIGURES = (
    "quantity",
    "gross",
    "discount",
    "amount",
    "commission",
    "uncaptured",
    "refunded_before",
)


def merged(lines: Iterable[PlannedLine]) -> list[PlannedLine]:
    """One line per item and component: parts of what replaces an item speak of the same money."""
    of_item: dict[tuple[int, str], PlannedLine] = {}
    for line in lines:
        key = (line.item_id, line.component)
        known = of_item.get(key)
        if known is not None:
            sums = {name: getattr(known, name) + getattr(line, name) for name in FIGURES}
            line = replace(known, **sums)
        of_item[key] = line
    return list(of_item.values())
