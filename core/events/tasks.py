from celery import shared_task

from core.events import operations
from core.events.log import nudge
from core.events.slots import claim_slot


@shared_task(name="core.events.deliver")
def deliver(*, delivery_id: int) -> None:
    operations.deliver(delivery_id=delivery_id)


@shared_task(name="core.events.deliver_event")
def deliver_event(*, event_id: int) -> None:
    """All that an event is owed to, one after the other: one message instead of one for each."""
    for delivery_id in operations.owed_of(event_id=event_id):
        operations.deliver(delivery_id=delivery_id)


@shared_task(name="core.events.deliver_overdue")
def deliver_overdue() -> None:
    """Beat: the row is the promise; a task is only a nudge, and may get lost."""
    if claim_slot("core.events.deliver_overdue", 15):
        for delivery_id in operations.owed_deliveries():
            nudge(deliver, delivery_id=delivery_id)


@shared_task(name="core.events.forget_old")
def forget_old() -> None:
    if claim_slot("core.events.forget_old", 3600):
        operations.forget_old_deliveries()
