from django.db.models import Q
from django.db.models.functions import Now

from core.scoping import ScopedQuerySet


class RefundPlanQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"

    def live(self):
        """All that count on the order's money: every plan that is not void."""
        return self.exclude(status=self.model.Status.VOID)

    def due(self):
        """May be paid now, by us. Plans that somebody else pays wait for that person."""
        return self.filter(
            ~Q(gateway="external") | Q(total=0),
            status__in=self.model.PAYABLE,
            payable_at__lte=Now(),
        )


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

    def due(self):
        """Undecided, and surely not under way any more: time to ask the provider."""
        return self.undecided().filter(next_check_at__lte=Now())
