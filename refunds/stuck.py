"""Plans that need a person of the marketplace: why they stand still, and what helps."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from refunds.models import RefundAttempt, RefundPlan
from refunds.querysets import OVERDUE

Status = RefundPlan.Status


class Cause(StrEnum):
    UNKNOWN = "unknown"  # the provider has not said what became of an attempt
    REFUSED = "refused"  # it refused, for good
    NOTHING_LEFT = "nothing_left"  # the payments do not have that much left
    NOT_SENT = "not_sent"  # nobody has sent it, though it may be paid


@dataclass(frozen=True)
class Stuck:
    """Why a plan stands still, in words, with the provider's own; and the next step."""

    cause: Cause
    reason: str
    answer: str
    next_step: str


def stuck_of(plan: RefundPlan) -> Stuck | None:
    """Why this plan (`with_details`) stands still; None while it goes its way."""
    attempts = [attempt for part in plan.parts.all() for attempt in part.attempts.all()]
    if plan.status == Status.FAILED and plan.payable_at is None:
        return _failed(attempts)
    overdue = timezone.now() - OVERDUE
    for attempt in attempts:
        if attempt.status in RefundAttempt.UNDECIDED and attempt.created_at < overdue:
            return _unknown(attempt)
    if plan.is_ours_to_pay and plan.payable_at and plan.payable_at < overdue:
        return Stuck(
            Cause.NOT_SENT,
            _("It may be paid, but nothing was sent yet."),
            "",
            _("See whether the workers run; it is sent as soon as they do."),
        )
    return None


def _failed(attempts: list[RefundAttempt]) -> Stuck:
    refused = [attempt for attempt in attempts if attempt.status == RefundAttempt.Status.FAILED]
    if not refused:
        return Stuck(
            Cause.NOTHING_LEFT,
            _("The payments of the order do not have that much left to give back."),
            "",
            _("Compare the plan with the order's payments, then pay again."),
        )
    return Stuck(
        Cause.REFUSED,
        _("The payment provider refused it. What was set aside for it is free again."),
        max(refused, key=lambda attempt: attempt.pk).answer,
        _("Clear the cause with the provider, then pay again."),
    )


def _unknown(attempt: RefundAttempt) -> Stuck:
    since = formats.when(attempt.created_at)
    return Stuck(
        Cause.UNKNOWN,
        _("The provider has not said since %(since)s whether it paid.") % {"since": since},
        attempt.answer,
        _("It is asked again by itself. If it stays like this, ask the provider about %(key)s.")
        % {"key": attempt.idempotency_key},
    )
