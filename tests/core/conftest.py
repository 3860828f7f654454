import pytest
from django.db import connection, transaction

from core.actors import SYSTEM
from core.jobs.models import Job


@pytest.fixture
def subject(db):
    """A recorded row for events to be about: any will do, a job is the smallest one."""
    with transaction.atomic():
        return Job.objects.create(kind="probe", actor_role="system", seller_id=7)


@pytest.fixture
def happen(subject):
    """`happen("probe.noted")` records that event about the subject and returns it."""
    from core.events.models import Event

    def record(event: str, *, actor=SYSTEM, **data) -> Event:
        subject.note(event, actor=actor, **data)
        return Event.objects.filter(subject_type="job", subject_id=subject.pk).latest("seq")

    return record


@pytest.fixture
def doorbell(monkeypatch):
    """The tasks that were nudged, as (name, ids); nothing reaches a broker."""
    from celery.app.task import Task

    rung: list[tuple[str, dict]] = []

    def hear(task, args=None, kwargs=None, **options):
        rung.append((task.name, kwargs))

    monkeypatch.setattr(Task, "apply_async", hear)
    return rung


@pytest.fixture
def let_time_pass():
    """`let_time_pass(model, "next_attempt_at")` makes every such moment lie an hour back."""

    def shift(model, *columns: str) -> None:
        table = model._meta.db_table
        changes = ", ".join(f"{column} = {column} - interval '1 hour'" for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {changes}")

    return shift
