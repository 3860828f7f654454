import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.evidence.querysets import StoredFileQuerySet


class StoredFile(models.Model):
    """A picture or a document that somebody gave, as we keep it: checked, and pictures redrawn.

    It has no scope of its own: whoever may see the row that holds it may see the file, and that
    is asked at each download. `key` is its name in addresses and on disk, and tells nothing.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, help_text="what its giver called it, without a path")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="bytes, as kept")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what is kept")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    given_at = models.DateTimeField(default=timezone.now)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="stored_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
