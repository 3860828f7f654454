from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.deadlines.calendar import WEEKEND, Unit
from core.deadlines.querysets import DeadlineQuerySet, DeadlineRuleQuerySet
from core.states import Recorded


def usual_weekend() -> list[int]:
    return list(WEEKEND)


class UnitChoice(models.TextChoices):
    HOURS = Unit.HOURS.value, _("Hours")
    CALENDAR_DAYS = Unit.CALENDAR_DAYS.value, _("Calendar days")
    WORKING_DAYS = Unit.WORKING_DAYS.value, _("Working days")


class Action(models.TextChoices):
    """What silence means."""

    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    ESCALATE = "escalate", _("Ask the marketplace owner")
    CLOSE = "close", _("Close")
    FLAG = "flag", _("Show it as overdue")
    CANCEL = "cancel", _("Cancel what has not shipped")


class HolidayCalendar(models.Model):
    """Which days nobody works, somewhere. `weekend` holds ISO weekdays, Monday is 1."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    weekend = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("weekend"), default=usual_weekend
    )

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    calendar = models.ForeignKey(HolidayCalendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.date:%Y-%m-%d}".strip()


class DeadlineRule(models.Model):
    """How long a step may take, who is reminded when, and what silence means.

    A step without a row follows `core.deadlines.defaults`. A change concerns what is armed from
    then on; a deadline that runs keeps the instant it was given.
    """

    step = models.CharField(_("step"), max_length=60, unique=True)
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit"), max_length=16, choices=UnitChoice)
    calendar = models.ForeignKey(
        HolidayCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    reminders_before = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("reminders"),
        default=list,
        blank=True,
        help_text=_("Minutes before the deadline, one reminder each."),
    )
    on_expiry = models.CharField(_("at expiry"), max_length=16, choices=Action)

    objects = DeadlineRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit__in=UnitChoice.values), name="deadline_rule_unit_known"
            ),
            models.CheckConstraint(
                condition=models.Q(on_expiry__in=Action.values), name="deadline_rule_expiry_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.amount} {self.unit}"


class Deadline(Recorded):
    """An instant by which somebody must have acted; computed once, kept in UTC.

    Open until `handled_at`; `outcome` then says what came of it: the word of the one who answered
    in time, or of the handler that acted when it had passed. `order_id` and `seller_id` are plain
    numbers, the kernel knows no app.
    """

    EVENT = "deadline"

    step = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    seller_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    time_zone = models.CharField(max_length=50)
    action = models.CharField(max_length=16, choices=Action)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Instants still to be reminded at, the next one first; reminders_sent counts those behind us.
    reminders_at = ArrayField(models.DateTimeField(), default=list)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "step"],
                condition=models.Q(handled_at=None),
                name="deadline_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(due_at__gte=models.F("started_at")),
                name="deadline_due_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(handled_at=None),
                name="deadline_to_act_on",
            ),
            models.Index(
                fields=["next_reminder_at"],
                condition=models.Q(handled_at=None, next_reminder_at__isnull=False),
                name="deadline_to_remind_of",
            ),
            models.Index(
                fields=["seller_id", "due_at"],
                condition=models.Q(handled_at=None),
                name="deadline_of_seller",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="deadline_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.subject_type} {self.subject_id}"


class PeriodicRun(models.Model):
    """A slot of a beat job, claimed by whoever came first (`core.events.slots`)."""

    job = models.CharField(max_length=80)
    slot = models.DateTimeField()
    claimed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="periodic_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M:%S}"
