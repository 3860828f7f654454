from django.db import models

from core.actors import Actor, Role
from core.scoping import ScopedQuerySet


class CustomerQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "user"
    SELLER_PATH = None  # a seller sees a customer only through a seller order


class OrderQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "customer__user"
    SELLER_PATH = "seller_orders__seller"  # unique per order: the join repeats no row


class SellerOrderQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"


class PaymentQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = None  # sellers never see payment amounts (product.md §2)


class OrderLineQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller_order__seller"


class OrderItemQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"

    def unshipped(self):
        return self.filter(status__in=self.model.UNSHIPPED)

    def live(self):
        return self.exclude(status__in=self.model.ENDED)


class CaseQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"

    def open(self):
        return self.filter(status=self.model.Status.WAITING)


class ReasonQuerySet(models.QuerySet):
    PICKERS = {
        Role.CUSTOMER: "for_customer",
        Role.SELLER: "for_seller",
        Role.OWNER: "for_owner",
        Role.SYSTEM: "for_system",
    }

    def pickable_by(self, actor: Actor, kind: str):
        """The active reasons of this kind which this actor may choose, in the owner's order."""
        picker = self.PICKERS.get(actor.role)
        if picker is None:
            return self.none()
        return self.filter(kind=kind, active=True, **{picker: True}).order_by("sort_order", "pk")
