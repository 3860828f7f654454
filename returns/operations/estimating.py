"""What a return would pay back, without writing anything."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.actors import Actor
from core.errors import DomainError
from orders.models import Case, Order, OrderItem, Payment, Reason
from orders.operations.items import would_be_part
from orders.operations.selecting import pickable, refuse, unfit
from orders.reasons import reason_among, why_not
from refunds.models import RefundLine
from refunds.operations.spreading import expected_payments
from refunds.planning import PlannedLine
from returns import policies
from returns.models import ReturnRequest
from returns.operations.pricing import Due, prices_of, worth_of
from returns.operations.selecting import ReturnSelection, grounds_of, unfit_choice
from returns.policies import Grounds, Terms
from returns.rules import Rules

Component = RefundLine.Component
Wish = ReturnRequest.Wish
PayTo = ReturnRequest.PayTo


@dataclass(frozen=True)
class EstimatedItem:
    """One chosen item and its figures, in minor units: they add up to `amount`."""

    item: OrderItem
    quantity: int
    reason: Reason
    terms: Terms
    lines: list[PlannedLine]

    def _sum(self, figure: str, *components: str) -> int:
        lines = [line for line in self.lines if not components or line.component in components]
        return sum(getattr(line, figure) for line in lines)

    @property
    def gross(self) -> int:
        return self._sum("gross", Component.PRODUCT)

    @property
    def discount(self) -> int:
        return self._sum("discount")

    @property
    def shipping(self) -> int:
        return self._sum("gross", Component.SHIPPING)

    @property
    def uncaptured(self) -> int:
        return self._sum("uncaptured")

    @property
    def refunded_before(self) -> int:
        return self._sum("refunded_before")

    @property
    def fees(self) -> list[PlannedLine]:
        """What is kept, each with its reason; their amounts are below zero."""
        return [line for line in self.lines if line.component in RefundLine.TAKING]

    @property
    def amount(self) -> int:
        return self._sum("amount")


@dataclass(frozen=True)
class Estimate:
    """What is paid back, to the cent, if it is asked for now; minor units of `currency`.

    `payments` says where it goes; empty where it goes to store credit. An exchange, or a part
    that was missing, pays nothing.
    """

    currency: str
    wish: str
    pay_to: str
    items: list[EstimatedItem]
    payments: list[tuple[Payment, int]]

    @property
    def total(self) -> int:
        return sum(estimated.amount for estimated in self.items)

    @property
    def units(self) -> int:
        return sum(estimated.quantity for estimated in self.items)

    @property
    def goods_back(self) -> bool:
        return any(estimated.terms.goods_back for estimated in self.items)


def estimate_return(
    order: Order,
    selections: Sequence[ReturnSelection],
    actor: Actor,
    wish: str = Wish.REFUND,
    pay_to: str = PayTo.ORIGINAL,
) -> Estimate:
    """What returning these units pays back. Reads only; nothing is written or locked.

    The same functions make the request and its plans, on the shares that the items will have once
    they are split, so this is what is paid. Reasons count, because fees follow from them; notes
    and evidence can come later. Raises what `request_return` raises of the rest.
    """
    if refusal := policies.may_request(actor) or policies.fits_wish(wish, pay_to):
        raise refusal
    items = _chosen_items(order, selections, actor)
    grounds = grounds_of(items.values(), order.currency)
    reasons = pickable(Case.Kind.RETURN, actor)
    _refuse_unfit(items, grounds, reasons, selections, actor)
    parts: dict[int, list[tuple[OrderItem, Reason, Rules]]] = defaultdict(list)
    for selection in selections:
        item = items[selection.item_id]
        reason = reason_among(reasons, selection.reason_code)
        assert reason is not None  # refused above
        part = would_be_part(item, selection.quantity)
        parts[item.seller_order_id].append((part, reason, grounds[item.pk].rules))
    estimated = [
        one for _part_id, chosen in sorted(parts.items()) for one in estimated_items(chosen, wish)
    ]
    return Estimate(order.currency, wish, pay_to, estimated, _payments(order, pay_to, estimated))


def estimated_items(
    chosen: Sequence[tuple[OrderItem, Reason, Rules]], wish: str
) -> list[EstimatedItem]:
    """The terms and figures of one request's items, each with its line, its reason and the rules
    that hold for it."""
    worth = worth_of([item for item, _reason, _rules in chosen])
    dues = [
        Due(item, policies.terms_of(item, reason, rules, worth=worth[item.pk], wish=wish))
        for item, reason, rules in chosen
    ]
    lines = (
        [price.lines for price in prices_of(dues)] if wish == Wish.REFUND else [[] for _ in dues]
    )
    return [
        EstimatedItem(item, item.quantity, reason, due.terms, own)
        for (item, reason, _rules), due, own in zip(chosen, dues, lines, strict=True)
    ]


def _chosen_items(
    order: Order, selections: Sequence[ReturnSelection], actor: Actor
) -> dict[int, OrderItem]:
    wanted = [selection.item_id for selection in selections]
    items = OrderItem.objects.visible_to(actor).filter(order=order, pk__in=wanted)
    return {item.pk: item for item in items.select_related("line", "seller")}


def _refuse_unfit(
    items: dict[int, OrderItem],
    grounds: dict[int, Grounds],
    reasons: Sequence[Reason],
    selections: Sequence[ReturnSelection],
    actor: Actor,
) -> None:
    def problems_of(selection: ReturnSelection, field: str) -> list[DomainError]:
        found = why_not(selection.reason_code, "", reasons, field=field)
        return [problem for problem in found if problem.code == "reason_not_allowed"]

    refusal_of = unfit_choice(selections, grounds, actor)
    refuse(unfit(items, selections, refusal_of=refusal_of, problems_of=problems_of))


def _payments(
    order: Order, pay_to: str, estimated: Sequence[EstimatedItem]
) -> list[tuple[Payment, int]]:
    if pay_to == PayTo.STORE_CREDIT:
        return []
    totals: dict[int, int] = defaultdict(int)
    for entry in estimated:
        totals[entry.item.seller_order_id] += entry.amount
    return expected_payments(order, totals)
