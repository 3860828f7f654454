from core.scoping import ScopedQuerySet


class CancellationQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"


class CancellationItemQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "case__order__customer__user"
    SELLER_PATH = "case__seller"

    def waiting(self):
        return self.filter(status=self.model.Status.WAITING)
