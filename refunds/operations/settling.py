"""What the provider answered, written down: succeeded, failed, or still not known."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM
from core.money import allocate
from finance.operations import post_refund, post_surplus_refund
from orders.operations import lock_order
from refunds.gateway import Outcome, Result, goes_to_credit, settling_time
from refunds.models import RefundAttempt, RefundPart, RefundPlan
from refunds.operations.reserving import release

Status = RefundPlan.Status
SELDOMEST = timedelta(hours=1)


@transaction.atomic
def settle_attempt(*, attempt_id: int, outcome: Outcome) -> None:
    """Write down a provider's answer, once: an attempt that is decided stays as it is.

    Succeeded: ledger posted, part completed. Refused: what it reserved is released. Unknown: a
    later date to ask again. The plan follows when all of its attempts are decided.
    """
    part_of_it = RefundPart.objects.filter(attempts=attempt_id)
    order_id, plan_id = part_of_it.values_list("order_id", "plan_id").get()
    lock_order(order_id)
    [plan] = RefundPlan.objects.filter(pk=plan_id).locked()
    attempts = RefundAttempt.objects.undecided().filter(pk=attempt_id)
    attempts = attempts.select_related("part__payment")
    for attempt in attempts.locked():
        if outcome.result is Result.SUCCEEDED and not _is_new(outcome.reference):
            outcome = Outcome(
                Result.UNKNOWN, words=f"Reference {outcome.reference} belongs to another refund."
            )
        match outcome.result:
            case Result.SUCCEEDED:
                _succeed(plan, attempt, outcome)
            case Result.REFUSED:
                _refuse(plan, attempt, outcome)
            case _:
                _look_again_later(attempt, outcome)
                return
        _conclude(plan)


def _is_new(reference: str) -> bool:
    return not RefundAttempt.objects.filter(provider_reference=reference).exists()


def _succeed(plan: RefundPlan, attempt: RefundAttempt, outcome: Outcome) -> None:
    attempt.provider_reference = outcome.reference
    _decide(attempt, RefundAttempt.Status.SUCCEEDED, outcome)
    RefundPart.objects.filter(pk=attempt.part_id).update(completed_at=attempt.decided_at)
    _post(plan, attempt)


def _post(plan: RefundPlan, attempt: RefundAttempt) -> None:
    """Into the ledger: a seller is charged, or the order's surplus gets smaller; the money is
    the provider's to pay, or store credit of the customer."""
    is_credit = goes_to_credit(plan, attempt.part.payment)
    facts: dict[str, Any] = {
        "reference": ledger_reference(attempt),
        "order_id": plan.order_id,
        "customer_id": plan.order.customer_id if is_credit else None,
        "currency": plan.currency,
        "amount": attempt.part.amount,
        "occurred_at": attempt.decided_at,
    }
    if plan.seller_id is None:
        post_surplus_refund(**facts)
    else:
        commission = _commission_of(plan)[attempt.part_id]
        post_refund(seller_id=plan.seller_id, commission=commission, **facts)


def ledger_reference(attempt: RefundAttempt) -> str:
    return f"refund:{attempt.pk}"


def _commission_of(plan: RefundPlan) -> dict[int, int]:
    """Each part's share of the commission that the plan gives back; they sum to it exactly."""
    parts = dict(plan.parts.order_by("pk").values_list("pk", "amount"))
    total = sum(plan.lines.standing().values_list("commission", flat=True))
    return dict(zip(parts, allocate(total, list(parts.values())), strict=True))


def _refuse(plan: RefundPlan, attempt: RefundAttempt, outcome: Outcome) -> None:
    _decide(attempt, RefundAttempt.Status.FAILED, outcome)
    release(plan, attempt.part)


def _decide(attempt: RefundAttempt, status: str, outcome: Outcome) -> None:
    attempt.status = status
    attempt.answer = outcome.words
    attempt.decided_at = timezone.now()
    attempt.next_check_at = None
    attempt.save(
        update_fields=["status", "provider_reference", "answer", "decided_at", "next_check_at"]
    )


def _look_again_later(attempt: RefundAttempt, outcome: Outcome) -> None:
    """Never before the call has surely ended, then ever more seldom, and never not at all."""
    wait = min(settling_time() * 2 ** min(attempt.checks, 10), max(SELDOMEST, settling_time()))
    attempt.status = RefundAttempt.Status.UNKNOWN
    attempt.answer = outcome.words
    attempt.next_check_at = timezone.now() + wait
    attempt.save(update_fields=["status", "answer", "next_check_at"])


def _conclude(plan: RefundPlan) -> None:
    """The plan is completed when every part is, and failed only when nothing is under way.

    A part is under way while its amount is set aside: its attempt is undecided, or the end of a
    payment outside of this system is not told yet.
    """
    missing = plan.parts.filter(completed_at=None)
    if missing.filter(reserved_at__isnull=False).exists():
        return
    if missing.exists():
        fail(plan, reason="refused")
    else:
        complete(plan)


def complete(plan: RefundPlan) -> None:
    """All of a processing plan is paid, or nothing was to be paid."""
    plan.transition_to(
        Status.COMPLETED,
        actor=SYSTEM,
        changes={"completed_at": timezone.now()},
        total=plan.total,
    )


def fail(plan: RefundPlan, *, reason: str) -> None:
    """A processing plan is not paid, definitively; it is not payable until somebody asks again."""
    plan.transition_to(Status.FAILED, actor=SYSTEM, changes={"payable_at": None}, reason=reason)
