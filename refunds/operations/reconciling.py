"""Attempts whose end we do not know: the provider is asked by key, until it is decided."""

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from refunds.gateway import Outcome, Result, gateway_of, settling_time
from refunds.models import RefundAttempt
from refunds.operations.execution import call_provider
from refunds.operations.settling import settle_attempt

logger = logging.getLogger(__name__)
PATIENCE = timedelta(hours=24)


def due_attempts(*, limit: int = 200) -> list[int]:
    """Undecided attempts whose date to look again has come."""
    due = RefundAttempt.objects.due().order_by("next_check_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def reconcile_attempt(*, attempt_id: int) -> None:
    """Ask the provider what became of a due attempt, and settle it.

    "Never seen", asked when no call can be under way any more, means that nothing was paid: it
    is sent again under the same key. There is never a new key before a definitive refusal. Safe
    to run twice, or on two workers at once.
    """
    if not _claim(attempt_id):
        return
    attempt = RefundAttempt.objects.select_related("part__plan", "part__payment").get(pk=attempt_id)
    age = timezone.now() - attempt.created_at
    if age > PATIENCE:
        logger.error(
            "Refund attempt %s (key %s) is undecided since %s: ask the provider by hand.",
            attempt.pk,
            attempt.idempotency_key,
            attempt.created_at.isoformat(),
        )
    gateway = gateway_of(attempt.part.plan, attempt.part.payment)
    outcome = gateway.find(attempt.idempotency_key)
    if outcome is None:
        if age < gateway.remembers_keys_for:
            outcome = call_provider(attempt)
        else:
            outcome = Outcome(Result.UNKNOWN, words="Never seen, and too old to be sent again.")
    settle_attempt(attempt_id=attempt_id, outcome=outcome)


def _claim(attempt_id: int) -> bool:
    """Take a due attempt for long enough to ask and to send; whoever comes second gets nothing."""
    due = RefundAttempt.objects.due().filter(pk=attempt_id)
    lease = timezone.now() + 2 * settling_time()
    return bool(due.update(checks=F("checks") + 1, next_check_at=lease))
