from celery import shared_task

from core.events.slots import claim_slot
from core.exports import operations


@shared_task(name="core.exports.run_due_schedules")
def run_due_schedules() -> None:
    """Beat: what is due every day or week is begun."""
    if claim_slot("core.exports.run_due_schedules", 60):
        operations.run_due_schedules()


@shared_task(name="core.exports.remove_outdated")
def remove_outdated() -> None:
    """Beat: files go after their days, and what dead workers left goes too."""
    if claim_slot("core.exports.remove_outdated", 600):
        operations.remove_outdated()
        operations.sweep_files()
