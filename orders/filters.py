"""How the Orders lists may be narrowed: one set of filters for pages, API and exports."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from decimal import Decimal

import django_filters
from django import forms
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from core.api.pagination import SinceFilter
from orders.choices import Request, Tab, in_tab, with_request
from orders.models import OrderStatus
from orders.operators import OPERATORS, check, narrowed
from orders.periods import QuickPeriod, quick_period
from orders.presenters.detail import METHODS
from orders.search import Search, taken_apart


class MomentField(forms.Field):
    """A day in the reader's zone ("2026-11-20"), or a moment with its offset."""

    default_error_messages = {
        "invalid": _("A date such as 2026-11-20, or a moment such as 2026-11-20T09:00:00Z.")
    }
    widget = forms.DateInput(attrs={"type": "date"})

    def __init__(self, *args, whole_day: bool = False, **kwargs):
        self.whole_day = whole_day  # a day stands for its end, not for its beginning
        super().__init__(*args, **kwargs)

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            day = parse_date(value)
            moment = None if day else parse_datetime(value)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"]) from error
        if day:
            day = day + timedelta(days=1) if self.whole_day else day
            return timezone.make_aware(datetime.combine(day, time.min))
        if moment is None or timezone.is_naive(moment):
            raise forms.ValidationError(self.error_messages["invalid"])
        return moment


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class SearchField(forms.CharField):
    """Words and operators, as `orders.search` takes them apart."""

    def __init__(self, *args, unknown: Collection[str] = (), **kwargs):
        self.known = [name for name in OPERATORS if name not in unknown]
        super().__init__(*args, **kwargs)

    def clean(self, value: str | None) -> Search:
        search = taken_apart(super().clean(value))
        check(search, self.known)
        return search


class SearchFilter(django_filters.Filter):
    field_class = SearchField


class NumbersField(forms.Field):
    """Any number of values under one name."""

    widget = forms.SelectMultiple

    def to_python(self, value: list[str] | None) -> list[str]:
        return list(dict.fromkeys(filter(None, (one.strip() for one in value or []))))


class NumbersFilter(django_filters.Filter):
    field_class = NumbersField


class OrderFilter(SinceFilter):
    """Filters of orders (owner, customer) and of seller orders (seller) alike."""

    LASTING = SinceFilter.LASTING | {"status", "placed_after", "placed_before", "channel"}

    search = SearchFilter(
        method="find",
        max_length=400,
        label=_("Order, customer, e-mail, phone, SKU, tracking"),
    )
    number = NumbersFilter(method="chosen", label=_("Orders"))
    tab = django_filters.ChoiceFilter(choices=Tab, method="under", label=_("Tab"))
    status = django_filters.MultipleChoiceFilter(
        choices=OrderStatus, method="of_status", label=_("Status")
    )
    request = django_filters.ChoiceFilter(
        choices=Request,
        method="about",
        label=_("Request"),
        empty_label=_("Any"),
    )
    placed = django_filters.ChoiceFilter(
        choices=QuickPeriod, method="lately", label=_("Placed"), empty_label=_("Any time")
    )
    placed_after = MomentFilter(method="after", label=_("Placed from"))
    placed_before = MomentFilter(method="before", whole_day=True, label=_("Placed until"))
    seller = django_filters.CharFilter(method="by_seller", max_length=120, label=_("Seller"))
    channel = django_filters.CharFilter(method="via", max_length=40, label=_("Sales channel"))
    payment = django_filters.ChoiceFilter(
        choices=[*METHODS.items()], method="paid", label=_("Payment"), empty_label=_("Any")
    )
    delivery = django_filters.CharFilter(method="sent", max_length=80, label=_("Delivery option"))
    reason = django_filters.CharFilter(method="asked", max_length=120, label=_("Reason"))
    total_from = django_filters.NumberFilter(method="at_least", label=_("Total from"), min_value=0)
    total_to = django_filters.NumberFilter(method="at_most", label=_("Total to"), min_value=0)
    overdue = django_filters.ChoiceFilter(
        choices=[("yes", _("Yes"))], method="late", label=_("Overdue"), empty_label=_("Any")
    )

    def find(self, orders, _name, value: Search):
        return narrowed(orders, value)

    def chosen(self, orders, _name, value: list[str]):
        return orders.numbered(value)

    def under(self, orders, _name, value: str):
        return in_tab(orders, value)

    def of_status(self, orders, _name, value):
        return orders.in_status(*value) if value else orders

    def about(self, orders, _name, value: str):
        return with_request(orders, value)

    def lately(self, orders, _name, value: str):
        span = quick_period(value)
        return orders.placed_between(span.after, span.before)

    def after(self, orders, _name, value: datetime):
        return orders.placed_between(value, None)

    def before(self, orders, _name, value: datetime):
        return orders.placed_between(None, value)

    def by_seller(self, orders, _name, value):
        return orders.sold_by(value)

    def via(self, orders, _name, value):
        return orders.on_channel(value)

    def paid(self, orders, _name, value: str):
        return orders.paid_by(value)

    def sent(self, orders, _name, value: str):
        return orders.sent_by(value)

    def asked(self, orders, _name, value: str):
        return orders.because(value)

    def at_least(self, orders, _name, value: Decimal):
        return orders.of_total(value, None)

    def at_most(self, orders, _name, value: Decimal):
        return orders.of_total(None, value)

    def late(self, orders, _name, value: str):
        return orders.overdue()


class SellerOrderFilter(OrderFilter):
    """A seller's own list: all of it is theirs, so there is no seller to choose; and of payments
    they are told nothing."""

    search = SearchFilter(
        method="find",
        max_length=400,
        label=_("Order, customer, e-mail, phone, SKU, tracking"),
        unknown=("seller", "payment"),
    )
    seller = None
    payment = None


class MyTab(models.TextChoices):
    """The tabs of a customer's own list."""

    ON_THE_WAY = "on_the_way", _("On the way")
    DELIVERED = "delivered", _("Delivered")
    ENDED = "cancelled_returned", _("Cancelled / Returned")


class MyOrderFilter(django_filters.FilterSet):
    """A customer's own orders: by number or product."""

    search = django_filters.CharFilter(
        method="find", max_length=120, label=_("Order number or product")
    )
    tab = django_filters.ChoiceFilter(choices=MyTab, method="under", label=_("Tab"))

    def find(self, orders, _name, value: str):
        return orders.holding(value)

    def under(self, orders, _name, value: str):
        match value:
            case MyTab.ON_THE_WAY:
                return orders.in_status(OrderStatus.SHIPPED, OrderStatus.DELIVERY_FAILED)
            case MyTab.DELIVERED:
                return orders.in_status(OrderStatus.DELIVERED)
        return orders.cancelled_or_returned()
