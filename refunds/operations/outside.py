"""Plans that somebody else pays: an ERP, or a person. They say afterwards how it ended."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Conflict, InvalidInput
from orders.operations import lock_order
from refunds import policies
from refunds.gateway import EXTERNAL, Outcome, Result, goes_to_credit
from refunds.models import RefundAttempt, RefundPart, RefundPlan
from refunds.operations.execution import begin_paying, lock_items_of, make_attempts
from refunds.operations.reserving import reserve
from refunds.operations.settling import settle_attempt

Status = RefundPlan.Status
PAID, REFUSED = "paid", "refused"
RESULTS = {PAID: Result.SUCCEEDED, REFUSED: Result.REFUSED}


class OutcomeKnown(Conflict):
    """The end of this part was told before, and was another one."""

    code = "outcome_known"


class ReferenceUsed(Conflict):
    """Another refund has this reference: one payment is never counted for two."""

    code = "reference_used"


@transaction.atomic
def record_outcome(
    plan: RefundPlan,
    *,
    payment: int,
    outcome: str,
    actor: Actor,
    reference: str = "",
    note: str = "",
) -> RefundPlan:
    """Write down how paying one part outside of this system ended: "paid" or "refused".

    payment: the position of the payment that the part goes back to. A payment has a `reference`
    by which it can be found. Settles like an answer of a provider; telling the same again changes
    nothing. Raises NotAllowed, InvalidInput, NotOutside, NotPayable, OutcomeKnown,
    ReferenceUsed, MoreThanCaptured.
    """
    if outcome not in RESULTS:
        raise InvalidInput(_("paid or refused."), field="outcome", allowed=list(RESULTS))
    reference, note = reference.strip(), note.strip()
    if outcome == PAID and not reference:
        raise InvalidInput(_("What was paid has a reference."), field="reference")
    plan = _locked(plan)
    if refusal := policies.may_tell_outcomes(actor):
        raise refusal
    part = _part(plan, payment)
    if _was_told(part, outcome, reference):
        return plan
    if refusal := policies.may_record_outcome(plan, actor):
        raise refusal
    if reference and RefundAttempt.objects.filter(provider_reference=reference).exists():
        raise ReferenceUsed(_("Another refund has this reference."), field="reference")
    if plan.status != Status.PROCESSING:
        plan.transition_to(Status.PROCESSING, actor=actor)
        missing = plan.parts.filter(completed_at=None).select_related("payment")
        reserve(plan, list(missing.order_by("pk")))
        begin_paying(plan, [one for one in missing if goes_to_credit(plan, one.payment)])
        part.refresh_from_db()
    if part.completed_at or part.reserved_at is None:
        raise OutcomeKnown(_("How this part ended was told before."), field="payment")
    plan.note(
        "refund_plan.outcome_recorded",
        actor=actor,
        payment=payment,
        outcome=outcome,
        reference=reference,
    )
    [attempt_id] = make_attempts(plan, [part], timezone.now())
    told = Outcome(RESULTS[outcome], reference=reference if outcome == PAID else "", words=note)
    settle_attempt(attempt_id=attempt_id, outcome=told)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def move_to_external(plan: RefundPlan, *, actor: Actor) -> None:
    """Have a plan paid outside of this system, because the provider cannot.

    Only while nothing of it is under way. A plan that failed may be paid at once. Raises
    NotAllowed, NotMovable.
    """
    plan_now = _locked(plan)
    if refusal := policies.may_move_to_external(plan_now, actor):
        raise refusal
    changed = ["gateway"]
    plan_now.gateway = EXTERNAL
    if plan_now.status == Status.FAILED and plan_now.payable_at is None:
        plan_now.payable_at = timezone.now()
        changed.append("payable_at")
    plan_now.save(update_fields=changed)
    plan_now.note("refund_plan.moved_to_external", actor=actor)
    plan.refresh_from_db()


def _locked(plan: RefundPlan) -> RefundPlan:
    """The plan as it is now, its order and items locked before it."""
    lock_order(plan.order_id)
    lock_items_of(plan.pk)
    [locked] = RefundPlan.objects.filter(pk=plan.pk).locked()
    return locked


def _part(plan: RefundPlan, position: int) -> RefundPart:
    parts = {
        part.payment.position: part
        for part in plan.parts.select_related("payment")
        if not goes_to_credit(plan, part.payment)  # that part is ours to give
    }
    if position not in parts:
        raise InvalidInput(
            _("This plan pays nothing back to that payment."),
            field="payment",
            allowed=[str(known) for known in sorted(parts)],
        )
    return parts[position]


def _was_told(part: RefundPart, outcome: str, reference: str) -> bool:
    """The very same was told before, and nobody asked for another try since."""
    last = part.attempts.order_by("attempt_no").last()
    if last is None:
        return False
    if outcome == PAID:
        paid = last.status == RefundAttempt.Status.SUCCEEDED
        return paid and last.provider_reference == reference
    refused = last.status == RefundAttempt.Status.FAILED and part.reserved_at is None
    return refused and not (part.plan.status in RefundPlan.PAYABLE and part.plan.payable_at)
