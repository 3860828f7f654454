from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from refunds.models.plans import RefundPart
from refunds.querysets import ProviderMessageQuerySet, RefundAttemptQuerySet


class RefundAttempt(models.Model):
    """One try to pay one part.

    A time-out is `unknown`, never failed. While undecided, `next_check_at` says when to look
    again; before that moment the call may still be under way.
    """

    class Status(models.TextChoices):
        SENDING = "sending", _("Being sent")
        UNKNOWN = "unknown", _("Answer not known yet")
        SUCCEEDED = "succeeded", _("Paid")
        FAILED = "failed", _("Refused by the provider")

    UNDECIDED = (Status.SENDING, Status.UNKNOWN)

    part = models.ForeignKey(RefundPart, on_delete=models.PROTECT, related_name="attempts")
    attempt_no = models.PositiveSmallIntegerField()
    idempotency_key = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.SENDING)
    provider_reference = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=300, blank=True, help_text="the provider's own words")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveSmallIntegerField(default=0)

    objects = RefundAttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "attempt_no"], name="attempt_no_once"),
            models.UniqueConstraint(
                fields=["part"],
                condition=models.Q(status="succeeded"),
                name="attempt_one_succeeded",
            ),
            models.UniqueConstraint(
                fields=["part"],
                condition=models.Q(status__in=["sending", "unknown"]),
                name="attempt_one_undecided",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["sending", "unknown"])
                | models.Q(next_check_at__isnull=False),
                name="attempt_undecided_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["provider_reference"],
                condition=~models.Q(provider_reference=""),
                name="attempt_reference_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=models.Q(status__in=["sending", "unknown"]),
                name="attempt_to_check",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part_id}/{self.attempt_no}"


class ProviderMessage(models.Model):
    """A webhook of a payment provider, taken in once, and what it did.

    One that names no attempt of ours books nothing: it is kept for a person.
    """

    class Verdict(models.TextChoices):
        BOOKED = "booked", _("Settled the attempt")
        KNOWN = "known", _("Said what was known already")
        UNKNOWN_KEY = "unknown_key", _("Names no refund of ours")
        CONTRADICTS = "contradicts", _("Contradicts what we know")
        IGNORED = "ignored", _("Is not about a refund")

    FOR_A_PERSON = (Verdict.UNKNOWN_KEY, Verdict.CONTRADICTS)

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=80, blank=True, help_text="the idempotency key it names")
    verdict = models.CharField(max_length=12, choices=Verdict)
    document = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=timezone.now)

    objects = ProviderMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="provider_message_once")
        ]
        indexes = [
            models.Index(
                fields=["-id"],
                condition=models.Q(verdict__in=["unknown_key", "contradicts"]),
                name="provider_message_to_read",
            )
        ]

    def __str__(self) -> str:
        return self.event_id
