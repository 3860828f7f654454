"""How a job ends: cancelled at once or within a step, given up at once, and what its kind does
then."""

import pytest
from celery.app.task import Task
from django.db import transaction

from core.actors import Actor, Role
from core.errors import DomainError
from core.jobs import CannotGoOn, Chunk, job_kind, operations
from core.jobs.kinds import KINDS
from core.jobs.models import Job

pytestmark = pytest.mark.django_db
SELLER = Actor(Role.SELLER, seller_id=7)


class Ends:
    """Two steps; remembers how its jobs ended."""

    ended_as: list[tuple[str, bool]]

    def plan(self, job):
        return 2

    def chunk(self, job, cursor):
        return Chunk([], None if cursor else 1, uneventful=1)

    def ended(self, job):
        in_transaction = transaction.get_connection().in_atomic_block
        Ends.ended_as.append((job.status, in_transaction))


class Refuses(Ends):
    def chunk(self, job, cursor):
        raise CannotGoOn("The disk is full.")


class Looks(Ends):
    """Somebody cancels while it is in the middle of its step."""

    def chunk(self, job, cursor):
        operations.stop_if_asked(job)
        operations.request_cancel(job, actor=SELLER)
        operations.stop_if_asked(job)
        raise AssertionError("It went on.")


@pytest.fixture(autouse=True)
def kinds():
    before = dict(KINDS)
    Ends.ended_as = []
    for kind in (Ends, Refuses, Looks):
        job_kind(f"probe.{kind.__name__.lower()}", label="Probe", queue="exports")(kind)
    yield
    KINDS.clear()
    KINDS.update(before)


def start(kind: str) -> Job:
    return operations.start_job(f"probe.{kind}", actor=SELLER)


def worked_on(job: Job) -> Job:
    while operations.continue_job(job_id=job.pk):
        pass
    job.refresh_from_db()
    return job


def test_a_kind_hears_in_the_same_transaction_that_its_job_is_done():
    job = worked_on(start("ends"))

    assert job.status == "done"
    assert Ends.ended_as == [("done", True)]


def test_a_job_that_nobody_is_at_is_cancelled_at_once_and_only_once():
    job = start("ends")
    operations.continue_job(job_id=job.pk)

    operations.request_cancel(job, actor=SELLER)
    operations.request_cancel(job, actor=SELLER)

    job.refresh_from_db()
    assert (job.status, job.done) == ("cancelled", 1)
    assert Ends.ended_as == [("cancelled", True)]


def test_what_no_later_try_would_mend_is_tried_once():
    job = worked_on(start("refuses"))

    assert (job.status, job.last_error, job.attempts) == ("failed", "The disk is full.", 1)
    assert Ends.ended_as == [("failed", True)]
    assert issubclass(CannotGoOn, DomainError)


def test_a_step_that_asks_stops_in_the_middle():
    job = start("looks")

    with pytest.raises(operations.Stopped), transaction.atomic():
        KINDS["probe.looks"].kind.chunk(_at_work(job), None)


def _at_work(job: Job) -> Job:
    from django.utils import timezone

    job.next_attempt_at = timezone.now().replace(year=2100)  # a worker has leased it
    job.save(update_fields=["next_attempt_at"])
    return job


def test_its_turns_wait_in_the_queue_of_its_kind(monkeypatch):
    rung = []
    monkeypatch.setattr(
        Task,
        "apply_async",
        lambda task, args=None, kwargs=None, **options: rung.append(
            (task.name, kwargs, options.get("queue"))
        ),
    )

    job = start("ends")
    operations.ring_for(job.pk)

    assert rung == [("core.jobs.continue_job", {"job_id": job.pk}, "exports")]
