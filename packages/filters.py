"""How the Packages lists may be narrowed."""

from datetime import datetime

import django_filters
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.filters import MomentFilter
from orders.models import SellerOrder
from packages.models import Package
from packages.querysets import end_of_today

Status = Package.Status


class Due(models.TextChoices):
    """When an open package has to be with the carrier."""

    OVERDUE = "overdue", _("Overdue")
    TODAY = "today", _("Due today")
    LATER = "later", _("Later")


class Invoice(models.TextChoices):
    GIVEN = "given", _("Given")
    MISSING = "missing", _("Not given")


HELD_BACK = "held_back"


def due(packages, when: str):
    """The open ones that are overdue, due in what is left of today, or later."""
    now, midnight = timezone.now(), end_of_today()
    match when:
        case Due.OVERDUE:
            return packages.due_between(None, now)
        case Due.TODAY:
            return packages.due_between(now, midnight)
        case Due.LATER:
            return packages.due_between(midnight, None)
    return packages


def in_tab(packages, tab: str):
    """The rows under one tab: a status, a deadline, or what must not be handed over."""
    if not tab:
        return packages
    if tab == HELD_BACK:
        return packages.held_back()
    return due(packages, tab) if tab in Due.values else packages.in_status(tab)


class PackageFilter(django_filters.FilterSet):
    """Filters of the owner's lists; a seller's have all but the seller."""

    search = django_filters.CharFilter(
        method="find", max_length=120, label=_("Package, order, tracking number, SKU, customer")
    )
    tab = django_filters.ChoiceFilter(
        choices=[*Status.choices, *Due.choices, (HELD_BACK, _("Do not hand over"))],
        method="under",
        label=_("Tab"),
    )
    status = django_filters.MultipleChoiceFilter(
        choices=[choice for choice in Status.choices if choice[0] != Status.CANCELLED],
        method="of_status",
        label=_("Status"),
    )
    due = django_filters.ChoiceFilter(
        choices=Due, method="due_when", label=_("Ship by"), empty_label=_("Any")
    )
    delivery_option = django_filters.CharFilter(
        method="sent", max_length=80, label=_("Delivery option")
    )
    carrier = django_filters.CharFilter(
        method="brought", max_length=80, label=_("Shipping company")
    )
    invoice = django_filters.ChoiceFilter(
        choices=Invoice, method="invoiced", label=_("Invoice"), empty_label=_("Any")
    )
    placed_after = MomentFilter(method="after", label=_("Placed from"))
    placed_before = MomentFilter(method="before", whole_day=True, label=_("Placed until"))
    seller = django_filters.CharFilter(method="by_seller", max_length=120, label=_("Seller"))

    def find(self, packages, _name, value: str):
        return packages.searched(value)

    def under(self, packages, _name, value: str):
        return in_tab(packages, value)

    def of_status(self, packages, _name, value):
        return packages.in_status(*value) if value else packages

    def due_when(self, packages, _name, value: str):
        return due(packages, value)

    def sent(self, packages, _name, value: str):
        return packages.sent_by(value)

    def brought(self, packages, _name, value: str):
        return packages.brought_by(value)

    def invoiced(self, packages, _name, value: str):
        return packages.with_invoice(value == Invoice.GIVEN)

    def after(self, packages, _name, value: datetime):
        return packages.placed_between(value, None)

    def before(self, packages, _name, value: datetime):
        return packages.placed_between(None, value)

    def by_seller(self, packages, _name, value: str):
        return packages.sold_by(value)


class SellerPackageFilter(PackageFilter):
    """A seller's own lists: all of it is theirs, so there is no seller to choose."""

    seller = None


class ToPackFilter(django_filters.FilterSet):
    """Filters of what waits to be packed, a part of an order a row."""

    search = django_filters.CharFilter(
        method="find", max_length=120, label=_("Order number, customer, e-mail")
    )
    due = django_filters.ChoiceFilter(
        choices=Due, method="due_when", label=_("Ship by"), empty_label=_("Any")
    )
    seller = django_filters.CharFilter(method="by_seller", max_length=120, label=_("Seller"))

    class Meta:
        model = SellerOrder
        fields: list[str] = []

    def find(self, parts, _name, value: str):
        return parts.searched(value)

    def due_when(self, parts, _name, value: str):
        now, midnight = timezone.now(), end_of_today()
        match value:
            case Due.OVERDUE:
                return parts.filter(ship_by__lt=now)
            case Due.TODAY:
                return parts.filter(ship_by__gte=now, ship_by__lt=midnight)
        return parts.filter(ship_by__gte=midnight)

    def by_seller(self, parts, _name, value: str):
        return parts.sold_by(value)


class SellerToPackFilter(ToPackFilter):
    seller = None
