"""Starting long work, doing it step by step, and stopping it between two steps."""

import logging
import time
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import SYSTEM, Actor
from core.errors import DomainError
from core.events import nudge
from core.jobs import policies
from core.jobs.kinds import KINDS, CannotGoOn, Chunk
from core.jobs.models import Job, JobRow

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 5


class UnknownKind(LookupError):
    """No app does this kind of work."""


class AlreadyFinished(DomainError):
    """What has ended cannot be stopped."""

    code = "already_finished"


class StepTaken(Exception):
    """Somebody else finished this step first: what we did of it is undone."""


class Stopped(Exception):
    """The job was cancelled in the middle of a step: what the step did is undone."""


@transaction.atomic
def start_job(kind: str, *, actor: Actor, title: str = "", params: dict | None = None) -> Job:
    """Promise to do long work of this kind as this actor; a worker begins after the commit.

    `params` is JSON. Raises UnknownKind.
    """
    if kind not in KINDS:
        raise UnknownKind(f"Nobody does jobs of the kind {kind!r}.")
    job = Job.objects.create(
        kind=kind,
        title=title,
        params=params or {},
        actor_role=actor.role,
        actor_user_id=actor.user_id,
        actor_rank=actor.rank or "",
        seller_id=actor.seller_id,
    )
    job.begin(actor=actor, kind=kind)
    transaction.on_commit(partial(ring_for, job.pk))
    return job


@transaction.atomic
def request_cancel(job: Job, *, actor: Actor) -> None:
    """Stop: at once when no worker is at it, else before the next step; what is done stays done.
    Asking twice changes nothing. Raises NotAllowed, AlreadyFinished.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    if refusal := policies.may_stop(job, actor):
        raise refusal
    if job.status == Job.Status.CANCELLED:
        return
    if job.finished:
        raise AlreadyFinished(_("This job has ended already."))
    if job.cancel_requested_at is None:
        Job.objects.filter(pk=job.pk).update(cancel_requested_at=Now())
        job.note("job.cancel_requested", actor=actor)
    if Job.objects.owed().filter(pk=job.pk).exists():  # it may stand at the end of a long queue
        _end(job, Job.Status.CANCELLED)


def stop_if_asked(job: Job) -> None:
    """Asked by a long step now and then: raises Stopped when the job is to stop, or has ended."""
    if not Job.objects.unfinished().filter(pk=job.pk, cancel_requested_at=None).exists():
        raise Stopped


def work_on(*, job_id: int) -> None:
    """A worker's turn at a job: steps until JOB_SLICE_SECONDS are over, then it rings for the
    next turn and goes to the end of the queue, so that other jobs wait for one slice at most.

    Each step stays a transaction of its own, leased anew, so cancelling and a lost worker cost
    what they cost one step.
    """
    over = time.monotonic() + settings.JOB_SLICE_SECONDS
    while continue_job(job_id=job_id):
        if time.monotonic() >= over:
            ring_for(job_id)
            return


def continue_job(*, job_id: int) -> bool:
    """Do one step of a job; says whether there is another one. Any number of workers may ask.
    Who stops asking before the end leaves the rest to the sweeper.

    The step is leased first, and the attempt counted and committed, so that work which kills its
    worker ends as failed after five tries. No lock is held on the job while its rows are done:
    cancelling never waits, and the order's lock comes first as everywhere.
    """
    job = _lease(job_id)
    if job is None:
        return False
    try:
        more = _step(job)
    except StepTaken:
        return False
    except Stopped:
        _stop(job)
        return False
    except CannotGoOn as refusal:
        logger.error("Job %s cannot go on: %s", job.number, refusal)
        _fail(job, str(refusal))
        return False
    except Exception as error:
        logger.exception("A step of job %s failed.", job.number)
        _put_off(job, error)
        return False
    return more


@transaction.atomic
def _lease(job_id: int) -> Job | None:
    job = Job.objects.owed().filter(pk=job_id).select_for_update(skip_locked=True).first()
    if job is None:
        return None
    if job.cancel_requested_at:
        _end(job, Job.Status.CANCELLED)
        return None
    if job.attempts >= MOST_ATTEMPTS:  # the last one never came back to say why
        _end(job, Job.Status.FAILED, job.last_error or "The worker was lost each time.")
        return None
    job.attempts += 1
    Job.objects.filter(pk=job.pk).update(
        attempts=job.attempts, next_attempt_at=_in(_lease_span()), heartbeat_at=Now()
    )
    return job


def _lease_span() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


@transaction.atomic
def _step(job: Job) -> bool:
    """Rows, what they did, the cursor and the counts: all of a step or none of it."""
    if job.kind not in KINDS:
        raise UnknownKind(f"Nobody does jobs of the kind {job.kind!r}.")
    kind = KINDS[job.kind].kind
    if job.status == Job.Status.WAITING:
        now = timezone.now()
        changes = {"started_at": now, "total": kind.plan(job)}
        job.transition_to(Job.Status.RUNNING, actor=job.actor, changes=changes)
    chunk = kind.chunk(job, job.cursor)
    _keep(job, chunk)
    if chunk.next_cursor is None:
        _end(job, Job.Status.DONE)
        return False
    return True


def _keep(job: Job, chunk: Chunk) -> None:
    failed = sum(row.failed for row in chunk.rows)
    done = len(chunk.rows) + chunk.uneventful
    kept = Job.objects.filter(pk=job.pk, chunks=job.chunks, status=Job.Status.RUNNING).update(
        cursor=chunk.next_cursor,
        chunks=F("chunks") + 1,
        done=F("done") + done,
        failed=F("failed") + failed,
        attempts=0,
        next_attempt_at=Now(),
        heartbeat_at=Now(),
        last_error="",
    )
    if not kept:
        raise StepTaken
    JobRow.objects.bulk_create(
        [
            JobRow(
                job=job,
                position=row.position or job.done + number,
                label=row.label[:200],
                status=JobRow.Status.FAILED if row.failed else JobRow.Status.DONE,
                message=row.message,
            )
            for number, row in enumerate(chunk.rows, start=1)
        ],
        batch_size=2000,
    )


@transaction.atomic
def _stop(job: Job) -> None:
    """End what was cancelled in the middle of a step, unless somebody has ended it already."""
    asked = Job.objects.unfinished().filter(pk=job.pk).exclude(cancel_requested_at=None)
    if found := asked.select_for_update().first():
        _end(found, Job.Status.CANCELLED)


@transaction.atomic
def _fail(job: Job, words: str) -> None:
    unfinished = Job.objects.unfinished().filter(pk=job.pk, chunks=job.chunks)
    if found := unfinished.select_for_update().first():
        _end(found, Job.Status.FAILED, words)


def _put_off(job: Job, error: Exception) -> None:
    words = f"{type(error).__name__}: {error}"[:2000]
    if job.attempts >= MOST_ATTEMPTS:
        _fail(job, words)
        return
    Job.objects.unfinished().filter(pk=job.pk, chunks=job.chunks).update(
        next_attempt_at=_in(timedelta(seconds=5 * 2**job.attempts)), last_error=words
    )


def _end(job: Job, status: str, words: str = "") -> None:
    changes = {"finished_at": timezone.now(), "last_error": words}
    actor = SYSTEM if status == Job.Status.FAILED else job.actor
    job.transition_to(status, actor=actor, changes=changes)
    registered = KINDS.get(job.kind)
    if registered and hasattr(registered.kind, "ended"):
        registered.kind.ended(job)


def owed_jobs(*, limit: int = 100) -> list[int]:
    """Unfinished jobs nobody works on: their task was lost, or their worker died."""
    overdue = Job.objects.unfinished().filter(next_attempt_at__lte=_in(timedelta(seconds=-5)))
    return list(overdue.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def ring_for(job_id: int) -> None:
    """Ring for a worker's turn at the job, in the queue of its kind."""
    from core.jobs.tasks import continue_job as task

    kind = Job.objects.filter(pk=job_id).values_list("kind", flat=True).first()
    registered = KINDS.get(kind or "")
    queue = registered.queue if registered else ""
    nudge(task.s().set(queue=queue) if queue else task, job_id=job_id)


def _in(span: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + span, output_field=models.DateTimeField())
