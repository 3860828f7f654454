"""Scopes and adjectives of orders: what a list may be narrowed by, and what its rows show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.db.models.query import BaseIterable
from django.utils import timezone

from core.actors import Actor, Role
from core.scoping import ScopedQuerySet
from orders import phones
from orders.finding import UNSHIPPED, Found, overdue_parts
from orders.listing import AnsweredRows, ListedRows

# How long after an approved cancellation the lists still warn "do not hand over".
HOLD_BACK_DAYS = 7

LIST_ORDER = ("-placed_at", "-id")
CANCELLED_OR_RETURNED = Q(has_cancelled=True) | Q(has_returned=True)
LETTERS = 3  # of a word, that an index of trigrams needs


class CustomerQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "user"
    SELLER_PATH = None  # a seller sees a customer only through a seller order

    def known_as(self, text: str):
        """Customers whose name or e-mail contains every word of `text`."""
        for word in text.split():
            # Fewer letters than three are in no index, but how a word begins is.
            how = "icontains" if len(word) >= LETTERS else "istartswith"
            names = ("first_name", "last_name", "email")
            self = self.filter(reduce(or_, (Q(**{f"{name}__{how}": word}) for name in names)))
        return self

    def going_by(self, text: str):
        """Those `exactly` so; where there is none, those `alike`. Which of the two is asked at
        once: how many go by a name decides how best to look for their orders."""
        exactly = self.exactly(text)
        return exactly if exactly.order_by().exists() else self.alike(text)

    def exactly(self, text: str):
        """Those `known_as` the text, or with this e-mail."""
        return self.at_address(text) if "@" in text else self.known_as(text)

    def alike(self, text: str):
        """Those with a name that is spelled much like this one; nobody, where it is no name."""
        words = text.split()
        if not words or not all(word.isalpha() and len(word) > LETTERS for word in words):
            return self.none()
        return self.like(words)

    def like(self, words: Sequence[str]):
        """With a first or last name like each of the words (by the trigrams that they share)."""
        rows = self.alias(upper_first=Upper("first_name"), upper_last=Upper("last_name"))
        for word in words:
            rows = rows.filter(
                Q(upper_first__trigram_word_similar=word.upper())
                | Q(upper_last__trigram_word_similar=word.upper())
            )
        return rows

    def at_address(self, text: str):
        """Whose e-mail begins with `text`; or contains it, where it begins with the "@"."""
        text = text.lower()
        if text.startswith("@"):
            return self.filter(email__icontains=text)
        return self.filter(email__startswith=text)

    def with_phone(self, text: str):
        """Whose telephone number ends with these digits, however either is written."""
        ending = phones.ending(text)
        if not ending:
            return self.none()
        return self.alias(backwards=phones.Backwards("phone")).filter(
            ~Q(phone=""), backwards__startswith=ending
        )


class ListedQuerySet(Found, ScopedQuerySet):
    """What the Orders lists ask, of orders and of seller orders alike.

    A row of the owner's and the customer's list is an order, a row of a seller's is their part
    of it.
    """

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

    def cancelled_or_returned(self):
        return self.with_ended(CANCELLED_OR_RETURNED)

    def with_cancelled(self):
        return self.with_ended(Q(has_cancelled=True))

    def with_returned(self):
        return self.with_ended(Q(has_returned=True))

    def with_ended(self, which: Q):
        """Any item of it ended so."""
        raise NotImplementedError

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

    def overdue(self):
        """Something of it should have been handed over by now. Such an order has not shipped
        either: its status is that of its least advanced item."""
        from orders.models import SellerOrder

        late = SellerOrder.objects.filter(overdue_parts(), order=OuterRef("pk"))
        return self.in_status(*UNSHIPPED).filter(Exists(late))

    def with_ended(self, which: Q):
        from orders.models import SellerOrder

        return self.filter(Exists(SellerOrder.objects.filter(which, order=OuterRef("pk"))))

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

    def overdue(self):
        """Should have been handed over by now."""
        return self.filter(overdue_parts())

    def with_ended(self, which: Q):
        return self.filter(which)

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
