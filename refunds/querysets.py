from core.scoping import ScopedQuerySet


class RefundPlanQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"


class RefundLineQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "plan__order__customer__user"
    SELLER_PATH = "plan__seller"

    def standing(self):
        return self.filter(dropped_at=None)


class RefundPartQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "plan__order__customer__user"
    SELLER_PATH = None  # which payment gets how much is between customer and owner


class RefundAttemptQuerySet(ScopedQuerySet):
    SELLER_PATH = None

    def undecided(self):
        return self.filter(status__in=self.model.UNDECIDED)
