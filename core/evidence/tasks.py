from celery import shared_task

from core.events.slots import claim_slot
from core.evidence import operations


@shared_task(name="core.evidence.forget_unheld")
def forget_unheld() -> None:
    """Beat: files that nobody took within a day."""
    if claim_slot("core.evidence.forget_unheld", 3600):
        operations.forget_unheld()
