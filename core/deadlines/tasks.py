from celery import shared_task

from core.deadlines import operations
from core.events.slots import claim_slot


@shared_task(name="core.deadlines.handle_passed")
def handle_passed() -> None:
    """Beat: what has passed is acted on first, then who is near is told."""
    if claim_slot("core.deadlines.handle_passed", 30):
        operations.handle_passed()
        operations.remind()
