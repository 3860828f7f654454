"""The owner decides a dispute: what is paid back for each rejected item, and whose fault it was."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from core.bulk import insert
from core.deadlines.operations import disarm
from orders.models import Case, Order, OrderItem
from orders.operations import decide_case, move_items
from orders.operations.selecting import refuse
from refunds.models import RefundPlan
from refunds.operations import create_plan, next_round
from refunds.returning import joined
from returns import dispute_policies as policies
from returns.models import Decision, DecisionLine, Dispute, ReturnItem, ReturnRequest
from returns.operations.deciding import with_items
from returns.operations.disputes import (
    DECISION_STEP,
    STATEMENT_STEP,
    close_dispute,
    let_appeal,
    lock_dispute,
)
from returns.operations.goods import open_parcel
from returns.operations.returning_failed import send_back_by_carrier
from returns.operations.weighing import DecidedLine, Ruled, price_decision

Status = Dispute.Status
Outcome = Decision.Outcome
Answer = ReturnItem.Status
PayableWhen = RefundPlan.PayableWhen


@transaction.atomic
def decide(
    dispute: Dispute,
    *,
    outcome: str,
    fault: str,
    shipping_paid_by: str,
    note: str,
    actor: Actor,
    lines: Sequence[DecidedLine] = (),
    internal_note: str = "",
    goods_back: bool = False,
) -> Decision:
    """Decide about the items that the seller rejected: full, a part of each, or nothing.

    `note` is for both parties, `internal_note` for the marketplace alone. The money leaves at
    once, or with the goods where they have to come back. The customer may appeal once, unless
    they got everything; the second decision adds to the first and ends the dispute. Raises
    NotAllowed, NotInDispute, and what `price_decision` raises.
    """
    dispute, order = lock_dispute(dispute.pk)
    note, internal_note = note.strip(), internal_note.strip()
    now = timezone.now()
    request = ReturnRequest.objects.select_related("case").get(case=dispute.case_id)
    if refusal := policies.may_decide(
        dispute, actor, now, outcome=outcome, waits=request.items.waiting().exists()
    ):
        raise refusal
    refuse(
        policies.unfit_decision(
            outcome=outcome,
            fault=fault,
            shipping_paid_by=shipping_paid_by,
            note=note,
            internal_note=internal_note,
        )
    )
    ruled = price_decision(
        dispute,
        outcome=outcome,
        lines=lines,
        shipping_paid_by=shipping_paid_by,
        goods_back=goods_back,
    )
    on_appeal = dispute.status == Status.APPEALED
    decision = Decision.objects.create(
        dispute=dispute,
        round=2 if on_appeal else 1,
        outcome=outcome,
        fault=fault,
        shipping_paid_by=shipping_paid_by,
        goods_back=any(one.waits and one.wins for one in ruled),
        note=note,
        internal_note=internal_note,
        decided_by_id=actor.user_id,
    )
    insert(DecisionLine(decision=decision, entry=one.entry, amount=one.amount) for one in ruled)
    disarm(STATEMENT_STEP, DECISION_STEP, subject=dispute, outcome=outcome)
    _carry_out(dispute, request, order, ruled, actor=actor)
    _tell(dispute, decision, ruled, actor)
    return decision


def _tell(dispute: Dispute, decision: Decision, ruled: Sequence[Ruled], actor: Actor) -> None:
    """Record it, and say what is still possible."""
    facts: dict[str, Any] = {
        "round": decision.round,
        "outcome": decision.outcome,
        "fault": decision.fault,
        "shipping_paid_by": decision.shipping_paid_by,
        "goods_back": decision.goods_back,
        "total": sum(one.amount for one in ruled),
        "items": [{"item": one.entry.item_id, "amount": one.amount} for one in ruled],
    }
    if decision.round == 2:
        dispute.note("dispute.decided_again", actor=actor, **facts)
        close_dispute(dispute, actor=actor)
        return
    dispute.transition_to(Status.DECIDED, actor=actor, **facts)
    if decision.outcome == Outcome.FULL:
        close_dispute(dispute, actor=actor)
    else:
        let_appeal(dispute, actor=actor)


# -- What follows from it --------------------------------------------------------------------


def _carry_out(
    dispute: Dispute,
    request: ReturnRequest,
    order: Order,
    ruled: Sequence[Ruled],
    *,
    actor: Actor,
) -> None:
    """Answer the items anew, plan the money, wait for the goods."""
    won = [one for one in ruled if one.wins]
    if not won:
        return
    with_items([one.entry for one in won])
    new = [one for one in won if one.entry.status == Answer.REJECTED]
    _answer_anew(won, actor)
    if request.case.status == Case.Status.REJECTED:
        decide_case(request.case, Case.Status.APPROVED, actor=actor, dispute=dispute.number)
    for waits in (False, True):
        _plan(request, [one for one in won if one.waits is waits], actor=actor)
    _return_at_once(request, order, new, actor)
    back = [one.entry for one in new if one.waits]
    if back:
        parcel = open_parcel(request.case, actor=actor, entries=back)
        send_back_by_carrier(parcel, [entry.item for entry in back])


def _answer_anew(won: Iterable[Ruled], actor: Actor) -> None:
    """A rejected item is approved, or kept for a part of its price; one that was kept for a part
    already is kept for more. Why it was rejected stays written."""
    entries = []
    for one in won:
        entry = one.entry
        if entry.status == Answer.REJECTED:
            keeps_it = not one.waits and one.amount < one.worth
            entry.status = Answer.SETTLED if keeps_it else Answer.APPROVED
            entry.agreed_amount = one.amount if keeps_it else None
            entry.goods_back = one.waits
            entry.payable_when = PayableWhen.ON_RECEIPT if one.waits else PayableWhen.AT_ONCE
        elif entry.status == Answer.SETTLED:
            entry.agreed_amount = (entry.agreed_amount or 0) + one.amount
        entry.decided_at = timezone.now()
        entry.decided_by_role = actor.role
        entry.decided_by_id = actor.user_id
        entry.decided_rule = ""
        entries.append(entry)
    columns = ["status", "agreed_amount", "goods_back", "payable_when"]
    columns += ["decided_at", "decided_by_role", "decided_by", "decided_rule"]
    ReturnItem.objects.bulk_update(entries, columns)


def _plan(request: ReturnRequest, paid: Sequence[Ruled], *, actor: Actor) -> None:
    """A plan of its own for what is paid at once, and for what waits for the goods."""
    planned = joined([one.refund for one in paid])
    if not planned.total:
        return
    create_plan(
        case=request.case,
        items=[one.entry.item for one in paid],
        lines=planned,
        type=RefundPlan.Type.REFUND,
        status=RefundPlan.Status.APPROVED,
        payable_when=PayableWhen.ON_RECEIPT if paid[0].waits else PayableWhen.AT_ONCE,
        round=next_round(request.case_id),
        pay_to=request.pay_to,
        actor=actor,
    )


def _return_at_once(
    request: ReturnRequest, order: Order, new: Sequence[Ruled], actor: Actor
) -> None:
    """What is paid for in full and need not come back counts as returned."""
    kept = [one.entry for one in new if not one.waits and one.entry.status == Answer.APPROVED]
    if kept:
        move_items(
            order,
            [entry.item for entry in kept],
            OrderItem.Status.RETURNED,
            actor=actor,
            changes={"open_case": None},
            case=request.case.number,
            goods_back=False,
        )
