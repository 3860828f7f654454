"""How the Orders lists may be narrowed: one set of filters for pages, API and exports."""

from datetime import datetime, time, timedelta

import django_filters
from django import forms
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from core.api.pagination import SinceFilter
from orders.models import OrderStatus


class Tab(models.TextChoices):
    """The tabs of an Orders list. A failed delivery is still on its way: it is under Shipped."""

    ACTION_NEEDED = "action_needed", _("Action needed")
    WAITING_PACKAGING = "waiting_packaging", _("Waiting packaging")
    PREPARING = "preparing", _("Preparing")
    READY_TO_SHIP = "ready_to_ship", _("Ready to ship")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    ENDED = "cancelled_returned", _("Cancelled / Returned")


class Request(models.TextChoices):
    """What is asked or decided about an order that somebody must know of."""

    WAITING = "waiting", _("Waiting for an answer")
    CANCEL = "cancel_requested", _("Cancel requested")
    RETURN = "return_requested", _("Return requested")
    HELD_BACK = "do_not_hand_over", _("Do not hand over")


STATUSES_OF_TAB = {
    Tab.WAITING_PACKAGING: [OrderStatus.WAITING_PACKAGING],
    Tab.PREPARING: [OrderStatus.PREPARING],
    Tab.READY_TO_SHIP: [OrderStatus.READY_TO_SHIP],
    Tab.SHIPPED: [OrderStatus.SHIPPED, OrderStatus.DELIVERY_FAILED],
    Tab.DELIVERED: [OrderStatus.DELIVERED],
}


def in_tab(orders, tab: str):
    """The rows of an Orders list (orders or seller orders) under one tab; all for no tab."""
    if not tab:
        return orders
    if tab == Tab.ACTION_NEEDED:
        return orders.needing_action()
    if tab == Tab.ENDED:
        return orders.cancelled_or_returned()
    return orders.in_status(*STATUSES_OF_TAB[Tab(tab)])


def with_request(orders, request: str):
    """The rows about which this is asked or decided."""
    match request:
        case Request.WAITING:
            return orders.waiting_for_answer()
        case Request.CANCEL:
            return orders.waiting_for_answer("cancel")
        case Request.RETURN:
            return orders.waiting_for_answer("return")
        case Request.HELD_BACK:
            return orders.held_back()
    return orders


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


class OrderFilter(SinceFilter):
    """Filters of orders (owner, customer) and of seller orders (seller) alike."""

    search = django_filters.CharFilter(
        method="find", max_length=120, label=_("Order number, customer, e-mail")
    )
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
    placed_after = MomentFilter(method="after", label=_("Placed from"))
    placed_before = MomentFilter(method="before", whole_day=True, label=_("Placed until"))
    seller = django_filters.CharFilter(method="by_seller", max_length=120, label=_("Seller"))
    channel = django_filters.CharFilter(method="via", max_length=40, label=_("Sales channel"))

    def find(self, orders, _name, value: str):
        return orders.searched(value)

    def under(self, orders, _name, value: str):
        return in_tab(orders, value)

    def of_status(self, orders, _name, value):
        return orders.in_status(*value) if value else orders

    def about(self, orders, _name, value: str):
        return with_request(orders, value)

    def after(self, orders, _name, value: datetime):
        return orders.placed_between(value, None)

    def before(self, orders, _name, value: datetime):
        return orders.placed_between(None, value)

    def by_seller(self, orders, _name, value):
        return orders.sold_by(value)

    def via(self, orders, _name, value):
        return orders.on_channel(value)


class SellerOrderFilter(OrderFilter):
    """A seller's own list: all of it is theirs, so there is no seller to choose."""

    seller = None


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
