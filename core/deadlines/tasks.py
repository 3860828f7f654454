from celery import shared_task

from core.deadlines import operations
from core.events.slots import claim_slot

# A sweep may come at the beginning of one slot and at the end of the next: two slots are the
# longest that a deadline waits to be seen, and it is to be handled within 60 s of being due.
EVERY = 10
FIRST = 0  # before all that waits in the queue, whose priority is 3: however long it has become


@shared_task(name="core.deadlines.handle_passed", priority=FIRST)
def handle_passed() -> None:
    """Beat: what has passed is acted on first, then who is near is told."""
    if claim_slot("core.deadlines.handle_passed", EVERY):
        operations.handle_passed()
        operations.remind()
