from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.actors import Actor, Role

# `ValidityQuerySet.valid` for statements written by hand, of the row called "member".
HOLDS = "member.valid_from <= %(now)s AND (member.valid_to IS NULL OR member.valid_to > %(now)s)"


class ValidityQuerySet(models.QuerySet):
    """Rows that hold from `valid_from` until before `valid_to` (null: until further notice)."""

    def valid(self, at: datetime | None = None):
        at = at or timezone.now()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


class StaffMemberQuerySet(ValidityQuerySet):
    def visible_to(self, actor: Actor):
        return self if actor.role in {Role.OWNER, Role.SYSTEM} else self.none()


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """A seller's tokens to that seller, all to the owner, their own to everybody else."""
        match actor.role:
            case Role.OWNER | Role.SYSTEM:
                return self
            case Role.SELLER:
                return self.filter(role=Role.SELLER, seller_id=actor.seller_id)
        return self.filter(role=actor.role, user_id=actor.user_id)

    def live(self, at: datetime | None = None):
        at = at or timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=at, user__is_active=True)
