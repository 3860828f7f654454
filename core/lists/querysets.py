from django.db import models

from core.actors import Actor


class OwnQuerySet(models.QuerySet):
    """Rows of one person on one surface; with several sellers, of the one that they picked."""

    def visible_to(self, actor: Actor):
        if actor.user_id is None:
            return self.none()
        whose = {"user_id": actor.user_id, "actor_role": actor.role}
        return self.filter(**whose, seller_id=actor.seller_id)
