from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Rank, Role, Via
from core.jobs.kinds import KINDS
from core.jobs.querysets import JobQuerySet, JobRowQuerySet
from core.numbers import new_number
from core.states import Stateful


def job_number() -> str:
    return new_number("J")


class Job(Stateful):
    """Long work that somebody started: what it is, how far it is, and where to go on.

    `done` and `failed` count rows, `failed` ones included in `done`. `chunks` counts finished
    steps: a step is committed only by whoever finds it as it was when they began. `heartbeat_at`
    is when a worker last began or finished one.
    """

    EVENT = "job"

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    TRANSITIONS = {
        Status.WAITING: {Status.RUNNING, Status.CANCELLED, Status.FAILED},
        Status.RUNNING: {Status.DONE, Status.FAILED, Status.CANCELLED},
        Status.DONE: set(),
        Status.FAILED: set(),
        Status.CANCELLED: set(),
    }
    UNFINISHED = (Status.WAITING, Status.RUNNING)

    number = models.CharField(max_length=20, unique=True, db_collation="C", default=job_number)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    params = models.JSONField(default=dict)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cursor = models.JSONField(null=True)
    chunks = models.PositiveIntegerField(default=0)
    # Who started it: their words below make the actor its work is done as.
    actor_role = models.CharField(max_length=10)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_rank = models.CharField(max_length=10, blank=True)
    seller_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(failed__lte=models.F("done")), name="job_failed_within_done"
            ),
            models.CheckConstraint(
                condition=~models.Q(actor_role="seller") | models.Q(seller_id__isnull=False),
                name="job_of_seller_names_it",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(status__in=["waiting", "running"]),
                name="job_owed",
            ),
            models.Index(fields=["seller_id", "-id"], name="job_of_seller"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def label(self) -> str | Promise:
        """What pages call it: its title, else what its kind is called."""
        registered = KINDS.get(self.kind)
        return self.title or (registered.label if registered else self.kind)

    @property
    def finished(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def cancelling(self) -> bool:
        return self.cancel_requested_at is not None and not self.finished

    @property
    def actor(self) -> Actor:
        """Who the work is done as: the one who started it, by a task. Programs' scopes were
        checked when they started it."""
        return Actor(
            Role(self.actor_role),
            user_id=self.actor_user_id,
            seller_id=self.seller_id,
            rank=Rank(self.actor_rank) if self.actor_rank else None,
            via=Via.TASK,
        )


class JobRow(models.Model):
    """What became of one row; `position` counts from 1 in the order they were done."""

    class Status(models.TextChoices):
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    label = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status)
    message = models.TextField(blank=True)

    objects = JobRowQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="job_row_once"),
        ]
        indexes = [
            models.Index(
                fields=["job", "position"],
                condition=models.Q(status="failed"),
                name="job_row_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.label}"
