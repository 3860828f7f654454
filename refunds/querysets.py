from datetime import datetime

from django.db.models import Prefetch, Q
from django.db.models.functions import Now

from core.actors import Actor
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

    def of_order(self, number: str):
        return self.filter(order__number=number)

    def created_between(self, after: datetime | None, before: datetime | None):
        """`after` is included, `before` is not."""
        if after is not None:
            self = self.filter(created_at__gte=after)
        if before is not None:
            self = self.filter(created_at__lt=before)
        return self

    def with_list_details(self):
        return self.select_related("order", "seller", "case")

    def with_details(self, actor: Actor):
        """With lines, and with the parts and attempts that this actor may see, in four queries."""
        from refunds.models import RefundAttempt, RefundLine, RefundPart

        attempts = RefundAttempt.objects.visible_to(actor).order_by("attempt_no")
        parts = RefundPart.objects.visible_to(actor).select_related("payment")
        lines = RefundLine.objects.visible_to(actor).select_related("item__line")
        return self.with_list_details().prefetch_related(
            Prefetch("lines", lines.order_by("pk")),
            Prefetch(
                "parts", parts.order_by("pk").prefetch_related(Prefetch("attempts", attempts))
            ),
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
