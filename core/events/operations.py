"""Delivering events to their subscribers: at least once, each handled once.

A delivery is leased, then run. The lease counts the attempt and is committed before the work, so
that a delivery which kills its worker stops as well. The work holds the row's lock, so that a
second worker passes by, however long it takes. Both ask the database's clock.
"""

import logging
from datetime import timedelta

from django.db import models, transaction
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils import timezone

from core.events.models import Delivery
from core.events.subscriptions import REACTIONS

logger = logging.getLogger(__name__)
# Covers the moment between lease and run, and says when a killed worker's delivery is due again.
LEASE = timedelta(seconds=10)
MOST_ATTEMPTS = 5
KEPT = timedelta(days=30)


def deliver(*, delivery_id: int) -> None:
    """Run one subscriber for one event. Safe to run twice, or on two workers at once.

    Does nothing when the delivery is handled, given up, being handled, or not due yet. A reaction
    that fails is put off, longer each time, and given up after five attempts.
    """
    if not _lease(delivery_id):
        return
    try:
        _run(delivery_id)
    except Exception as error:
        logger.exception("Delivery %s failed.", delivery_id)
        _put_off(delivery_id, error)


@transaction.atomic
def _lease(delivery_id: int) -> bool:
    due = Delivery.objects.owed().filter(pk=delivery_id, next_attempt_at__lte=Now())
    delivery = due.select_for_update(skip_locked=True).first()
    if delivery is None:
        return False
    if delivery.attempts >= MOST_ATTEMPTS:  # the last one never came back to say why
        _give_up(delivery, delivery.last_error or "The worker was lost each time.")
        return False
    Delivery.objects.filter(pk=delivery_id).update(
        attempts=F("attempts") + 1, next_attempt_at=_in(LEASE)
    )
    return True


@transaction.atomic
def _run(delivery_id: int) -> None:
    # of=self: a lock on the event too would make two subscribers of one event skip each other.
    owed = Delivery.objects.owed().filter(pk=delivery_id).select_related("event")
    delivery = owed.select_for_update(skip_locked=True, of=["self"]).first()
    if delivery is None:
        return
    REACTIONS[delivery.subscriber](delivery.event)
    Delivery.objects.filter(pk=delivery_id).update(handled_at=Now())


@transaction.atomic
def _put_off(delivery_id: int, error: Exception) -> None:
    delivery = Delivery.objects.owed().select_for_update().filter(pk=delivery_id).first()
    if delivery is None:  # somebody else has handled it meanwhile
        return
    words = f"{type(error).__name__}: {error}"[:2000]
    if delivery.attempts >= MOST_ATTEMPTS:
        _give_up(delivery, words)
        return
    Delivery.objects.filter(pk=delivery_id).update(
        last_error=words, next_attempt_at=_in(timedelta(seconds=5 * 2**delivery.attempts))
    )


def _give_up(delivery: Delivery, words: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(last_error=words, dead_at=Now())
    logger.error("Delivery %s is given up after %s tries.", delivery.pk, delivery.attempts)


def _in(span: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + span, output_field=models.DateTimeField())


def owed_of(*, event_id: int) -> list[int]:
    """The deliveries of this event that nobody has handled, in the order they were promised."""
    owed = Delivery.objects.owed().filter(event=event_id)
    return list(owed.order_by("pk").values_list("pk", flat=True))


def owed_deliveries(*, limit: int = 500) -> list[int]:
    """Deliveries nobody has handled in time: their task was lost, or failed and is due again.

    A delivery of the last five seconds is left to its own nudge.
    """
    overdue = Delivery.objects.owed().filter(next_attempt_at__lte=_in(timedelta(seconds=-5)))
    return list(overdue.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def revive(*, delivery_ids: list[int]) -> int:
    """Owe dead deliveries again, once the cause is mended; returns how many."""
    dead = Delivery.objects.filter(pk__in=delivery_ids, handled_at=None).exclude(dead_at=None)
    return dead.update(dead_at=None, attempts=0, next_attempt_at=Now())


def forget_old_deliveries() -> int:
    """Handled deliveries go after 30 days; the events stay."""
    deleted, _ = Delivery.objects.filter(handled_at__lt=timezone.now() - KEPT).delete()
    return deleted
