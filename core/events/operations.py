"""Delivering events to their subscribers: at least once, each handled once."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.events.models import Delivery
from core.events.subscriptions import REACTIONS

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=75)  # longer than a task may run
MOST_ATTEMPTS = 5
KEPT = timedelta(days=30)


def deliver(*, delivery_id: int) -> None:
    """Run one subscriber for one event. Safe to run twice, or on two workers at once.

    The attempt is counted and committed before the work, so that a delivery that kills its
    worker stops after five tries. Work and `handled_at` are one transaction.
    """
    leased = Delivery.objects.filter(
        pk=delivery_id, handled_at=None, dead_at=None
    ).update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + LEASE)
    if not leased:
        return
    try:
        _run(delivery_id)
    except Exception as error:
        logger.exception("Delivery %s failed.", delivery_id)
        _put_off(delivery_id, error)


@transaction.atomic
def _run(delivery_id: int) -> None:
    # of=self: a lock on the event too would make two subscribers of one event skip each other.
    owed = (
        Delivery.objects.select_for_update(skip_locked=True, of=["self"])
        .select_related("event")
        .filter(pk=delivery_id, handled_at=None)
        .first()
    )
    if owed is None:
        return
    REACTIONS[owed.subscriber](owed.event)
    owed.handled_at = timezone.now()
    owed.save(update_fields=["handled_at"])


def _put_off(delivery_id: int, error: Exception) -> None:
    delivery = Delivery.objects.get(pk=delivery_id)
    now = timezone.now()
    delivery.last_error = f"{type(error).__name__}: {error}"[:2000]
    if delivery.attempts >= MOST_ATTEMPTS:
        delivery.dead_at = now
        logger.error(
            "Delivery %s is given up after %s tries.", delivery_id, delivery.attempts
        )
    else:
        delivery.next_attempt_at = now + timedelta(seconds=5 * 2**delivery.attempts)
    delivery.save(update_fields=["last_error", "dead_at", "next_attempt_at"])


def owed_deliveries(*, limit: int = 500) -> list[int]:
    """Deliveries nobody has handled in time: their task was lost, or failed and is due again."""
    owed = Delivery.objects.filter(
        handled_at=None,
        dead_at=None,
        next_attempt_at__lte=timezone.now() - timedelta(seconds=5),
    )
    return list(owed.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def forget_old_deliveries() -> int:
    """Handled deliveries go after 30 days; the events stay."""
    deleted, _ = Delivery.objects.filter(handled_at__lt=timezone.now() - KEPT).delete()
    return deleted
