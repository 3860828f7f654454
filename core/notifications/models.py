from django.conf import settings
from django.db import models
from django.utils import timezone

from core.notifications.querysets import MailQuerySet, NotificationQuerySet


class Mail(models.Model):
    """A mail that is owed to somebody, exactly one per `dedupe_key`.

    The text is written when the promise is made: it says what was true then, and a template that
    fails is found by the act and not by a worker. `message_id` stays the same over attempts, so
    that a mail sent twice (a worker died between sending and noting it) can be told by its reader's
    server.
    """

    to = models.EmailField()
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=10)
    template = models.CharField(max_length=80)
    order_id = models.BigIntegerField(null=True)
    seller_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=160, unique=True)
    message_id = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at=None, dead_at=None),
                name="mail_owed",
            ),
            models.Index(fields=["order_id"], name="mail_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    @property
    def status(self) -> str:
        """A code that `core.badges` knows."""
        if self.sent_at:
            return "sent"
        return "failed" if self.dead_at else "queued"


class Notification(models.Model):
    """One line under somebody's bell: a template's key and plain facts, worded when it is read.

    It belongs to a surface, and in the Seller Center to one seller: who works for two sellers
    finds under each bell what concerns that one.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    role = models.CharField(max_length=10)
    seller_id = models.BigIntegerField(null=True)
    template = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    order_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=160)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dedupe_key"], name="notification_once_per_user"
            ),
            models.CheckConstraint(
                condition=~models.Q(role="seller") | models.Q(seller_id__isnull=False),
                name="notification_of_seller_names_it",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "role", "-id"], name="notification_newest"),
            models.Index(
                fields=["user", "role"],
                condition=models.Q(read_at=None),
                name="notification_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} for {self.user_id}"
