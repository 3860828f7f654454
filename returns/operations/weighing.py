"""What a decision about a dispute comes to, item by item: asked by its page and by the decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import DomainError, InvalidInput
from orders.models import Reason
from orders.operations.selecting import refuse
from refunds.models import RefundLine, RefundPlan
from refunds.operations import refunds_of
from refunds.planning import PlannedRefund
from refunds.returning import Claim, MoreThanLeft
from returns.models import Decision, Dispute, ReturnItem
from returns.operations.pricing import worth_of
from returns.rules import policies_of

Outcome = Decision.Outcome


@dataclass(frozen=True)
class DecidedLine:
    """Pay `amount` minor units for one disputed item, where a part is paid back."""

    entry_id: int
    amount: int


@dataclass(frozen=True)
class Ruled:
    """What a decision comes to for one item, minor units. `worth` is all that is left to pay back
    of it, `refund` what is paid. `waits`: not before the goods are received."""

    entry: ReturnItem
    worth: int
    refund: PlannedRefund
    wins: bool
    waits: bool

    @property
    def amount(self) -> int:
        return self.refund.total


def price_decision(
    dispute: Dispute,
    *,
    outcome: str,
    lines: Sequence[DecidedLine] = (),
    shipping_paid_by: str = Reason.Fault.SELLER,
    goods_back: bool = False,
) -> list[Ruled]:
    """What deciding like this would pay now, item by item; writes nothing, and is what `decide`
    does. A decision on appeal pays on top of the first one.

    Full: all that is left, less the policy's fee for the way back where the goods come back and
    the customer pays it. Partial: the amounts of `lines`. Raises InvalidInput, MoreThanLeft or
    Problems by their place ("lines/0/amount").
    """
    held = dispute.items.select_related("entry__item__line").order_by("entry")
    entries = [row.entry for row in held]
    worth = worth_of([entry.item for entry in entries])
    wanted = _wanted(entries, worth, outcome, lines)
    fee = 0
    if outcome == Outcome.FULL and goods_back and shipping_paid_by == Reason.Fault.CUSTOMER:
        fee = _return_shipping(dispute, entries)
    claims = [_claim(entry, wanted[entry.pk], bears=bool(fee)) for entry in entries]
    refunds = refunds_of(claims, return_shipping=fee)
    return [
        Ruled(
            entry=entry,
            worth=worth[entry.item_id],
            refund=refund,
            wins=outcome == Outcome.FULL or wanted[entry.pk] != 0,
            waits=_waits(entry, goods_back=goods_back),
        )
        for entry, refund in zip(entries, refunds, strict=True)
    ]


def _wanted(
    entries: Sequence[ReturnItem],
    worth: dict[int, int],
    outcome: str,
    lines: Sequence[DecidedLine],
) -> dict[int, int | None]:
    """{entry's pk: amount}; None is all that is left."""
    if outcome != Outcome.PARTIAL:
        return dict.fromkeys(
            (entry.pk for entry in entries), None if outcome == Outcome.FULL else 0
        )
    known = {entry.pk: entry for entry in entries}
    wanted: dict[int, int | None] = {}
    problems: list[DomainError] = []
    for position, line in enumerate(lines):
        place = f"lines/{position}"
        if line.entry_id not in known or line.entry_id in wanted:
            problems.append(InvalidInput(_("Name each disputed item once."), field=f"{place}/item"))
            continue
        wanted[line.entry_id] = line.amount
        most = worth[known[line.entry_id].item_id]
        if not 0 <= line.amount <= most:
            problems.append(
                MoreThanLeft(
                    _("Between nothing and what is left of the item."),
                    field=f"{place}/amount",
                    allowed=["0", str(most)],
                )
            )
    refuse(problems)
    if not any(wanted.values()):
        raise InvalidInput(
            _("Say how much is paid back, or decide that nothing is."),
            field="lines",
            code="nothing_chosen",
        )
    return {entry.pk: wanted.get(entry.pk, 0) for entry in entries}


def _claim(entry: ReturnItem, amount: int | None, *, bears: bool) -> Claim:
    if amount is None:
        return Claim(entry.item, pays_return_shipping=bears)
    return Claim(entry.item, agreed=amount, why=str(_("Decided by the marketplace.")))


def _return_shipping(dispute: Dispute, entries: Sequence[ReturnItem]) -> int:
    """The fee for the way back by the policies of now; once per request."""
    taken = RefundLine.objects.standing().filter(
        plan__in=RefundPlan.objects.live().filter(case=dispute.case_id),
        component=RefundLine.Component.RETURN_SHIPPING,
    )
    if taken.exists():
        return 0
    known = policies_of([dispute.seller_id])
    currency = dispute.order.currency
    fees = [
        known.rules_for(dispute.seller_id, entry.item.line.category, currency).return_shipping_fee
        for entry in entries
    ]
    return max(fees, default=0)


def _waits(entry: ReturnItem, *, goods_back: bool) -> bool:
    """What was rejected comes back where it is decided so; what was given before may be on its
    way still."""
    if entry.status == ReturnItem.Status.REJECTED:
        return goods_back
    return entry.goods_back and entry.item.open_case_id == entry.case_id
