from typing import Any

from django.db import models
from django.db.models.functions import Now

from core.actors import Actor, Role


class JobQuerySet(models.QuerySet):
    model: Any

    def visible_to(self, actor: Actor):
        """All to the owner; a seller's jobs to its members; their own to a customer."""
        match actor.role:
            case Role.OWNER | Role.SYSTEM:
                return self
            case Role.SELLER if actor.seller_id is not None:
                return self.filter(actor_role=Role.SELLER, seller_id=actor.seller_id)
            case Role.CUSTOMER if actor.user_id is not None:
                return self.filter(actor_role=Role.CUSTOMER, actor_user_id=actor.user_id)
        return self.none()

    def unfinished(self):
        return self.filter(status__in=self.model.UNFINISHED)

    def owed(self):
        """Unfinished, and nobody is at work on them: waiting, put off, or left by a dead worker."""
        return self.unfinished().filter(next_attempt_at__lte=Now())

    def newest(self):
        return self.order_by("-pk")


class JobRowQuerySet(models.QuerySet):
    model: Any

    def failed(self):
        return self.filter(status=self.model.Status.FAILED)
