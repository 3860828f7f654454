from core.scoping import ScopedQuerySet
from orders.models import Case


class CancellationQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"


class CancellationItemQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"

    def waiting(self):
        return self.filter(status=self.model.Status.WAITING)


def cancellation_cases(actor):
    """The cancellations this actor may see, as cases, with all that pages and the API show of
    them in a constant few queries."""
    cases = Case.objects.visible_to(actor).filter(kind=Case.Kind.CANCEL)
    return cases.select_related("cancellation", "order", "seller").prefetch_related(
        "cancellation__items__item__line",
        "cancellation__items__reason",
        "cancellation__items__decided_by",
        "refund_plans__parts__payment",
        "refund_plans__lines__item__line",
    )
