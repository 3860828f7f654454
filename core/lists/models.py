from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lists.querysets import OwnQuerySet


class OfOnePerson(models.Model):
    """`list` is the name of the list's page, such as "order_list"."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    actor_role = models.CharField(max_length=10)
    seller_id = models.BigIntegerField(null=True)
    list = models.CharField(max_length=40)

    objects = OwnQuerySet.as_manager()

    class Meta:
        abstract = True


class SavedView(OfOnePerson):
    """A list as somebody wants to find it again: `query` is its address after the "?", without
    the page."""

    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "actor_role", "seller_id", "list", "name"],
                nulls_distinct=False,
                name="saved_view_named_once",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ListLook(OfOnePerson):
    """The columns that somebody shows of a list, in the list's own order, and its density."""

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("Comfortable")
        DENSE = "dense", _("Dense")

    columns = ArrayField(models.CharField(max_length=40))
    density = models.CharField(max_length=12, choices=Density, default=Density.COMFORTABLE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "actor_role", "seller_id", "list"],
                nulls_distinct=False,
                name="list_look_once",
            ),
        ]

    def __str__(self) -> str:
        return self.list
