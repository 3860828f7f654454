"""Asking for returns, and what they would pay back."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from core.api.serializers import money
from core.api.views import ActEndpoint
from orders.models import Case, Order
from orders.operations.items import item_ids_of
from refunds.models import RefundLine
from returns import operations, policies
from returns.api.acting import files_named, refuse_unknown
from returns.operations import Estimate, ReturnSelection
from returns.reading import WholeReturn, returns_now
from returns.serializers.asked import ReturnInput
from returns.serializers.shapes import AskedReturnsShape, EstimateShape, ReturnShape
from returns.serializers.told import whole


class _OfOrder(ActEndpoint):
    """Items of an order, named by number."""

    model = Case
    write_scope = "returns:write"
    input_class = ReturnInput

    def order_of(self, url: dict) -> Order:
        order = self.load(Order, number=url["number"])
        if refusal := policies.may_request(self.request.actor):
            raise refusal
        return order

    def selections(self, order: Order, wanted: Sequence[dict]) -> list[ReturnSelection]:
        actor = self.request.actor
        ids = item_ids_of(order, actor)
        places = {f"items/{position}/item": one["item"] for position, one in enumerate(wanted)}
        refuse_unknown(ids, places, _("There is no such item in this order."))
        return [
            ReturnSelection(
                ids[one["item"]], one["quantity"], one["reason"], one.get("note", ""), files
            )
            for one, files in zip(wanted, files_named(wanted, actor, "items"), strict=True)
        ]


class OrderReturns(_OfOrder):
    """Ask to return items of an order: one return per seller, each begins `waiting` for its
    seller's answer until `due_at`. All or nothing."""

    serializer_class = ReturnShape

    @extend_schema(request=ReturnInput, responses={201: AskedReturnsShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> list[WholeReturn]:
        order = self.order_of(url)
        made = operations.request_return(
            order=order,
            selections=self.selections(order, data["items"]),
            actor=self.request.actor,
            wish=data["wish"],
            pay_to=data["pay_to"],
        )
        return returns_now((request.case_id for request in made), self.request.actor)

    def present(self, result: list[WholeReturn]) -> dict[str, Any]:
        return {"results": [whole(shown, self.request.actor) for shown in result]}

    def location_of(self, result: list[WholeReturn]) -> str | None:
        if len(result) > 1:
            return None
        return reverse("api:return_detail", args=[result[0].number])


class ReturnEstimates(_OfOrder):
    """What returning these items would pay back, line by line and to the cent: the function that
    plans the refund says it. Nothing is asked for; notes and files are not needed yet."""

    serializer_class = EstimateShape
    success_status = 200

    @extend_schema(request=ReturnInput, responses={200: EstimateShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> Estimate:
        order = self.order_of(url)
        return operations.estimate_return(
            order,
            self.selections(order, data["items"]),
            self.request.actor,
            wish=data["wish"],
            pay_to=data["pay_to"],
        )

    def present(self, result: Estimate) -> dict[str, Any]:
        currency = result.currency
        return {
            "total": money(result.total, currency),
            "items": [
                {
                    "item": one.item.number,
                    "quantity": one.quantity,
                    "goods_back": one.terms.goods_back,
                    "payable_when": one.terms.payable_when,
                    "amount": money(one.amount, currency),
                    "lines": [
                        {
                            "component": line.component,
                            "amount": money(line.amount, currency),
                            "reason": str(line.reason),
                        }
                        for line in one.lines
                        if line.amount or line.component == RefundLine.Component.PRODUCT
                    ],
                }
                for one in result.items
            ],
            "payments": [
                {"method": payment.method, "amount": money(amount, currency)}
                for payment, amount in result.payments
            ],
        }
