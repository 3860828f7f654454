from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Rank, Role, Via
from core.exports.querysets import ExportQuerySet, ExportScheduleQuerySet, OwnedQuerySet
from core.jobs.models import Job
from core.numbers import new_number


def export_number() -> str:
    return new_number("E")


class Format(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel (XLSX)")


class Wish(models.Model):
    """What somebody wants in a file, and as whom: `query` is the address of the list that they
    looked at, `columns` are names in their order, `zone` and `language` those of the reader."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=10)
    actor_rank = models.CharField(max_length=10, blank=True)
    seller_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=40)
    format = models.CharField(max_length=4, choices=Format, default=Format.CSV)
    columns = ArrayField(models.CharField(max_length=60))
    query = models.TextField(blank=True)
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def actor(self) -> Actor:
        """Who the rows are chosen as, by a task. Whether they still are who they were is asked
        again when a scheduled run begins and at each download."""
        return Actor(
            Role(self.actor_role),
            user_id=self.user_id,
            seller_id=self.seller_id,
            rank=Rank(self.actor_rank) if self.actor_rank else None,
            via=Via.TASK,
        )


class Export(Wish):
    """One file. `chosen` holds the numbers of the rows that were ticked, None for all that the
    list showed. The file is there from `ready_at` until `removed_at`."""

    number = models.CharField(max_length=20, unique=True, db_collation="C", default=export_number)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="export")
    schedule = models.ForeignKey(
        "ExportSchedule", null=True, on_delete=models.SET_NULL, related_name="exports"
    )
    chosen = ArrayField(models.CharField(max_length=60), null=True)
    rows = models.PositiveBigIntegerField(null=True, help_text="rows of the file, once frozen")
    file_name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(null=True, help_text="bytes")
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    downloads = models.PositiveIntegerField(default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ready_at=None)
                | models.Q(expires_at__gt=models.F("ready_at"), rows__isnull=False)
                & models.Q(size__isnull=False)
                & ~models.Q(file_name=""),
                name="export_ready_with_file",
            ),
            models.CheckConstraint(
                condition=~models.Q(actor_role="seller") | models.Q(seller_id__isnull=False),
                name="export_of_seller_names_it",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="export_of_person"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(removed_at=None),
                name="export_to_remove",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def downloadable(self) -> bool:
        """Whether its file is there and within its days."""
        if self.expires_at is None or self.removed_at is not None:
            return False
        return self.expires_at > timezone.now()


class ExportPart(models.Model):
    """The ids of some of the rows, frozen when the export began, and whether they are written.
    `position` counts from 1; each part is one step of the job and one file until the end."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    ids = ArrayField(models.BigIntegerField())
    written_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "position"], name="export_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class ExportPreset(models.Model):
    """Columns that somebody keeps for what they export; the one without a name is what they
    chose last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    actor_role = models.CharField(max_length=10)
    seller_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=40)
    name = models.CharField(max_length=60, blank=True)
    format = models.CharField(max_length=4, choices=Format, default=Format.CSV)
    columns = ArrayField(models.CharField(max_length=60))
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "actor_role", "seller_id", "source", "name"],
                nulls_distinct=False,
                name="export_preset_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExportSchedule(Wish):
    """An export that is made and mailed again and again, at `hour` in the reader's `zone`.
    `weekday` (Monday is 0) belongs to the weekly ones."""

    class Every(models.TextChoices):
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")

    name = models.CharField(max_length=120)
    every = models.CharField(max_length=4, choices=Every)
    weekday = models.PositiveSmallIntegerField(null=True)
    hour = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True)
    next_run_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)
    stopped_because = models.TextField(blank=True)

    objects = ExportScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every="day", weekday=None)
                | models.Q(every="week", weekday__isnull=False, weekday__lte=6),
                name="export_schedule_weekday",
            ),
            models.CheckConstraint(
                condition=models.Q(hour__lte=23), name="export_schedule_hour_of_day"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                condition=models.Q(active=True),
                name="export_schedule_owed",
            ),
        ]

    def __str__(self) -> str:
        return self.name
