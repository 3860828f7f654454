from celery import shared_task

from core.accounts import idempotency
from core.events.slots import claim_slot


@shared_task(name="core.accounts.forget_old_keys")
def forget_old_keys() -> None:
    """Beat: kept answers go after 30 days."""
    if claim_slot("core.accounts.forget_old_keys", 3600):
        idempotency.forget_old_keys()
