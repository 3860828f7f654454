"""Endpoints of the usual shapes on real orders, to test the shapes themselves."""

import django_filters
from django.urls import path, re_path
from rest_framework import serializers

from core.api.pagination import SinceFilter
from core.api.serializers import MoneyField, StrictSerializer
from core.api.views import ActEndpoint, DetailEndpoint, ListEndpoint, NoSuchEndpoint
from core.errors import Conflict, InvalidInput, NotAllowed, Problems
from orders.models import Order

acts: list[str] = []


class OrderSerializer(serializers.Serializer):
    number = serializers.CharField()
    placed_at = serializers.DateTimeField()
    total = MoneyField()


class RemarkInput(StrictSerializer):
    text = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, default=1)


class OrderFilter(SinceFilter):
    placed_at = django_filters.DateFromToRangeFilter()
    status = django_filters.ChoiceFilter(choices=Order.Status.choices)


class Orders(ListEndpoint):
    model = Order
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    read_scope = "orders:read"
    keyset = ("-placed_at", "-id")


class OneOrder(DetailEndpoint):
    model = Order
    serializer_class = OrderSerializer
    read_scope = "orders:read"


class Remarks(ActEndpoint):
    model = Order
    serializer_class = OrderSerializer
    input_class = RemarkInput
    write_scope = "cancellations:write"

    def perform(self, data, number):
        order = self.load(Order, number=number)
        acts.append(data["text"])
        order.note("order.remarked", actor=self.request.actor, text=data["text"])
        refusals = {
            "conflict": Conflict("There is one already.", allowed=["withdraw"]),
            "forbidden": NotAllowed(),
            "fields": Problems(
                [
                    InvalidInput("Too many.", field="items/0/quantity", allowed=["1", "2"]),
                    InvalidInput("Unknown.", field="items/1/reason", code="unknown_reason"),
                ]
            ),
        }
        if data["text"] == "crash":
            raise ZeroDivisionError
        if refusal := refusals.get(data["text"]):
            raise refusal
        return order

    def location_of(self, order):
        return f"/api/v1/orders/{order.number}/"


class Silent(ListEndpoint):
    """Names no scope."""

    model = Order
    serializer_class = OrderSerializer


urlpatterns = [
    path("api/v1/orders/", Orders.as_view()),
    path("api/v1/orders/<str:number>/", OneOrder.as_view()),
    path("api/v1/orders/<str:number>/remarks/", Remarks.as_view()),
    path("api/v1/silent/", Silent.as_view()),
    re_path(r"^api/", NoSuchEndpoint.as_view()),
]
