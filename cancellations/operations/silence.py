"""Nobody answered in time."""

from django.conf import settings
from django.db import transaction

from cancellations.models import CancellationRequest
from cancellations.operations.deciding import (
    ESCALATED_STEP,
    approve,
    lock_request,
    settle,
    turn_down,
    waiting_entries,
)
from cancellations.policies import ESCALATED
from core.actors import SYSTEM
from core.deadlines.operations import arm
from orders.models import Case


@transaction.atomic
def expire_answer(*, case_id: int, step: str, action: str) -> str | None:
    """Act as the deadline's rule says (product.md §6): approve, reject, or escalate.

    Silence approves unless the owner's rule says otherwise. Escalated, the case goes on waiting
    for the marketplace alone, with a date of its own; above it there is nobody, so its silence
    approves. Returns what came of it, or None where the case was answered already.
    """
    request, order = lock_request(CancellationRequest.objects.get(case=case_id).pk)
    if request.case.status != Case.Status.WAITING:
        return None
    waiting = waiting_entries(request, actor=SYSTEM)
    if not waiting:
        return request.case.status
    if action == "escalate" and step != ESCALATED_STEP:
        _escalate(request)
        return "escalated"
    if action == "reject":
        turn_down(request, waiting, actor=SYSTEM, rule="silence_rejects")
    else:
        approve(request, order, waiting, actor=SYSTEM, rule="silence")
    settle(request, actor=SYSTEM)
    return request.case.status


def _escalate(request: CancellationRequest) -> None:
    zone = settings.DEFAULT_TIME_ZONE  # the marketplace's own
    deadline = arm(ESCALATED_STEP, subject=request.case, zone=zone, actor=SYSTEM)
    assert deadline is not None  # only an imported past gets none
    request.held_by = ESCALATED
    request.save(update_fields=["held_by"])
    Case.objects.filter(pk=request.case_id).update(due_at=deadline.due_at)
    request.case.due_at = deadline.due_at
    request.case.note("cancellation.escalated", actor=SYSTEM, due_at=deadline.due_at.isoformat())
