"""What providers tell us by webhook: the same answers, at any time, in any order, any often."""

import logging
from typing import Any
from uuid import UUID

from django.db import transaction

from orders.operations import lock_order
from refunds.gateway import Outcome, Result
from refunds.models import ProviderMessage, RefundAttempt
from refunds.operations.settling import settle_attempt

logger = logging.getLogger(__name__)
Verdict = ProviderMessage.Verdict
Status = RefundAttempt.Status
RESULTS = {"refund.succeeded": Result.SUCCEEDED, "refund.refused": Result.REFUSED}
STATUSES = {Result.SUCCEEDED: Status.SUCCEEDED, Result.REFUSED: Status.FAILED}


@transaction.atomic
def take_message(*, gateway: str, event_id: str, document: dict[str, Any]) -> ProviderMessage:
    """Take in a message whose signature was verified, once per event id, and settle the attempt
    whose key it names.

    Early, late and repeated messages are harmless: an attempt that is decided stays as it is. A
    message that names no attempt of this gateway, another amount, or another end than the one we
    know books nothing and is kept for a person.
    """
    data = document.get("data")
    data = data if isinstance(data, dict) else {}
    message, is_new = ProviderMessage.objects.get_or_create(
        gateway=gateway,
        event_id=event_id,
        defaults={
            "type": str(document.get("type", ""))[:60],
            "key": str(data.get("key", ""))[:80],
            "verdict": Verdict.IGNORED,
            "document": document,
        },
    )
    if not is_new:
        return message
    message.verdict = _verdict_on(message, data)
    message.save(update_fields=["verdict"])
    if message.verdict in ProviderMessage.FOR_A_PERSON:
        logger.error("Message %s of %s: %s", event_id, gateway, message.get_verdict_display())
    return message


def _verdict_on(message: ProviderMessage, data: dict[str, Any]) -> str:
    result = RESULTS.get(message.type)
    if result is None:
        return Verdict.IGNORED
    attempt = _attempt_of(message)
    if attempt is None:
        return Verdict.UNKNOWN_KEY
    part = attempt.part
    lock_order(part.order_id)
    attempt.refresh_from_db(fields=["status"])
    asked = (part.amount, part.plan.currency)
    reference = str(data.get("reference") or "")[:120]
    if (data.get("amount"), data.get("currency")) != asked:
        return Verdict.CONTRADICTS
    if result is Result.SUCCEEDED and not reference:
        return Verdict.CONTRADICTS
    if attempt.status not in RefundAttempt.UNDECIDED:
        return Verdict.KNOWN if attempt.status == STATUSES[result] else Verdict.CONTRADICTS
    words = str(data.get("message", ""))[:300]
    settle_attempt(attempt_id=attempt.pk, outcome=Outcome(result, reference, words))
    attempt.refresh_from_db(fields=["status"])
    return Verdict.BOOKED if attempt.status == STATUSES[result] else Verdict.CONTRADICTS


def _attempt_of(message: ProviderMessage) -> RefundAttempt | None:
    try:
        key = UUID(message.key)
    except ValueError:
        return None
    attempts = RefundAttempt.objects.filter(
        idempotency_key=key, part__plan__gateway=message.gateway
    )
    return attempts.select_related("part__plan").first()
