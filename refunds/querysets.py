from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, Sum
from django.db.models.functions import Now

from core.actors import Actor
from core.scoping import ScopedQuerySet
from core.ways import found_by, those_that_find
from orders.spelling import begins

OVERDUE = timedelta(minutes=15)  # what stands still for longer needs a person


class RefundPlanQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"

    def live(self):
        """All that count on the order's money: every plan that is not void."""
        return self.exclude(status=self.model.Status.VOID)

    def surplus_promised(self, order_id: int) -> int:
        """What plans that are not void give back of an order's surplus, minor units."""
        plans = self.live().filter(order=order_id, type=self.model.Type.SURPLUS)
        return plans.aggregate(sum=Sum("total"))["sum"] or 0

    def due(self):
        """May be paid now, by us. Plans that somebody else pays wait for that person."""
        return self.filter(
            ~Q(gateway="external") | Q(total=0),
            needs_second_approval=False,
            status__in=self.model.PAYABLE,
            payable_at__lte=Now(),
        )

    def stuck(self):
        """Needs a person: definitively failed, or still not paid 15 minutes after it should be.

        `refunds.stuck` says why.
        """
        from refunds.models import RefundAttempt

        status = self.model.Status
        overdue = Now() - OVERDUE
        waiting = RefundAttempt.objects.undecided().filter(
            part__plan=OuterRef("pk"), created_at__lt=overdue
        )
        return self.filter(
            Q(status=status.FAILED, payable_at=None)
            | Q(Exists(waiting), status=status.PROCESSING)
            | Q(
                ~Q(gateway="external"),
                needs_second_approval=False,
                status__in=self.model.PAYABLE,
                payable_at__lt=overdue,
            )
        )

    def to_pay_outside(self):
        """Somebody else is to pay them now, and to say how it ended."""
        payable = Q(status__in=self.model.PAYABLE, payable_at__lte=Now())
        under_way = Q(status=self.model.Status.PROCESSING)
        return self.filter(
            payable | under_way, gateway="external", needs_second_approval=False, total__gt=0
        )

    def awaiting_second_person(self):
        return self.filter(needs_second_approval=True)

    def of_order(self, number: str):
        return self.filter(order__number=number)

    def searched(self, words: str):
        """By the plan's or the order's number, from its beginning."""
        ways = [self.filter(begins(column, words)) for column in ("number", "order__number")]
        return found_by(self, those_that_find(ways))

    def created_between(self, after: datetime | None, before: datetime | None):
        """`after` is included, `before` is not."""
        if after is not None:
            self = self.filter(created_at__gte=after)
        if before is not None:
            self = self.filter(created_at__lt=before)
        return self

    def with_list_details(self):
        return self.select_related("order", "seller", "case")

    def with_attempts(self, actor: Actor):
        """With the parts and attempts that this actor may see, in three queries."""
        from refunds.models import RefundAttempt, RefundPart

        attempts = RefundAttempt.objects.visible_to(actor).order_by("attempt_no")
        parts = RefundPart.objects.visible_to(actor).select_related("payment")
        tried = parts.order_by("pk").prefetch_related(Prefetch("attempts", attempts))
        return self.with_list_details().prefetch_related(Prefetch("parts", tried))

    def with_details(self, actor: Actor):
        """With lines, too: in four queries."""
        from refunds.models import RefundLine

        lines = RefundLine.objects.visible_to(actor).select_related("item__line")
        people = self.select_related("requested_by", "approved_by", "second_approved_by")
        return people.with_attempts(actor).prefetch_related(Prefetch("lines", lines.order_by("pk")))


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


class ApprovalRuleQuerySet(ScopedQuerySet):
    """Only the marketplace knows and sets them."""

    def asks_for_second(self, *, total: int, currency: str) -> bool:
        """Whether a refund of `total` minor units is above what one person may approve."""
        return self.filter(currency=currency, amount__lt=total).exists()


class ProviderMessageQuerySet(ScopedQuerySet):
    """What providers send is the marketplace's to read."""

    def for_a_person(self):
        return self.filter(verdict__in=self.model.FOR_A_PERSON)
