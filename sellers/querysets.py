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

    def offered(self):
        """What the marketplace offers for new packages."""
        return self.filter(active=True, company__active=True)

    def offered_to(self, seller_id: int):
        """What this seller may newly choose: what they use of what is offered; all that is
        offered where they have not chosen any."""
        chosen = self._chosen_by(seller_id)
        used = models.Exists(chosen.filter(option=models.OuterRef("pk")))
        return self.offered().filter(used | ~models.Exists(chosen))

    def with_choice_of(self, seller_id: int | None):
        """Each with `offered`, `seller_default` and `seller_easy_return`; for nobody's seller, what
        the marketplace offers."""
        every = self.model.objects
        offered = every.offered() if seller_id is None else every.offered_to(seller_id)
        own = self._chosen_by(seller_id).filter(option=models.OuterRef("pk"))
        return self.annotate(
            offered=models.Exists(offered.filter(pk=models.OuterRef("pk"))),
            seller_default=models.Exists(own.filter(is_default=True)),
            seller_easy_return=models.Exists(own.filter(is_easy_return=True)),
        )

    def _chosen_by(self, seller_id: int | None):
        choices = self.model._meta.apps.get_model("sellers", "SellerDeliveryOption").objects
        return choices.filter(seller_id=seller_id, active=True)

    def ranked(self):
        """The owner's order of preference; a smaller number comes first."""
        return self.order_by("priority", "company__name", "name", "pk")


class SellerDeliveryOptionQuerySet(ScopedQuerySet):
    SELLER_PATH = "seller"
