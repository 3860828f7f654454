from celery import shared_task

from core.events.slots import claim_slot
from core.jobs import operations


@shared_task(name="core.jobs.continue_job")
def continue_job(*, job_id: int) -> None:
    operations.work_on(job_id=job_id)


@shared_task(name="core.jobs.continue_owed")
def continue_owed() -> None:
    """Beat: a job whose nudge or worker was lost goes on from its cursor."""
    if claim_slot("core.jobs.continue_owed", 15):
        for job_id in operations.owed_jobs():
            operations.ring_for(job_id)
