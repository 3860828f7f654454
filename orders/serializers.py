"""What the orders API answers: plain dicts from few queries, and their shape for OpenAPI.

The serializer classes describe the shapes for OpenAPI; their fields never run, because a DRF
serializer costs 3.7 times a dict (performance.md §3).
"""

from datetime import UTC, datetime
from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import MONEY_SCHEMA, money
from core.money import share
from orders.actions import actions_by_item, known_actions
from orders.listing import AnsweredRow
from orders.models import Case, OrderStatus
from orders.reading import WholeOrder


def moment(at: datetime | str | None) -> str | None:
    """UTC, ISO 8601; None where it is not known. JSON from the database is a text already."""
    if at is None:
        return None
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def order_detail(order: WholeOrder) -> dict[str, Any]:
    """One order as its reader may see it. A seller's answer holds their part only, and has
    neither payments nor anything of the whole order's money."""
    currency = order.currency
    actions = actions_by_item(order)
    possible = {action for of_item in actions.values() for action in of_item}
    answer = {
        "number": order.number,
        "channel": order.channel,
        "status": order.status,
        "placed_at": moment(order.placed_at),
        "updated_at": moment(order.updated_at),
        "promised_by": moment(order.promised_by),
        "customer": {
            "name": f"{order.first_name} {order.last_name}".strip(),
            "email": order.email,
            "phone": order.phone,
        },
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "amounts": _amounts({name: getattr(order, name) for name in AMOUNTS.values()}, currency),
        "sellers": [_part(part, currency) for part in order.parts],
        "lines": _lines(order, actions),
        "packages": order.packages,
        "requests": [_request(case) for case in order.requests],
        "allowed_actions": [action for action in known_actions() if action in possible],
    }
    if order.is_for_seller:
        own = order.parts[0]
        return answer | {
            "status": own["status"],
            "updated_at": moment(own["updated_at"]),
            "amounts": _amounts(own, currency),
        }
    return answer | {
        "payments": [
            {
                "method": payment["method"],
                "installments": payment["installments"],
                "amount": money(payment["amount"], currency),
                "refund_reserved": money(payment["refund_reserved"], currency),
            }
            for payment in order.payments
        ],
        "captured": money(order.captured, currency),
        "surplus": money(order.surplus, currency),
    }


AMOUNTS = {
    "products": "product_total",
    "discount": "discount",
    "shipping": "shipping",
    "tax": "tax",
    "total": "total",
}


def _amounts(carrier: dict[str, Any], currency: str) -> dict[str, Any]:
    return {told: money(carrier[name], currency) for told, name in AMOUNTS.items()}


def _part(part: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        "code": part["code"],
        "name": part["name"],
        "status": part["status"],
        "units": part["units"],
        "ship_by": moment(part["ship_by"]),
        "amounts": _amounts(part, currency),
    }


def _lines(order: WholeOrder, actions: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Lines in their order, each with its items: a part of it for every state it is in."""
    sellers = {part["id"]: part["code"] for part in order.parts}
    requests = {case["id"]: case["number"] for case in order.requests}
    lines: dict[int, dict[str, Any]] = {}
    for item in order.items:
        if item["line"] not in lines:
            lines[item["line"]] = _line(item, sellers[item["part_id"]], order.currency)
        possible = actions.get(item["number"], [])
        lines[item["line"]]["items"].append(_item(item, requests, order.currency, possible))
    return list(lines.values())


def _line(item: dict[str, Any], seller: str, currency: str) -> dict[str, Any]:
    return {
        "line": item["line"],
        "sku": item["sku"],
        "name": item["name"],
        "barcode": item["barcode"],
        "seller": seller,
        "quantity": item["quantity"],
        "unit_price": money(item["unit_price"], currency),
        "discount": money(item["discount"], currency),
        "shipping": money(item["shipping"], currency),
        "tax_rate": item["tax_rate"],
        "tax": money(item["tax"], currency),
        "total": money(item["total"], currency),
        "ship_by": moment(item["ship_by"]),
        "items": [],
    }


def _item(
    item: dict[str, Any], requests: dict[int, str], currency: str, actions: list[str]
) -> dict[str, Any]:
    first, last = item["first_unit"], item["last_unit"]
    products = share(item["gross"] - item["discount"], item["quantity"], first, last)
    shipping = share(item["shipping"], item["quantity"], first, last)
    return {
        "item": item["number"],
        "quantity": last - first,
        "status": item["status"],
        "total": money(products + shipping, currency),
        "open_request": requests.get(item["open_case_id"]),
        "allowed_actions": actions,
    }


def _request(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": case["number"],
        "kind": case["kind"],
        "status": case["status"],
        "origin": case["origin"],
        "opened_at": moment(case["opened_at"]),
        "due_at": moment(case["due_at"]),
        "decided_at": moment(case["decided_at"]),
    }


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

    def to_representation(self, row: AnsweredRow) -> Any:
        return orjson.Fragment(row.told)


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

    item = serializers.CharField(help_text="<line>.<n>: what a request names")
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(OrderStatus.choices)
    total = Money()
    open_request = serializers.CharField(allow_null=True)
    allowed_actions = serializers.ListField(
        child=serializers.CharField(), help_text="cancel, reject, return"
    )


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

    def to_representation(self, order: WholeOrder) -> dict[str, Any]:
        return order_detail(order)
