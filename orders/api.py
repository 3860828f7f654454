"""Orders for programs: the same scopes and filters as the pages. Orders come in by POST on the
list's address, which is intake's (`marketplace.intake.api`)."""

from django.http import Http404

from core.actors import Role
from core.api.views import DetailEndpoint, ListEndpoint
from orders.filters import OrderFilter, SellerOrderFilter
from orders.models import Order
from orders.numbered import numbered_just
from orders.querysets import LIST_ORDER
from orders.reading import WholeOrder, whole_order
from orders.serializers import OrderDetailShape, OrderRowShape
from orders.tabs import listed


class OrderListEndpoint(ListEndpoint):
    """Orders, newest first; with `updated_since` the oldest change first.

    For a seller's token a row is their part of an order: its status, its total, nothing else.
    """

    model = Order
    read_scope = "orders:read"
    keyset = LIST_ORDER
    serializer_class = OrderRowShape

    @property
    def filterset_class(self):
        return SellerOrderFilter if self._is_for_seller else OrderFilter

    @property
    def _is_for_seller(self) -> bool:
        actor = getattr(self.request, "actor", None)
        return actor is not None and actor.role is Role.SELLER

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Order.objects.none()
        return listed(self.request.actor).as_answered()

    def _kept_rows(self, request, url):
        asked = request.query_params
        if "search" in asked and asked.keys() <= {"search", "page_size"}:
            found = self.paginator.paginate_whole(self._numbered, request, self)
            if found is not None:
                return found
        return super()._kept_rows(request, url)

    def _numbered(self, size: int):
        return numbered_just(self.request.actor, self.request.query_params["search"], size)


class OrderDetailEndpoint(DetailEndpoint):
    """One order with its lines, items, packages, requests and what may be done next."""

    model = Order
    read_scope = "orders:read"
    serializer_class = OrderDetailShape

    def get_object(self) -> WholeOrder:
        order = whole_order(self.request.actor, self.kwargs["number"])
        if order is None:
            raise Http404
        return order
