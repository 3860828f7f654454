"""Orders come in here, one by one: `POST /api/v1/orders/`."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema

from core.api.views import ActEndpoint
from marketplace.intake.serializers import NewOrderShape
from orders.api import OrderListEndpoint
from orders.incoming import NewOrder
from orders.operations import place_order
from orders.reading import WholeOrder, whole_order
from orders.serializers import OrderDetailShape


class OrderCollection(OrderListEndpoint, ActEndpoint):
    """The list of orders (`orders.api`), and where new ones are sent."""

    write_scope = "orders:write"
    input_class = NewOrderShape

    def get_serializer_class(self):
        return OrderDetailShape if self.request.method == "POST" else super().get_serializer_class()

    @extend_schema(request=NewOrderShape, responses={200: OrderDetailShape, 201: OrderDetailShape})
    def post(self, request, **kwargs):
        """Send one order in: 201. The same number with the same content again changes nothing:
        200; with other content: 409."""
        return super().post(request, **kwargs)

    def perform(self, data: NewOrder) -> WholeOrder | None:
        placed = place_order(data, actor=self.request.actor)
        self.success_status = 201 if placed.created else 200
        return whole_order(self.request.actor, placed.order.number)

    def location_of(self, result: WholeOrder) -> str:
        return reverse("api:order_detail", args=[result.number])
