from celery import shared_task

from core.events import operations


@shared_task(name="core.events.deliver")
def deliver(*, delivery_id: int) -> None:
    operations.deliver(delivery_id=delivery_id)


@shared_task(name="core.events.deliver_overdue")
def deliver_overdue() -> None:
    """Beat: the row is the promise; a task is only a nudge, and may get lost."""
    for delivery_id in operations.owed_deliveries():
        deliver.delay(delivery_id=delivery_id)


@shared_task(name="core.events.forget_old")
def forget_old() -> None:
    operations.forget_old_deliveries()
