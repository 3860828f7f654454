"""Cancellations for programs: asking under an order, reading everywhere else."""

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from cancellations import operations, policies
from cancellations.filters import CancellationFilter
from cancellations.models import CancellationRequest
from cancellations.operations import Selection
from cancellations.presenters import cancellation_cases
from cancellations.serializers import CancellationInput, CancellationShape, RequestedShape
from core.api.views import ActEndpoint, DetailEndpoint, ListEndpoint
from core.errors import InvalidInput, Problems
from orders.models import Case, Order, OrderItem


class OrderCancellations(ActEndpoint):
    """Ask to cancel items of an order: one cancellation per seller, each begins `waiting` and is
    evaluated within moments. All or nothing."""

    model = Case
    write_scope = "cancellations:write"
    input_class = CancellationInput
    serializer_class = CancellationShape

    @extend_schema(request=CancellationInput, responses={201: RequestedShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, number: str) -> list[CancellationRequest]:
        order = self.load(Order, number=number)
        if refusal := policies.may_request(self.request.actor):
            raise refusal
        return operations.request_cancellation(
            order=order,
            selections=self._selections(order, data["items"]),
            actor=self.request.actor,
        )

    def _selections(self, order: Order, wanted: list[dict]) -> list[Selection]:
        items = OrderItem.objects.visible_to(self.request.actor).filter(order=order)
        ids = dict(items.order_by("pk").values_list("number", "pk"))
        unknown = [
            InvalidInput(
                _("There is no such item in this order."),
                field=f"items/{position}/item",
                code="unknown_item",
                allowed=list(ids),
            )
            for position, one in enumerate(wanted)
            if one["item"] not in ids
        ]
        if unknown:
            raise Problems(unknown)
        return [
            Selection(ids[one["item"]], one["quantity"], one["reason"], one.get("note", ""))
            for one in wanted
        ]

    def present(self, result: list[CancellationRequest]) -> dict:
        made = [request.case_id for request in result]
        cases = cancellation_cases(self.request.actor).filter(pk__in=made).order_by("pk")
        return {"results": self.get_serializer(cases, many=True).data}

    def location_of(self, result: list[CancellationRequest]) -> str | None:
        if len(result) > 1:
            return None
        return reverse("api:cancellation_detail", args=[result[0].case.number])


class _Cancellations:
    """What this actor may see, ready to be shown."""

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        return cancellation_cases(self.request.actor)


class CancellationList(_Cancellations, ListEndpoint):
    """Cancellations, newest first; with `updated_since` the oldest change first."""

    model = Case
    read_scope = "cancellations:read"
    filterset_class = CancellationFilter
    serializer_class = CancellationShape


class CancellationDetail(_Cancellations, DetailEndpoint):
    """One cancellation with its items, decisions and refund plan."""

    model = Case
    read_scope = "cancellations:read"
    serializer_class = CancellationShape
