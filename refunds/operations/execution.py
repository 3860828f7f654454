"""Paying a plan, exactly once (reliability.md §3).

1. One transaction: everything reserved, the plan `processing`, an attempt `sending` per part.
2. No transaction: the provider is called, each attempt under its own idempotency key.
3. One transaction per answer: `settle_attempt`.

A crash anywhere leaves attempts with a date to look again; `reconciling.py` takes it from there.
All parts get their attempts together, so that no part can be forgotten between two others.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.actors import SYSTEM
from orders.models import OrderItem
from orders.operations import lock_order
from refunds.gateway import Outcome, gateway_of, goes_to_credit, settling_time
from refunds.gateway.store_credit import StoreCredit
from refunds.models import RefundAttempt, RefundPart, RefundPlan
from refunds.operations.reserving import reserve
from refunds.operations.settling import complete, fail, settle_attempt
from refunds.planning import MoreThanCaptured

Status = RefundPlan.Status
KEYS = UUID("5f0c7a52-4b7e-4f0e-9a53-3d1f8f0c6b1e")


def due_plans(*, limit: int = 200) -> list[int]:
    """Plans that may be paid now and that no other worker holds at this moment."""
    with transaction.atomic():
        due = RefundPlan.objects.due().order_by("payable_at", "pk")[:limit]
        return [plan.pk for plan in due.select_for_update(skip_locked=True)]


def execute_plan(*, plan_id: int) -> None:
    """Pay a due plan. Safe to run twice, or on two workers at once; not due, it does nothing."""
    for attempt_id in _begin(plan_id):
        send_attempt(attempt_id=attempt_id)


@transaction.atomic
def _begin(plan_id: int) -> list[int]:
    """Commit the intent: reserve, and make the attempts to send. Returns their pks."""
    lock_order(RefundPlan.objects.values_list("order_id", flat=True).get(pk=plan_id))
    lock_items_of(plan_id)
    due = RefundPlan.objects.due().filter(pk=plan_id).locked()
    if not due:
        return []
    plan = due[0]
    plan.transition_to(Status.PROCESSING, actor=SYSTEM)
    parts = list(plan.parts.filter(completed_at=None).select_related("payment").order_by("pk"))
    if not parts:
        complete(plan)
        return []
    try:
        with transaction.atomic():
            reserve(plan, parts)
    except MoreThanCaptured as refusal:
        fail(plan, reason=refusal.code)
        return []
    return begin_paying(plan, parts)


def begin_paying(plan: RefundPlan, parts: Sequence[RefundPart]) -> list[int]:
    """Attempts for reserved parts (each with its payment): pks of those that are to be sent.

    Store credit is our own to give: it is given here, in the caller's transaction, once all
    attempts are there, so that the plan is not over before its other parts.
    """
    credit = [part for part in parts if goes_to_credit(plan, part.payment)]
    others = [part for part in parts if part not in credit]
    now = timezone.now()
    to_send, ours = make_attempts(plan, others, now), make_attempts(plan, credit, now)
    for attempt in RefundAttempt.objects.filter(pk__in=ours).select_related("part__plan"):
        settle_attempt(attempt_id=attempt.pk, outcome=StoreCredit.given(attempt.idempotency_key))
    return to_send


def lock_items_of(plan_id: int) -> None:
    """Lock what the plan pays back for, before the plan itself (reliability.md §3)."""
    OrderItem.objects.filter(
        pk__in=RefundPlan.objects.filter(pk=plan_id).values("lines__item_id")
    ).locked()


def make_attempts(plan: RefundPlan, parts: Sequence[RefundPart], now: datetime) -> list[int]:
    """The next attempt of each of these parts, undecided and not yet sent: their pks."""
    numbers = dict(
        RefundAttempt.objects.filter(part__in=parts)
        .values_list("part_id")
        .annotate(Max("attempt_no"))
    )
    attempts = [
        RefundAttempt(
            part=part,
            attempt_no=(attempt_no := numbers.get(part.pk, 0) + 1),
            idempotency_key=key_of(plan, part, attempt_no),
            # They are sent one after another: each has its own time to settle after its turn.
            next_check_at=now + settling_time() * turn,
        )
        for turn, part in enumerate(parts, start=1)
    ]
    return [attempt.pk for attempt in RefundAttempt.objects.bulk_create(attempts)]


def key_of(plan: RefundPlan, part: RefundPart, attempt_no: int) -> UUID:
    """The idempotency key of a part's n-th attempt: always the same, and nobody else's.

    Made from the plan's number, not from pks: those come again in a restored or a fresh
    database, and the provider would then answer for somebody else's refund.
    """
    return uuid5(KEYS, f"{plan.number}/{part.payment_id}/{attempt_no}")


def send_attempt(*, attempt_id: int) -> None:
    """Call the provider for an undecided attempt, outside any transaction, and settle it."""
    attempt = RefundAttempt.objects.select_related("part__plan", "part__payment").get(pk=attempt_id)
    if attempt.status in RefundAttempt.UNDECIDED:
        settle_attempt(attempt_id=attempt_id, outcome=call_provider(attempt))


def call_provider(attempt: RefundAttempt) -> Outcome:
    """Ask the provider to pay this attempt's part under its key."""
    part = attempt.part
    return gateway_of(part.plan, part.payment).refund(
        amount=part.amount,
        currency=part.plan.currency,
        key=attempt.idempotency_key,
        payment_reference=part.payment.reference,
    )
