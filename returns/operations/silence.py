"""Nobody answered in time."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from core.actors import SYSTEM
from core.deadlines.operations import arm
from orders.models import Case, Order
from returns.models import ReturnItem, ReturnRequest
from returns.operations.deciding import (
    ESCALATED_STEP,
    approve,
    lock_request,
    settle,
    waiting_entries,
)
from returns.operations.pricing import worth_of
from returns.policies import ABOVE_SILENCE_LIMIT, ESCALATED, SILENCE
from returns.rules import policies_of


@transaction.atomic
def expire_answer(*, case_id: int, step: str, action: str) -> str | None:
    """Silence approves what waits (product.md §5), up to the amount of the owner's rule.

    Above it, or where the deadline's rule says "escalate", the case goes on waiting for the
    marketplace alone, with a date of its own; above it there is nobody, so its silence approves.
    Returns what came of it, or None where the case was answered already.
    """
    request, order = lock_request(ReturnRequest.objects.get(case=case_id).pk)
    if request.case.status != Case.Status.WAITING:
        return None
    entries = waiting_entries(request)
    if step != ESCALATED_STEP:
        if action == "escalate":
            return _escalate(request, ESCALATED)
        if _above_limit(order, entries):
            return _escalate(request, ABOVE_SILENCE_LIMIT)
    approve(request, order, entries, actor=SYSTEM, rule=SILENCE)
    settle(request, order, actor=SYSTEM)
    return request.case.status


def _above_limit(order: Order, entries: Sequence[ReturnItem]) -> bool:
    """Whether what waits is worth more than silence may approve: the lowest limit of its items
    counts, against the worth of all of them, whatever is wished for."""
    book = policies_of(entry.item.seller_id for entry in entries)
    rules = [
        book.rules_for(entry.item.seller_id, entry.item.line.category, order.currency)
        for entry in entries
    ]
    limits = [
        rule.silence_approves_up_to for rule in rules if rule.silence_approves_up_to is not None
    ]
    worth = worth_of([entry.item for entry in entries])
    return bool(limits) and sum(worth.values()) > min(limits)


def _escalate(request: ReturnRequest, rule: str) -> str:
    zone = settings.DEFAULT_TIME_ZONE  # the marketplace's own
    deadline = arm(ESCALATED_STEP, subject=request.case, zone=zone, actor=SYSTEM)
    assert deadline is not None  # only an imported past gets none
    request.held_by = rule
    request.save(update_fields=["held_by"])
    Case.objects.filter(pk=request.case_id).update(due_at=deadline.due_at)
    request.case.due_at = deadline.due_at
    request.case.note(
        "return.escalated", actor=SYSTEM, rule=rule, due_at=deadline.due_at.isoformat()
    )
    return "escalated"
