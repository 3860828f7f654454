"""The Orders pages of the owner and of sellers: the same pages, each with their own rows."""

from django.db.models import Count, Min, OuterRef
from django.views.generic import TemplateView

from core.cells import address
from core.exports.addresses import address_of_export
from core.lists.pages import LookedList
from core.web import ScopedDetailView
from orders.columns import ORDER_LIST, SORTS
from orders.filters import OrderFilter, SellerOrderFilter
from orders.matching import MOST, count_matching
from orders.models import Order, Reason, SellerOrder
from orders.presenters import OrderDetail, list_row
from orders.presenters.around import (
    KEPT,
    SEARCH,
    capped,
    chips_of,
    is_narrowed,
    summary_of,
    tab_links,
)
from orders.tabs import listed, tab_counts
from orders.timeline import timeline_of
from sellers.models import DeliveryOption


class OrderList(LookedList):
    """Orders, newest first, by tab and filter; the address holds all of it."""

    list_name = ORDER_LIST
    sorts = SORTS
    page_size = 50
    template_name = "orders/console/order_list.html"

    def get_queryset(self):
        return super().get_queryset().with_list_details()

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        tab = asked.get("tab", "")
        narrowed = is_narrowed(asked)
        surface = self.request.resolver_match.namespace
        return super().get_context_data(
            is_owner=self.model is Order,
            list_rows=[list_row(row) for row in self.page.rows],
            summary=summary_of(len(self.page.rows), oldest_first=self.sort == "oldest"),
            tabs=tab_links(asked),
            tab=tab,
            search=asked.get(SEARCH, ""),
            kept_parameters={name: asked[name] for name in KEPT if asked.get(name)},
            chips=chips_of(asked, self.filter),
            narrowed=narrowed,
            nothing_yet=not (self.page.rows or tab or narrowed),
            clear_url=f"?tab={tab}" if tab else "?",
            tabs_url=f"{address(f'{surface}:order_tabs')}?{asked.urlencode()}",
            bulk_url=address(f"{surface}:package_bulk"),
            export_url=address_of_export(self.request, "orders"),
            **kwargs,
        )


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
        asked, actor = self.request.GET, self.request.actor
        counts = tab_counts(actor)
        matching = count_matching("orders", asked.urlencode(), actor=actor)
        return super().get_context_data(
            tabs=tab_links(asked, counts.rows),
            counts=counts,
            matching=None if matching is None else capped(matching, MOST + 1),
            reasons=Reason.objects.filter(active=True).order_by("kind", "sort_order", "pk"),
            options=DeliveryOption.objects.select_related("company").ranked(),
            **kwargs,
        )


class ConsoleOrder(ScopedDetailView):
    """One order. A seller's page holds their own part, and its amounts."""

    model = Order
    context_object_name = "order"
    template_name = "orders/console/order_detail.html"

    def get_queryset(self):
        """With what the reader has of the same customer: how many orders, and since when."""
        of_customer = f"{listed(self.request.actor).ORDER}customer"
        theirs = listed(self.request.actor).filter(**{of_customer: OuterRef("customer")})
        theirs = theirs.order_by().values(of_customer)
        return (
            super()
            .get_queryset()
            .select_related("customer")
            .annotate(
                customer_orders=theirs.annotate(orders=Count("pk")).values("orders"),
                customer_since=theirs.annotate(since=Min("placed_at")).values("since"),
            )
        )

    def get_context_data(self, **kwargs):
        detail = OrderDetail(self.object, self.request.actor)
        shows_requests = self.request.GET.get("tab") == "requests"
        return super().get_context_data(
            timeline=timeline_of(detail),
            detail=detail,
            shown_requests=shows_requests,
            shown_products=not shows_requests,
            same_address=self.object.billing_address in ({}, self.object.shipping_address),
            **kwargs,
        )
