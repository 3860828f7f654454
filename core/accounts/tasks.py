from celery import shared_task

from core.accounts import idempotency


@shared_task(name="core.accounts.forget_old_keys")
def forget_old_keys() -> None:
    """Beat: kept answers go after 30 days."""
    idempotency.forget_old_keys()
