from django.db import models
from django.db.models.functions import Now

from core.actors import Actor, Role


class MailQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """Sent mail is the owner's to read; it holds addresses of everybody."""
        return self if actor.role in {Role.OWNER, Role.SYSTEM} else self.none()

    def owed(self):
        return self.filter(sent_at=None, dead_at=None)

    def due(self):
        """Owed, and not being sent or put off at this moment, by the database's clock."""
        return self.owed().filter(next_attempt_at__lte=Now())

    def newest(self):
        return self.order_by("-pk")


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """One's own, on the surface and for the seller one acts for at the moment."""
        if actor.user_id is None:
            return self.none()
        own = self.filter(user_id=actor.user_id, role=actor.role)
        return own.filter(seller_id=actor.seller_id) if actor.role is Role.SELLER else own

    def unread(self):
        return self.filter(read_at=None)

    def newest(self):
        return self.order_by("-pk")
