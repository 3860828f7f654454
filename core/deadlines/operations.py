"""Arming and disarming deadlines, and acting on those that have passed."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils import timezone

from core.actors import SYSTEM, Actor, Via
from core.deadlines.expiry import HANDLERS
from core.deadlines.models import Deadline
from core.deadlines.schedule import Schedule, UnknownStep, due_for, rule_for, schedule_of

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=75)  # longer than a task may run
LONGEST_WAIT = timedelta(minutes=10)  # of a handler that fails: acted on within 15 minutes
SWEEP_SECONDS = 20  # two of them stay within a task's soft limit; beat comes again

__all__ = [
    "AnsweredMeanwhile",
    "Start",
    "UnknownStep",
    "arm",
    "arm_many",
    "disarm",
    "due_for",
    "handle_passed",
    "remind",
    "rule_for",
]


class AnsweredMeanwhile(Exception):
    """The deadline was disarmed while its handler ran: what the handler did is undone."""


@transaction.atomic
def arm(
    step: str,
    *,
    subject: Any,
    zone: str,
    actor: Actor,
    start: datetime | None = None,
    due: datetime | None = None,
) -> Deadline | None:
    """Let the time of a step run for `subject` (a recorded row), in the zone of who must act.

    It is due as the step's rule says, or at `due` where somebody has promised an instant. One
    deadline per step and subject is open at a time: arming again returns the one that runs. An
    imported past arms nothing and gets None. Raises UnknownStep.
    """
    if actor.via == Via.IMPORT:
        return None
    running = Deadline.objects.open().of(subject).filter(step=step).first()
    if running:
        return running
    begun = Start(subject, zone, start or timezone.now(), due)
    columns = _columns(begun, schedule_of(step))
    deadline, _created = Deadline.objects.get_or_create(
        step=step,
        subject_type=columns.pop("subject_type"),
        subject_id=columns.pop("subject_id"),
        handled_at=None,
        defaults=columns,
    )
    return deadline


@dataclass(frozen=True, slots=True)
class Start:
    """The time of a step begins for `subject` at `at`; `due` overrules what the rule says."""

    subject: Any
    zone: str
    at: datetime
    due: datetime | None = None


def arm_many(step: str, starts: Iterable[Start], *, actor: Actor, schedule: Schedule) -> None:
    """Arm a step for rows that are new in this transaction, so that nothing runs for them yet:
    one statement, however many. An imported past arms nothing."""
    if actor.via != Via.IMPORT:
        Deadline.objects.bulk_create(
            Deadline(step=step, **_columns(start, schedule)) for start in starts
        )


def _columns(start: Start, schedule: Schedule) -> dict[str, Any]:
    due = start.due or schedule.due(start.at, start.zone)
    begun = min(start.at, due)  # what came in too late has passed already
    reminders = schedule.reminders(begun, due)
    return {
        "subject_type": start.subject.EVENT,
        "subject_id": start.subject.pk,
        **start.subject.about(),
        "started_at": begun,
        "due_at": due,
        "next_attempt_at": due,
        "time_zone": start.zone,
        "action": schedule.rule.on_expiry,
        "reminders_at": reminders,
        "next_reminder_at": reminders[0] if reminders else None,
    }


def disarm(*steps: str, subject: Any, outcome: str) -> int:
    """Somebody acted in time: nothing will happen at expiry. Returns how many were stopped.

    Without steps all of the subject's deadlines stop. Call it under the order's lock: a handler
    that runs at this moment holds that lock, so one of the two comes first and the other knows.
    """
    running = Deadline.objects.open().of(subject)
    if steps:
        running = running.filter(step__in=steps)
    return running.update(handled_at=Now(), outcome=outcome, updated_at=Now())


def handle_passed() -> int:
    """Act on every deadline that has passed; any number of sweeps may run at once.

    Each is leased with SKIP LOCKED and the lease committed; no row stays locked while its handler
    takes the order's lock, or a sweep and an answer could wait for each other for ever. A handler
    that fails is tried again later and stops nobody else. Returns how many were handled.
    """
    handled, stop = 0, time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < stop:
        deadline = _lease_one()
        if deadline is None:
            break
        handled += _handle(deadline)
    return handled


@transaction.atomic
def _lease_one() -> Deadline | None:
    due = Deadline.objects.passed().filter(next_attempt_at__lte=Now()).order_by("next_attempt_at")
    deadline = due.select_for_update(skip_locked=True).first()
    if deadline:
        deadline.attempts += 1
        Deadline.objects.filter(pk=deadline.pk).update(
            attempts=F("attempts") + 1, next_attempt_at=_in(LEASE)
        )
    return deadline


def _handle(deadline: Deadline) -> bool:
    try:
        _expire(deadline)
    except AnsweredMeanwhile:
        return False
    except Exception as error:
        logger.exception("Deadline %s (%s) could not be acted on.", deadline.pk, deadline)
        _put_off(deadline, error)
        return False
    return True


@transaction.atomic
def _expire(deadline: Deadline) -> None:
    """The handler's work, `handled_at` and the event are one transaction."""
    handler = HANDLERS.get(deadline.step)
    if handler is None:
        raise UnknownStep(f"Nobody says what happens when {deadline.step!r} passes.")
    outcome = handler(deadline) or deadline.action
    closed = Deadline.objects.open().filter(pk=deadline.pk)
    if not closed.update(handled_at=Now(), outcome=outcome, last_error=""):
        raise AnsweredMeanwhile
    deadline.note("deadline.passed", actor=SYSTEM, step=deadline.step, outcome=outcome)


def _put_off(deadline: Deadline, error: Exception) -> None:
    wait = min(timedelta(seconds=15 * 2 ** min(deadline.attempts, 10)), LONGEST_WAIT)
    Deadline.objects.open().filter(pk=deadline.pk).update(
        next_attempt_at=_in(wait), last_error=f"{type(error).__name__}: {error}"[:2000]
    )


def remind() -> int:
    """Record a `deadline.neared` event for every deadline with a reminder due; returns how many.

    Subscribers react after the commit. After an outage one reminder is enough: the latest.
    """
    reminded, stop = 0, time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < stop and _remind_one():
        reminded += 1
    return reminded


@transaction.atomic
def _remind_one() -> bool:
    near = Deadline.objects.open().filter(next_reminder_at__lte=Now(), due_at__gt=Now())
    deadline = near.order_by("next_reminder_at").select_for_update(skip_locked=True).first()
    if deadline is None:
        return False
    now = timezone.now()
    # The first one is due by the database's clock, whatever ours says.
    left = [moment for moment in deadline.reminders_at[1:] if moment > now]
    sent = deadline.reminders_sent + len(deadline.reminders_at) - len(left)
    Deadline.objects.filter(pk=deadline.pk).update(
        reminders_at=left, next_reminder_at=left[0] if left else None, reminders_sent=sent
    )
    deadline.note("deadline.neared", actor=SYSTEM, step=deadline.step)
    return True


def _in(span: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + span, output_field=models.DateTimeField())
