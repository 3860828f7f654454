"""What the orders API answers: plain dicts from few queries, and their shape for OpenAPI.

The serializer classes describe the shapes for OpenAPI; their fields never run, because a DRF
serializer costs 3.7 times a dict (performance.md §3).
"""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.actors import Role
from core.api.serializers import MONEY_SCHEMA, money
from orders.models import Case, Order, OrderItem, OrderStatus
from orders.policies import may_cancel
from orders.presenters import OrderDetail, product_share, shipping_share


def moment(at: datetime | str | None) -> str | None:
    """UTC, ISO 8601; None where it is not known. JSON from the database is a text already."""
    if at is None:
        return None
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def order_row(row: Any) -> dict[str, Any]:
    """A row of `with_list_details()`; for a seller their own part, its status and its total."""
    open_requests = [case for case in row.requests if case["status"] == Case.Status.WAITING]
    return {
        "number": row.number,
        "channel": row.channel,
        "status": row.status,
        "placed_at": moment(row.placed_at),
        "updated_at": moment(row.updated_at),
        "customer": {"name": f"{row.first_name} {row.last_name}".strip(), "email": row.email},
        "total": money(row.total, row.currency),
        "sellers": [
            {
                "code": part["code"],
                "name": part["name"],
                "status": part["status"],
                "units": part["units"],
                "ship_by": moment(part["ship_by"]),
            }
            for part in row.parts
        ],
        "open_requests": [
            {
                "number": case["number"],
                "kind": case["kind"],
                "opened_at": moment(case["opened_at"]),
                "due_at": moment(case["due_at"]),
            }
            for case in open_requests
        ],
    }


def order_detail(detail: OrderDetail) -> dict[str, Any]:
    """One order as its reader may see it. A seller's answer holds their part only, and has
    neither payments nor anything of the whole order's money."""
    order, amounts = detail.order, detail.amounts
    customer = order.customer
    answer = {
        "number": order.number,
        "channel": order.channel,
        "status": detail.status,
        "placed_at": moment(order.placed_at),
        "updated_at": moment(amounts.updated_at),
        "promised_by": moment(order.promised_by),
        "customer": {"name": customer.name, "email": customer.email, "phone": customer.phone},
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "amounts": _amounts(amounts, detail.currency),
        "sellers": [_part(part, detail) for part in detail.parts],
        "lines": _lines(detail),
        "packages": _package_numbers(detail),
        "requests": [_request(case) for case in detail.cases],
        "allowed_actions": allowed_actions(detail),
    }
    if detail.actor.role is not Role.SELLER:
        answer["payments"] = [
            {
                "method": payment.method,
                "installments": payment.installments,
                "amount": money(payment.amount, order.currency),
                "refund_reserved": money(payment.refund_reserved, order.currency),
            }
            for payment in detail.payments
        ]
        answer["captured"] = money(order.captured, order.currency)
        answer["surplus"] = money(order.surplus, order.currency)
    return answer


def allowed_actions(detail: OrderDetail) -> list[str]:
    """What may be asked for next: `cancel` is POST …/cancellations/. A seller rejects instead."""
    may_ask = detail.actor.role is not Role.SELLER
    return ["cancel"] if may_ask and detail.can_cancel else []


def _amounts(carrier: Any, currency: str) -> dict[str, Any]:
    return {
        "products": money(carrier.product_total, currency),
        "discount": money(carrier.discount, currency),
        "shipping": money(carrier.shipping, currency),
        "tax": money(carrier.tax, currency),
        "total": money(carrier.total, currency),
    }


def _part(part: Any, detail: OrderDetail) -> dict[str, Any]:
    return {
        "code": part.seller.code,
        "name": part.seller.name,
        "status": part.status,
        "units": part.unit_count,
        "ship_by": moment(part.ship_by),
        "amounts": _amounts(part, detail.currency),
    }


def _lines(detail: OrderDetail) -> list[dict[str, Any]]:
    """Lines in their order, each with its items: a part of it for every state it is in."""
    codes = {part.seller_id: part.seller.code for part in detail.parts}
    requests = {case.pk: case.number for case in detail.cases}
    lines: dict[int, dict[str, Any]] = {}
    for item in detail.items:
        if item.line_id not in lines:
            lines[item.line_id] = _line(item, codes[item.seller_id], detail.currency)
        lines[item.line_id]["items"].append(_item(item, requests, detail))
    return list(lines.values())


def _line(item: OrderItem, seller: str, currency: str) -> dict[str, Any]:
    line = item.line
    return {
        "line": line.position,
        "sku": line.sku,
        "name": line.name,
        "barcode": line.barcode,
        "seller": seller,
        "quantity": line.quantity,
        "unit_price": money(line.unit_price, currency),
        "discount": money(line.discount, currency),
        "shipping": money(line.shipping, currency),
        "tax_rate": str(line.tax_rate),
        "tax": money(line.tax, currency),
        "total": money(line.total, currency),
        "ship_by": moment(line.ship_by),
        "items": [],
    }


def _item(item: OrderItem, requests: dict[int, str], detail: OrderDetail) -> dict[str, Any]:
    may_ask = detail.actor.role is not Role.SELLER and may_cancel(item) is None
    return {
        "item": item.number,
        "quantity": item.quantity,
        "status": item.status,
        "total": money(product_share(item) + shipping_share(item), detail.currency),
        "open_request": requests.get(item.open_case_id) if item.open_case_id else None,
        "allowed_actions": ["cancel"] if may_ask else [],
    }


def _request(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "kind": case.kind,
        "status": case.status,
        "origin": case.origin,
        "opened_at": moment(case.opened_at),
        "due_at": moment(case.due_at),
        "decided_at": moment(case.decided_at),
    }


def _package_numbers(detail: OrderDetail) -> list[str]:
    packages = detail.order.packages.visible_to(detail.actor)
    return list(packages.order_by("pk").values_list("number", flat=True))


# -- Shapes, for the OpenAPI document ------------------------------------------------------


@extend_schema_field(MONEY_SCHEMA)
class Money(serializers.Field):
    """An amount in minor units and its currency."""


class CustomerShape(serializers.Serializer):
    name = serializers.CharField()
    email = serializers.EmailField(allow_blank=True)


class PartShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)
    units = serializers.IntegerField()
    ship_by = serializers.DateTimeField(allow_null=True)


class OpenRequestShape(serializers.Serializer):
    number = serializers.CharField()
    kind = serializers.ChoiceField(Case.Kind.choices)
    opened_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class OrderRowShape(serializers.Serializer):
    """An order in a list; for a seller their own part of it."""

    number = serializers.CharField()
    channel = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)
    placed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    customer = CustomerShape()
    total = Money()
    sellers = PartShape(many=True)
    open_requests = OpenRequestShape(many=True)

    def to_representation(self, row: Any) -> dict[str, Any]:
        return order_row(row)


class AmountsShape(serializers.Serializer):
    products = Money()
    discount = Money()
    shipping = Money()
    tax = Money()
    total = Money()


class PartDetailShape(PartShape):
    amounts = AmountsShape()


class ItemShape(serializers.Serializer):
    """Units of a line that share a state."""

    item = serializers.CharField(help_text="<line>.<n>: what a cancellation names")
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(OrderStatus.choices)
    total = Money()
    open_request = serializers.CharField(allow_null=True)
    allowed_actions = serializers.ListField(child=serializers.CharField())


class LineShape(serializers.Serializer):
    """What was bought; amounts are for the whole quantity and never change."""

    line = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    barcode = serializers.CharField(allow_blank=True)
    seller = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = Money()
    discount = Money()
    shipping = Money()
    tax_rate = serializers.CharField()
    tax = Money()
    total = Money()
    ship_by = serializers.DateTimeField(allow_null=True)
    items = ItemShape(many=True)


class RequestShape(OpenRequestShape):
    status = serializers.ChoiceField(Case.Status.choices)
    origin = serializers.ChoiceField(Case.Origin.choices)
    decided_at = serializers.DateTimeField(allow_null=True)


class PaymentShape(serializers.Serializer):
    method = serializers.CharField()
    installments = serializers.IntegerField()
    amount = Money()
    refund_reserved = Money(help_text="refunded, or on its way back")


class CustomerDetailShape(CustomerShape):
    phone = serializers.CharField(allow_blank=True)


class OrderDetailShape(serializers.Serializer):
    """One order. Sellers get their part of it, without `payments`, `captured` and `surplus`."""

    number = serializers.CharField()
    channel = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)
    placed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    promised_by = serializers.DateTimeField(allow_null=True)
    customer = CustomerDetailShape()
    shipping_address = serializers.DictField(child=serializers.CharField())
    billing_address = serializers.DictField(child=serializers.CharField())
    amounts = AmountsShape()
    sellers = PartDetailShape(many=True)
    lines = LineShape(many=True)
    packages = serializers.ListField(child=serializers.CharField())
    requests = RequestShape(many=True)
    allowed_actions = serializers.ListField(child=serializers.CharField())
    payments = PaymentShape(many=True, required=False)
    captured = Money(required=False)
    surplus = Money(required=False)

    def to_representation(self, order: Order) -> dict[str, Any]:
        return order_detail(OrderDetail(order, self.context["request"].actor))
