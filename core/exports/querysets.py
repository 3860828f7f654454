from django.db import models
from django.db.models.functions import Now

from core.actors import Actor


class OwnedQuerySet(models.QuerySet):
    """Rows of one person, on one surface: of a seller's people nobody else sees them."""

    def visible_to(self, actor: Actor):
        if actor.user_id is None:
            return self.none()
        whose = {"user_id": actor.user_id, "actor_role": actor.role}
        return self.filter(**whose, seller_id=actor.seller_id)


class ExportQuerySet(OwnedQuerySet):
    def newest(self):
        return self.order_by("-pk")

    def outdated(self):
        """Those whose file has stood for its time and is still there."""
        return self.filter(expires_at__lte=Now(), removed_at=None)


class ExportScheduleQuerySet(OwnedQuerySet):
    def due(self):
        return self.filter(active=True, next_run_at__lte=Now())
