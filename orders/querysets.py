"""Scopes and adjectives of orders: what a list may be narrowed by, and what its rows show."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.query import BaseIterable
from django.utils import timezone

from core.actors import Actor, Role
from core.scoping import ScopedQuerySet
from orders.listing import AnsweredRows, ListedRows

# How long after an approved cancellation the lists still warn "do not hand over".
HOLD_BACK_DAYS = 7

LIST_ORDER = ("-placed_at", "-id")


class CustomerQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "user"
    SELLER_PATH = None  # a seller sees a customer only through a seller order

    def known_as(self, text: str):
        """Customers whose name or e-mail contains every word of `text`."""
        for word in text.split():
            self = self.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(email__icontains=word)
            )
        return self


class ListedQuerySet(ScopedQuerySet):
    """What the Orders lists ask, of orders and of seller orders alike.

    A row of the owner's and the customer's list is an order, a row of a seller's is their part
    of it. `ORDER` leads from the row to the order, `CASE_OF` is what a case calls the row.
    """

    ORDER = ""
    CASE_OF = "order"

    def in_status(self, *statuses: str):
        return self.filter(status__in=statuses)

    def placed_between(self, after: datetime | None, before: datetime | None):
        """`after` is included, `before` is not."""
        if after is not None:
            self = self.filter(placed_at__gte=after)
        if before is not None:
            self = self.filter(placed_at__lt=before)
        return self

    def on_channel(self, channel: str):
        return self.filter(**{f"{self.ORDER}channel": channel})

    def searched(self, text: str):
        """Those whose order number begins with `text`, or whose customer goes by it."""
        from orders.models import Customer, Order

        text = text.strip()
        spellings = {text, text.upper(), text.lower()}
        numbered = Q()
        for spelling in sorted(spellings):
            numbered |= Q(number__startswith=spelling)
        by_number = Order.objects.filter(numbered).order_by().values("pk")
        by_customer = (
            Order.objects.filter(customer__in=Customer.objects.known_as(text))
            .order_by()
            .values("pk")
        )
        # A union, so that each side uses its own index.
        return self.filter(**{f"{self.ORDER}pk__in": by_number.union(by_customer)})

    def waiting_for_answer(self, kind: str | None = None):
        """Those with a request that somebody must answer; `kind` is cancel or return."""
        waiting = Q(status="waiting") & (Q(kind=kind) if kind else Q())
        return self._with_case(waiting)

    def held_back(self, now: datetime | None = None):
        """Those of which something was lately cancelled: do not hand it over."""
        return self._with_case(_held_back(now or timezone.now()))

    def needing_action(self, now: datetime | None = None):
        return self._with_case(Q(status="waiting") | _held_back(now or timezone.now()))

    def _with_case(self, which: Q):
        from orders.models import Case

        cases = Case.objects.filter(which).order_by()
        return self.filter(pk__in=cases.values(self.CASE_OF))

    def with_list_details(self):
        """Rows (`ListedRow`) with all that a list shows, in one query."""
        return self._given_as(ListedRows)

    def as_answered(self):
        """Rows (`AnsweredRow`) as programs are told of them, in one query."""
        return self._given_as(AnsweredRows)

    def _given_as(self, iterable_class: type[BaseIterable]):
        rows = self._chain()
        rows._iterable_class = iterable_class
        return rows


def _held_back(now: datetime) -> Q:
    """An approved cancellation that the seller did not make; an imported past warns of nothing."""
    return (
        Q(kind="cancel", status__in=("approved", "completed"), imported=False)
        & Q(decided_at__gte=now - timedelta(days=HOLD_BACK_DAYS))
        & ~Q(origin="seller")
    )


class OrderQuerySet(ListedQuerySet):
    CUSTOMER_PATH = "customer__user"
    SELLER_PATH = "seller_orders__seller"  # unique per order: the join repeats no row

    def cancelled_or_returned(self):
        """Any item of it is cancelled or returned."""
        from orders.models import SellerOrder

        ended = SellerOrder.objects.filter(
            Q(has_cancelled=True) | Q(has_returned=True), order=OuterRef("pk")
        )
        return self.filter(models.Exists(ended))

    def sold_by(self, text: str):
        """By the seller with this code, or with this in their name."""
        from orders.models import SellerOrder

        theirs = SellerOrder.objects.filter(
            Q(seller__code=text) | Q(seller__name__icontains=text), order=OuterRef("pk")
        )
        return self.filter(models.Exists(theirs))

    def holding(self, text: str):
        """Those whose number begins with `text`, or with a product whose name contains it."""
        from orders.models import OrderLine

        text = text.strip()
        lines = OrderLine.objects.filter(order=OuterRef("pk"), name__icontains=text)
        return self.filter(Q(number__istartswith=text) | models.Exists(lines))


class SellerOrderQuerySet(ListedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"
    ORDER = "order__"
    CASE_OF = "seller_order"

    def cancelled_or_returned(self):
        """Any item of it is cancelled or returned."""
        return self.filter(Q(has_cancelled=True) | Q(has_returned=True))

    def sold_by(self, text: str):
        return self.filter(Q(seller__code=text) | Q(seller__name__icontains=text))


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

    def held_back(self, now: datetime | None = None):
        """Approved cancellations of the last days whose goods must not be handed over."""
        return self.filter(_held_back(now or timezone.now()))


class ReasonQuerySet(models.QuerySet):
    PICKERS = {
        Role.CUSTOMER: "for_customer",
        Role.SELLER: "for_seller",
        Role.OWNER: "for_owner",
        Role.SYSTEM: "for_system",
    }

    def pickable_by(self, actor: Actor, kind: str = ""):
        """The active reasons, of this kind or of every one, which this actor may choose; in the
        owner's order."""
        picker = self.PICKERS.get(actor.role)
        if picker is None:
            return self.none()
        found = self.filter(active=True, **{picker: True}).order_by("sort_order", "pk")
        return found.filter(kind=kind) if kind else found
