from core.scoping import ScopedQuerySet
from orders.models import Case


class CancellationQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"

    def open(self):
        return self.filter(case__status=Case.Status.WAITING)

    def with_list_details(self):
        """Case, order, seller, plan, items with reason and product, in a constant few queries."""
        return self.select_related("case__order", "case__seller").prefetch_related(
            "items__item__line",
            "items__reason",
            "items__decided_by",
            "case__refund_plans__lines",
        )


class CancellationItemQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"

    def waiting(self):
        return self.filter(status=self.model.Status.WAITING)

    def of_order(self, order_id: int):
        return self.filter(case__order=order_id)
