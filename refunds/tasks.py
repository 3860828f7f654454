from celery import shared_task

from core.deadlines import claim_slot
from core.events import nudge
from refunds import operations


@shared_task(name="refunds.execute")
def execute(*, plan_id: int) -> None:
    operations.execute_plan(plan_id=plan_id)


@shared_task(name="refunds.execute_due")
def execute_due() -> None:
    """Beat: the row is the promise; its task may have been lost."""
    if claim_slot("refunds.execute_due", 15):
        for plan_id in operations.due_plans():
            nudge(execute, plan_id=plan_id)


@shared_task(name="refunds.reconcile")
def reconcile(*, attempt_id: int) -> None:
    operations.reconcile_attempt(attempt_id=attempt_id)


@shared_task(name="refunds.reconcile_due")
def reconcile_due() -> None:
    """Beat: ask the provider about everything whose end is not known."""
    if claim_slot("refunds.reconcile_due", 30):
        for attempt_id in operations.due_attempts():
            nudge(reconcile, attempt_id=attempt_id)
