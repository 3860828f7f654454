from datetime import timedelta

from celery import shared_task

from core.deadlines import claim_slot
from marketplace.invariants import alarm

EVERY = 300
LOOK_BACK = timedelta(minutes=15)  # three rounds: one that is missed loses nothing


@shared_task(name="marketplace.check_recent_invariants")
def check_recent_invariants() -> None:
    if claim_slot("marketplace.check_recent_invariants", EVERY):
        alarm.check_and_tell(since=LOOK_BACK)
