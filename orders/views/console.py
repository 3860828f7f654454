"""The Orders pages of the owner and of sellers: the same pages, each with their own rows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import formats
from core.lists.pages import SORT, LookedList
from core.web import CURSOR, ScopedDetailView
from orders.choices import Tab
from orders.columns import ORDER_LIST, SORTS
from orders.filters import OrderFilter, SellerOrderFilter
from orders.models import Order, OrderStatus, SellerOrder
from orders.presenters import OrderDetail, list_row
from orders.tabs import CAP, listed, tab_counts

TABS = ("", *Tab.values)
# Filters that are chips over the list once they are on; the tab and the search show themselves.
CHIPS = ("status", "request", "placed_after", "placed_before", "seller", "channel")


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove: str


@dataclass(frozen=True)
class TabLink:
    """`count` is None until the second request has asked for it."""

    tab: str
    label: str
    href: str
    current: bool
    count: str | None = None

    @property
    def needs_action(self) -> bool:
        return self.tab == Tab.ACTION_NEEDED


class OrderList(LookedList):
    """Orders, newest first, by tab and filter; the address holds all of it."""

    list_name = ORDER_LIST
    sorts = SORTS
    page_size = 50
    template_name = "orders/console/order_list.html"

    def get_queryset(self):
        return super().get_queryset().with_list_details()

    def get_context_data(self, **kwargs):
        tab = self.request.GET.get("tab", "")
        search = self.request.GET.get("search", "")
        narrowed = bool(self.request.GET.keys() - {CURSOR, SORT, "tab"})
        return super().get_context_data(
            is_owner=self.model is Order,
            list_rows=[list_row(row) for row in self.page.rows],
            tabs=tab_links(self.request.GET),
            tab=tab,
            search=search,
            kept={"tab": tab} if tab else {},
            chips=self._chips(),
            narrowed=narrowed,
            nothing_yet=not (self.page.rows or tab or narrowed),
            clear_url=f"?tab={tab}" if tab else "?",
            **kwargs,
        )

    def _chips(self) -> list[Chip]:
        if not self.filter.is_bound or not self.filter.is_valid():
            return []
        given = self.filter.form.cleaned_data
        return [
            Chip(str(field.label), words, _without(self.request.GET, field.name))
            for field in self.filter.form
            if field.name in CHIPS and (words := _words_of(field, given.get(field.name)))
        ]


class OwnerOrderList(OrderList):
    model = Order
    filterset_class = OrderFilter


class SellerOrderList(OrderList):
    model = SellerOrder
    filterset_class = SellerOrderFilter


class OrderTabs(TemplateView):
    """The tabs of the list with their counts, asked by the page once it stands."""

    template_name = "orders/console/_tabs.html"

    def get_context_data(self, **kwargs):
        counts = tab_counts(self.request.actor)
        return super().get_context_data(
            tabs=tab_links(self.request.GET, counts.rows), counts=counts, **kwargs
        )


class ConsoleOrder(ScopedDetailView):
    """One order. A seller's page holds their own part, and its amounts."""

    model = Order
    context_object_name = "order"
    template_name = "orders/console/order_detail.html"

    def get_queryset(self):
        return super().get_queryset().select_related("customer")

    def get_context_data(self, **kwargs):
        detail = OrderDetail(self.object, self.request.actor)
        theirs = listed(self.request.actor).filter(**self._same_customer())
        shows_requests = self.request.GET.get("tab") == "requests"
        return super().get_context_data(
            detail=detail,
            shown_requests=shows_requests,
            shown_products=not shows_requests,
            same_address=self.object.billing_address in ({}, self.object.shipping_address),
            customer_history=theirs.aggregate(orders=Count("pk"), since=Min("placed_at")),
            **kwargs,
        )

    def _same_customer(self) -> dict[str, Any]:
        path = listed(self.request.actor).ORDER
        return {f"{path}customer": self.object.customer_id}


def tab_links(asked: QueryDict, counts: dict[str, int] | None = None) -> list[TabLink]:
    """The tabs as addresses that keep the filters and begin at the first page."""
    links = []
    for tab in TABS:
        address = asked.copy()
        address.pop(CURSOR, None)
        address.pop("tab", None)
        if tab:
            address["tab"] = tab
        links.append(
            TabLink(
                tab=tab,
                label=str(Tab(tab).label) if tab else _("All"),
                href=f"?{address.urlencode()}",
                current=tab == asked.get("tab", ""),
                count=_capped(counts[tab]) if counts else None,
            )
        )
    return links


def _capped(count: int) -> str:
    return f"{CAP - 1}+" if count >= CAP else formats.grouped(count)


def _without(asked: QueryDict, name: str) -> str:
    address = asked.copy()
    address.pop(name, None)
    address.pop(CURSOR, None)
    return f"?{address.urlencode()}"


def _words_of(field, value: Any) -> str:
    """A filter's value as its reader chose it."""
    if not value:
        return ""
    if field.name == "status":
        return ", ".join(str(OrderStatus(status).label) for status in value)
    if field.name in ("placed_after", "placed_before"):
        return field.data
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(value, value))
