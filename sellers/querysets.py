from django.db import models

from core.accounts.querysets import ValidityQuerySet
from core.actors import Actor, Role
from core.scoping import ScopedQuerySet


class SellerQuerySet(ScopedQuerySet):
    SELLER_PATH = "pk"


class SellerMemberQuerySet(ValidityQuerySet):
    def visible_to(self, actor: Actor):
        match actor.role:
            case Role.OWNER | Role.SYSTEM:
                return self
            case Role.SELLER if actor.seller_id is not None:
                return self.filter(seller_id=actor.seller_id)
        return self.none()


class ShippingCompanyQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """The owner's own list; a seller reads it, a customer does not."""
        return self.none() if actor.role is Role.CUSTOMER else self


class DeliveryOptionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        return self.none() if actor.role is Role.CUSTOMER else self


class SellerDeliveryOptionQuerySet(ScopedQuerySet):
    SELLER_PATH = "seller"
