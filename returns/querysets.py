from django.db import models

from core.actors import Actor, Role
from core.scoping import ScopedQuerySet


class OfCaseQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"


class ReturnRequestQuerySet(OfCaseQuerySet):
    pass


class ReturnItemQuerySet(OfCaseQuerySet):
    def waiting(self):
        return self.filter(status=self.model.Status.WAITING)


class OfferQuerySet(OfCaseQuerySet):
    def open(self):
        return self.filter(status=self.model.Status.OPEN)


class ReturnParcelQuerySet(OfCaseQuerySet):
    pass


class ReceivedUnitsQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "parcel__order__customer__user"
    SELLER_PATH = "parcel__seller"


class DisputeQuerySet(OfCaseQuerySet):
    def to_decide(self):
        status = self.model.Status
        return self.filter(status__in=(status.OPEN, status.DECIDING, status.APPEALED))


class DecisionQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "dispute__order__customer__user"
    SELLER_PATH = "dispute__seller"


class ForPartiesQuerySet(OfCaseQuerySet):
    """Rows that say which of the two parties may see them; the owner sees all."""

    def visible_to(self, actor: Actor):
        found = super().visible_to(actor)
        match actor.role:
            case Role.CUSTOMER:
                return found.filter(for_customer=True)
            case Role.SELLER:
                return found.filter(for_seller=True)
        return found


class ReturnMessageQuerySet(ForPartiesQuerySet):
    pass


class ReturnEvidenceQuerySet(ForPartiesQuerySet):
    pass


class ReturnPolicyQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """The owner's rules; a seller reads those that concern them."""
        match actor.role:
            case Role.OWNER | Role.SYSTEM:
                return self
            case Role.SELLER:
                return self.filter(models.Q(seller=None) | models.Q(seller=actor.seller_id))
        return self.none()
