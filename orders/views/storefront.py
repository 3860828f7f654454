"""My Orders: what the customer bought, where it is, and what can be done about it."""

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from core.web import CURSOR, ScopedDetailView, ScopedListView
from orders.filters import MyOrderFilter, MyTab
from orders.models import Order, OrderStatus, SellerOrder
from orders.presenters import OrderDetail
from orders.presenters.cards import cards_of, standing_of
from orders.querysets import LIST_ORDER
from orders.timeline import timeline_of


class MyOrderList(ScopedListView):
    model = Order
    filterset_class = MyOrderFilter
    keyset = LIST_ORDER
    page_size = 10
    template_name = "orders/storefront/order_list.html"

    def get_context_data(self, **kwargs):
        tab = self.request.GET.get("tab", "")
        search = self.request.GET.get("search", "")
        counts = self._counts()
        tabs = [("", _("All")), *((choice.value, choice.label) for choice in MyTab)]
        return super().get_context_data(
            cards=cards_of(self.page.rows),
            tabs=[
                {"href": self._tab_url(value), "label": label, "count": counts[value]}
                | {"current": value == tab}
                for value, label in tabs
            ],
            tab=tab,
            search=search,
            nothing_yet=not (self.page.rows or tab or search),
            **kwargs,
        )

    def _tab_url(self, tab: str) -> str:
        address = self.request.GET.copy()
        for name in (CURSOR, "tab"):
            address.pop(name, None)
        if tab:
            address["tab"] = tab
        return f"?{address.urlencode()}"

    def _counts(self) -> dict[str, int]:
        """All of them at once: one person's orders are few."""
        ended = SellerOrder.objects.filter(
            Q(has_cancelled=True) | Q(has_returned=True), order=OuterRef("pk")
        )
        on_the_way = (OrderStatus.SHIPPED, OrderStatus.DELIVERY_FAILED)
        counts = (
            Order.objects.visible_to(self.request.actor)
            .annotate(ended=Exists(ended))
            .aggregate(
                all=Count("pk"),
                on_the_way=Count("pk", filter=Q(status__in=on_the_way)),
                delivered=Count("pk", filter=Q(status=OrderStatus.DELIVERED)),
                cancelled_returned=Count("pk", filter=Q(ended=True)),
            )
        )
        return {"": counts["all"], **counts}


class MyOrder(ScopedDetailView):
    model = Order
    context_object_name = "order"
    template_name = "orders/storefront/order_detail.html"

    def get_context_data(self, **kwargs):
        detail = OrderDetail(self.object, self.request.actor)
        return super().get_context_data(
            timeline=timeline_of(detail),
            detail=detail,
            standing=standing_of(self.object, detail.items, detail.parts, detail.cases),
            same_address=self.object.billing_address in ({}, self.object.shipping_address),
            **kwargs,
        )
