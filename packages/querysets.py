"""Scopes and adjectives of packages: what their lists may be narrowed by."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.query import BaseIterable
from django.utils import timezone

from core.scoping import ScopedQuerySet
from core.ways import found_by, those_that_find
from orders.spelling import begins, is_like_a_number
from packages.listing import AnsweredPackages, PackageRows

OPEN = ("preparing", "ready_to_ship")


class PackageQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"

    def shown(self):
        """Cancelled packages no longer show on the Packages pages (seed 004)."""
        return self.exclude(status=self.model.Status.CANCELLED)

    def open(self):
        """Not handed over yet. The condition of the work list's indexes, word for word."""
        return self.filter(status__in=OPEN)

    def gone(self):
        """Handed over to a carrier, wherever they are now."""
        return self.filter(status__in=("shipped", "delivered", "delivery_failed"))

    def in_status(self, *statuses: str):
        return self.filter(status__in=statuses)

    def due_between(self, after: datetime | None, before: datetime | None):
        """Open ones with a deadline in this span; `after` is included, `before` is not."""
        found = self.open().filter(ship_by__isnull=False)
        if after is not None:
            found = found.filter(ship_by__gte=after)
        return found.filter(ship_by__lt=before) if before is not None else found

    def with_invoice(self, given: bool):
        return self.exclude(invoice_number="") if given else self.filter(invoice_number="")

    def placed_between(self, after: datetime | None, before: datetime | None):
        """Of orders placed in this span; `after` is included, `before` is not."""
        if after is not None:
            self = self.filter(order__placed_at__gte=after)
        if before is not None:
            self = self.filter(order__placed_at__lt=before)
        return self

    def sold_by(self, text: str):
        """By the seller with this code, or with this in their name."""
        from sellers.models import Seller

        sellers = Seller.objects.filter(Q(code=text) | Q(name__icontains=text))
        return self.filter(seller__in=sellers.order_by().values("pk"))

    def brought_by(self, text: str):
        """By the shipping company with this code, or with this in its name."""
        return self._by_option(Q(company__code=text) | Q(company__name__icontains=text))

    def sent_by(self, text: str):
        """By the delivery option with this code, or with this in its name."""
        return self._by_option(Q(code=text) | Q(name__icontains=text))

    def _by_option(self, which: Q):
        from sellers.models import DeliveryOption

        options = DeliveryOption.objects.filter(which).order_by().values("pk")
        return self.filter(delivery_option__in=options)

    def searched(self, text: str):
        """Those whose number, order number, tracking number or SKU begins with `text`; where there
        is none, those whose customer goes by it."""
        from orders.models import Customer

        text = text.strip()
        people = Customer.objects.exactly(text)
        found = those_that_find([*self._ways(text), people])
        codes = [way for way in found if way is not people]
        if codes and is_like_a_number(text):
            return found_by(self, codes)
        if people not in found:
            people = Customer.objects.alike(text)
        customers = people.order_by().values("pk")
        return found_by(self, [*codes, self.filter(order__customer__in=customers)])

    def _ways(self, text: str) -> list:
        """By numbers and codes that begin with `text`."""
        from packages.models import PackageItem

        if " " in text or "@" in text:
            return []
        # The index holds only packages that have a tracking number.
        tracked = self.exclude(tracking_number="").filter(begins("tracking_number", text))
        items = PackageItem.objects.filter(begins("item__line__sku", text), removed_at=None)
        return [
            *(self.filter(begins("number", text)), self.filter(begins("order__number", text))),
            *(tracked, self.filter(pk__in=items.order_by().values("package"))),
        ]

    def held_back(self, now: datetime | None = None):
        """Cancelled after they were packed, lately, and not by their seller: they may still lie
        on the table, and must not be handed over."""
        from orders.models import Case
        from packages.models import PackageItem

        cases = Case.objects.held_back(now).order_by().values("seller_order")
        cancelled = PackageItem.objects.filter(package=OuterRef("pk"), item__status="cancelled")
        return self.filter(
            Exists(cancelled), status="cancelled", imported=False, seller_order__in=cases
        )

    def with_list_details(self):
        """Rows (`PackageRow`) with all that a list shows, in one query."""
        return self._given_as(PackageRows)

    def as_answered(self):
        """Rows (`AnsweredPackage`) with all that programs are told of them, in one query."""
        return self._given_as(AnsweredPackages)

    def _given_as(self, iterable_class: type[BaseIterable]):
        rows = self._chain()
        rows._iterable_class = iterable_class
        return rows


class PackageItemQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "package__order__customer__user"
    SELLER_PATH = "package__seller"

    def inside(self):
        return self.filter(removed_at=None)


class CarrierReportQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "package__order__customer__user"
    SELLER_PATH = "package__seller"


def end_of_today(now: datetime | None = None) -> datetime:
    """Midnight after `now`, in the reader's zone."""
    local = timezone.localtime(now or timezone.now())
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
