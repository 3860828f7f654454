"""What would be paid back for items of a return now, fees and deductions taken off."""

from collections.abc import Iterable, Sequence

from core.statements import fetched
from orders.operations.replacing import paid_units_of
from refunds.models import RefundLine, RefundPlan
from refunds.planning import PlannedRefund
from refunds.returning import Claim, PaidBefore, Share, joined, plan_each


def refund_of(claims: Sequence[Claim], *, return_shipping: int = 0) -> PlannedRefund:
    """The lines for these claims as things stand: what other live plans pay is not paid again.

    The estimate shows it, and the plan is made of it. Lines of an item that was sent in exchange
    are about the one that was paid for (`paid_units_of` says which). Writes nothing. Raises
    MoreThanLeft.
    """
    return joined(refunds_of(claims, return_shipping=return_shipping))


def refunds_of(claims: Sequence[Claim], *, return_shipping: int = 0) -> list[PlannedRefund]:
    """`refund_of`, claim by claim: together they are the whole."""
    units = paid_units_of([claim.item for claim in claims])
    before = paid_before({one.item.pk for one in units.values()})
    shares = [(claim, units[claim.item.pk]) for claim in claims]
    return plan_each(
        [
            (claim, Share(one.item, one.first, one.last, before.get(one.item.pk, PaidBefore())))
            for claim, one in shares
        ],
        return_shipping=return_shipping,
    )


def paid_before(item_ids: Iterable[int]) -> dict[int, PaidBefore]:
    """What live plans, paid or not, give back per item: {item's pk: amounts}."""
    values = [RefundLine.Component.SHIPPING, list(item_ids), RefundPlan.Status.VOID]
    rows = fetched(_PAID_BEFORE, [values[0], *values])
    return {
        item_id: PaidBefore(product, shipping, commission)
        for item_id, product, shipping, commission in rows
    }


_PAID_BEFORE = """
    SELECT line.item_id,
        coalesce(sum(line.amount) FILTER (WHERE line.component <> %s), 0)::bigint,
        coalesce(sum(line.amount) FILTER (WHERE line.component = %s), 0)::bigint,
        sum(line.commission)::bigint
    FROM refunds_refundline line JOIN refunds_refundplan plan ON plan.id = line.plan_id
    WHERE line.item_id = ANY(%s) AND line.dropped_at IS NULL AND plan.status <> %s
    GROUP BY line.item_id
"""


def next_round(case_id: int) -> int:
    """The round that a further plan of this case gets: 1 for its first one."""
    [(last,)] = fetched(_LAST_ROUND, [case_id])
    return last + 1


_LAST_ROUND = "SELECT coalesce(max(round), 0) FROM refunds_refundplan WHERE case_id = %s"
