from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from core.events.querysets import DeliveryQuerySet, EventQuerySet


class Event(models.Model):
    """Something that happened. Append-only: a trigger refuses UPDATE and DELETE.

    `seq` is the subject's version after the event. `order_id` and `seller_id` are plain numbers,
    so that the kernel knows no app. No names, addresses or free text in `data`: this table must
    survive an erasure request. `occurred_at` is null where an imported past does not know.
    """

    type = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    order_id = models.BigIntegerField(null=True)
    seller_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=10)
    actor_user_id = models.BigIntegerField(null=True)
    actor_seller_id = models.BigIntegerField(null=True)
    via = models.CharField(max_length=10)
    occurred_at = models.DateTimeField(null=True, default=timezone.now)
    recorded_at = models.DateTimeField(default=timezone.now)
    imported = models.BooleanField(default=False)
    inferred = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "seq"],
                name="event_seq_once_per_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["order_id", "id"], name="event_by_order"),
            BrinIndex(fields=["recorded_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"


class Delivery(models.Model):
    """An event owed to one subscriber, until it is handled."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=120)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(handled_at=None, dead_at=None),
                name="delivery_owed",
            ),
            models.Index(
                fields=["handled_at"],
                condition=models.Q(handled_at__isnull=False),
                name="delivery_handled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"
