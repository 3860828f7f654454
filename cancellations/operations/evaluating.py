"""Answering a cancellation without a person: by the owner's policy, or because it shipped."""

from django.db import transaction
from django.utils import timezone

from cancellations import policies
from cancellations.models import AutoApprovalPolicy, CancellationItem, CancellationRequest
from cancellations.operations.deciding import (
    ANSWER_STEP,
    approve,
    live_plan,
    lock_request,
    settle,
    stop_the_clock,
    waiting_entries,
)
from core.actors import SYSTEM, Actor
from core.deadlines.operations import arm
from orders.models import Case


@transaction.atomic
def evaluate_cancellation(*, request_id: int) -> None:
    """Answer a waiting request by the owner's policy, or say who must and until when.

    Harmless when run twice or by two workers: an answered or already evaluated request stays.
    Items that have shipped meanwhile are rejected either way.
    """
    request, order = lock_request(request_id)
    if request.case.status != Case.Status.WAITING or request.evaluated_at is not None:
        return
    waiting = waiting_entries(request, actor=SYSTEM)
    if not waiting:
        return
    verdict = policies.verdict_of(
        AutoApprovalPolicy.objects.first(),
        order,
        [entry.item.status for entry in waiting],
        amount=live_plan(request).total,
        now=timezone.now(),
    )
    if verdict.approved:
        approve(request, order, waiting, actor=SYSTEM, rule=verdict.rule)
        settle(request, actor=SYSTEM)
    else:
        _hold(request, verdict.rule)


@transaction.atomic
def approve_cancellation(request: CancellationRequest, *, actor: Actor, rule: str = "") -> None:
    """Say yes to all that waits: stop what has not shipped and let the money go back.

    `rule` names the rule that decided when no person did. Items that have shipped meanwhile are
    rejected; when nothing is left the case is. Raises NotDecidable, NotAllowed.
    """
    request, order = lock_request(request.pk)
    if refusal := policies.may_answer(request, actor):
        raise refusal
    approve(request, order, waiting_entries(request, actor=actor), actor=actor, rule=rule)
    settle(request, actor=actor)
    stop_the_clock(request)


@transaction.atomic
def settle_shipped(*, item_id: int, actor: Actor) -> None:
    """An item that shipped leaves its waiting cancellation; the customer may return it later."""
    request_id = (
        CancellationItem.objects.waiting()
        .filter(item=item_id, case__status=Case.Status.WAITING)
        .values_list("request_id", flat=True)
        .first()
    )
    if request_id is not None:
        request, _order = lock_request(request_id)
        waiting_entries(request, actor=actor)
        stop_the_clock(request)


def _hold(request: CancellationRequest, rule: str) -> None:
    """Leave the answer to the seller or the owner, until a date; then silence decides."""
    zone = request.case.seller.time_zone
    deadline = arm(ANSWER_STEP, subject=request.case, zone=zone, actor=SYSTEM)
    assert deadline is not None  # only an imported past gets none
    request.evaluated_at = timezone.now()
    request.held_by = rule
    request.save(update_fields=["evaluated_at", "held_by"])
    Case.objects.filter(pk=request.case_id).update(due_at=deadline.due_at)
    request.case.due_at = deadline.due_at
    request.case.note(
        "cancellation.held", actor=SYSTEM, rule=rule, due_at=deadline.due_at.isoformat()
    )
