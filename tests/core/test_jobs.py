"""Long work: steps, results per row, cancelling, and going on after a lost worker."""

import pytest

from core.actors import SYSTEM, Actor, Rank, Role
from core.events.models import Event
from core.jobs import Chunk, Row, attempt_each, job_kind, operations
from core.jobs.kinds import KINDS
from core.jobs.models import Job, JobRow
from core.jobs.progress import progress_of
from core.jobs.tasks import continue_job
from tests.core.test_events_at_once import at_once

pytestmark = pytest.mark.django_db
SELLER = Actor(Role.SELLER, seller_id=7, rank=Rank.MANAGER)
TOTAL, STEP = 10, 4


class Count:
    """Counts to ten, four at a time; each row it did stands in the database."""

    def plan(self, job):
        return TOTAL

    def chunk(self, job, cursor):
        begin = cursor or 0
        end = min(begin + STEP, TOTAL)
        rows = attempt_each(range(begin + 1, end + 1), lambda number: self.act(job, number))
        return Chunk(rows, end if end < TOTAL else None)

    def act(self, job, number):
        if number in job.params.get("refused", []):
            raise operations.AlreadyFinished("Not this one.")
        if number in job.params.get("broken", []):
            raise RuntimeError("secret details")


@pytest.fixture(autouse=True)
def kinds():
    job_kind("probe.count", label="Counting")(Count)
    job_kind("probe.regretted", label="Regretted")(Regret)
    yield
    for name in [name for name in KINDS if name.startswith("probe")]:
        del KINDS[name]


@pytest.fixture
def start(doorbell):
    def start(kind="probe.count", actor=SELLER, **params) -> Job:
        return operations.start_job(kind, actor=actor, params=params)

    return start


def work(job: Job) -> Job:
    """All steps that are owed, as a worker does them one after another."""
    while operations.continue_job(job_id=job.pk):
        pass
    job.refresh_from_db()
    return job


def test_a_job_is_done_in_steps_and_counts_its_rows(start):
    job = start()
    assert (job.status, job.number[:2], job.label) == ("waiting", "J-", "Counting")

    assert operations.continue_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.cursor) == ("running", 4, 10, 4)
    assert progress_of(job).percent == 40

    work(job)
    assert (job.status, job.done, job.failed, job.chunks) == ("done", 10, 0, 3)
    assert list(job.rows.values_list("position", "label")) == [
        (number, str(number)) for number in range(1, 11)
    ]
    assert job.finished_at
    assert progress_of(job).percent == 100


def test_what_happens_to_a_job_is_recorded_in_its_starters_name(start):
    job = work(start())

    events = Event.objects.filter(subject_type="job", subject_id=job.pk).order_by("seq")
    assert list(events.values_list("type", flat=True)) == ["job.waiting", "job.running", "job.done"]
    assert set(events.values_list("actor_role", "seller_id")) == {("seller", 7)}


def test_work_is_done_as_who_started_it(start):
    actor = start().actor

    assert (actor.role, actor.seller_id, actor.rank, actor.via) == ("seller", 7, "manager", "task")


def test_a_row_that_fails_stops_no_other_and_says_why(start):
    job = work(start(refused=[2], broken=[7]))

    failed = dict(job.rows.failed().values_list("label", "message"))
    assert failed == {"2": "Not this one.", "7": "This failed unexpectedly."}
    assert (job.status, job.done, job.failed) == ("done", 10, 2)


def test_cancelling_stops_between_two_steps_and_keeps_what_is_done(start):
    job = start()
    operations.continue_job(job_id=job.pk)

    operations.request_cancel(job, actor=SELLER)
    operations.request_cancel(job, actor=SELLER)
    work(job)

    assert (job.status, job.done) == ("cancelled", 4)
    types = Event.objects.filter(subject_id=job.pk, subject_type="job").values_list("type")
    assert [type for (type,) in types.order_by("seq")][-2:] == [
        "job.cancel_requested",
        "job.cancelled",
    ]


def test_cancelling_before_the_first_step_does_nothing_at_all(start):
    job = start()
    operations.request_cancel(job, actor=SELLER)

    work(job)

    assert (job.status, job.done, job.started_at) == ("cancelled", 0, None)


def test_what_has_ended_cannot_be_cancelled(start):
    job = work(start())

    with pytest.raises(operations.AlreadyFinished):
        operations.request_cancel(job, actor=SELLER)


class Stumble(Count):
    """Its second step fails as often as `falls` says, after having written a row."""

    falls = 0

    def chunk(self, job, cursor):
        found = super().chunk(job, cursor)
        if cursor == STEP and Stumble.falls:
            Stumble.falls -= 1
            JobRow.objects.create(job=job, position=999, label="half done", status="done")
            raise RuntimeError("stumbled")
        return found


def test_a_step_that_fails_is_undone_and_done_again(start, let_time_pass):
    job_kind("probe.stumble", label="Stumbling")(Stumble)
    Stumble.falls = 1
    job = work(start("probe.stumble"))
    assert (job.status, job.done, job.attempts) == ("running", 4, 1)
    assert "stumbled" in job.last_error
    assert operations.owed_jobs() == [], "it waits a while first"

    let_time_pass(Job, "next_attempt_at")
    assert operations.owed_jobs() == [job.pk]
    work(job)

    assert (job.status, job.done, job.attempts) == ("done", 10, 0)
    assert not job.rows.filter(label="half done").exists()


def test_a_step_that_always_fails_ends_the_job_and_keeps_what_is_done(start, let_time_pass):
    job_kind("probe.stumble", label="Stumbling")(Stumble)
    Stumble.falls = 99
    job = start("probe.stumble")
    for _ in range(8):
        work(job)
        let_time_pass(Job, "next_attempt_at")

    assert (job.status, job.done, job.attempts) == ("failed", 4, 5)
    assert "stumbled" in job.last_error


def test_a_job_whose_worker_dies_each_time_ends_as_failed(start, let_time_pass):
    job = start()
    Job.objects.filter(pk=job.pk).update(attempts=5)
    let_time_pass(Job, "next_attempt_at")

    work(job)

    assert job.status == "failed"
    assert job.last_error


def test_a_lost_worker_leaves_the_job_to_the_sweeper(start, doorbell, let_time_pass):
    from core.jobs.tasks import continue_owed

    job = start()
    operations.continue_job(job_id=job.pk)
    operations._lease(job.pk)  # a worker took the next step, and was never seen again
    assert not operations.continue_job(job_id=job.pk), "leased: not due yet"

    let_time_pass(Job, "next_attempt_at")
    doorbell.clear()
    continue_owed()
    assert doorbell == [("core.jobs.continue_job", {"job_id": job.pk})]

    work(job)
    assert (job.status, job.done, job.rows.count()) == ("done", 10, 10)


def test_a_kind_nobody_does_is_refused(start):
    with pytest.raises(operations.UnknownKind):
        start("probe.unknown")


def test_rows_without_anything_to_tell_are_only_counted(start):
    @job_kind("probe.quiet", label="Quiet")
    class Quiet:
        def plan(self, job):
            return 1000

        def chunk(self, job, cursor):
            odd = Row("the odd one", failed=True, message="odd", position=500)
            return Chunk([odd], None, uneventful=999)

    job = work(start("probe.quiet"))

    assert (job.done, job.failed) == (1000, 1)
    assert list(job.rows.values_list("position", flat=True)) == [500]


def test_who_sees_a_job(start):
    from core.accounts.models import User

    user = User.objects.create_user("ada@example.com")
    sellers, owners = start(), start(actor=Actor(Role.OWNER))
    own = start(actor=Actor(Role.CUSTOMER, user_id=user.pk))

    def seen(actor: Actor) -> set[int]:
        return set(Job.objects.visible_to(actor).values_list("pk", flat=True))

    assert seen(Actor(Role.OWNER)) == {sellers.pk, owners.pk, own.pk}
    assert seen(Actor(Role.SELLER, seller_id=7)) == {sellers.pk}
    assert seen(Actor(Role.SELLER, seller_id=8)) == seen(Actor(Role.SELLER)) == set()
    assert seen(Actor(Role.CUSTOMER, user_id=user.pk)) == {own.pk}
    assert seen(Actor(Role.CUSTOMER, user_id=user.pk + 1)) == set()


class Regret(Count):
    """Its starter asks to cancel while the first step is being done."""

    def chunk(self, job, cursor):
        if cursor is None:
            operations.request_cancel(job, actor=SELLER)
        return super().chunk(job, cursor)


class TestAWorkersTurn:
    """What one task does: as many steps as its slice allows."""

    RING = "core.jobs.continue_job"

    def test_a_short_job_is_done_in_one_turn(self, start, doorbell):
        job = start()

        continue_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.status, job.done, job.chunks) == ("done", 10, 3)
        assert doorbell == []

    def test_a_long_one_goes_to_the_end_of_the_queue_when_its_slice_is_over(
        self, start, doorbell, settings
    ):
        settings.JOB_SLICE_SECONDS = 0
        first, second = start(), start()

        for _turn in range(6):  # as one worker takes them from the queue
            waiting = doorbell or [(self.RING, {"job_id": job.pk}) for job in (first, second)]
            (_name, ids), *doorbell[:] = waiting
            continue_job(**ids)
            done = set(Job.objects.values_list("done", flat=True))
            assert max(done) - min(done) <= STEP, "neither waits for the other's end"

        assert set(Job.objects.values_list("status", "done")) == {("done", 10)}
        assert doorbell == []

    def test_cancelling_stops_within_the_turn(self, start):
        job = start("probe.regretted")

        continue_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.status, job.done) == ("cancelled", 4)

    def test_a_step_that_fails_ends_the_turn_and_keeps_the_steps_before(self, start, doorbell):
        job_kind("probe.stumble", label="Stumbling")(Stumble)
        Stumble.falls = 1
        job = start("probe.stumble")

        continue_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.status, job.done, job.attempts) == ("running", 4, 1)
        assert doorbell == [], "it waits a while first"

    def test_a_worker_that_dies_within_its_turn_loses_one_step(self, start, let_time_pass):
        @job_kind("probe.deadly", label="Deadly")
        class Deadly(Count):
            def chunk(self, job, cursor):
                if cursor == STEP and job.attempts == 1:
                    raise SystemExit  # no refusal and no error: nobody comes back from it
                return super().chunk(job, cursor)

        job = start("probe.deadly")
        with pytest.raises(SystemExit):
            continue_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.status, job.done, job.attempts) == ("running", 4, 1)
        let_time_pass(Job, "next_attempt_at")
        continue_job(job_id=job.pk)
        job.refresh_from_db()
        assert (job.status, job.done, job.rows.count()) == ("done", 10, 10)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_each_step_once(start):
    job = start(actor=SYSTEM)

    at_once(4, lambda: work(Job.objects.get(pk=job.pk)))
    work(job)

    assert (job.status, job.done) == ("done", 10)
    assert list(job.rows.values_list("position", flat=True)) == list(range(1, 11))
