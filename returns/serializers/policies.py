"""The rules of returns as the API tells them: resolved, what a place does not say is filled in."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import money
from core.deadlines.calendar import Unit
from orders.serializers import Money
from refunds.models import RefundPlan
from returns.models import ReturnPolicy
from returns.rules import Rules
from returns.serializers.shapes import ReturnsSellerShape


class WindowShape(serializers.Serializer):
    """How long after its delivery something may be returned; an amount of 0: not at all."""

    amount = serializers.IntegerField()
    unit = serializers.ChoiceField([unit.value for unit in Unit])


class ReturnPolicyShape(serializers.Serializer):
    """The rules of one place, in force. The first one is for all returns that no other is for."""

    seller = ReturnsSellerShape(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    window = WindowShape()
    payable_when = serializers.ChoiceField(RefundPlan.PayableWhen.choices)
    restocking_rate = serializers.CharField(
        help_text="share of the product amount, where it is the customer's fault"
    )
    return_shipping_fee = Money(help_text="per request, where the customer pays the way back")
    keep_goods_up_to = Money(
        allow_null=True, help_text="worth no more than this, the goods need not come back"
    )
    silence_approves_up_to = Money(
        allow_null=True, help_text="above it the marketplace decides; null: any amount"
    )
    on_delivery_failed = serializers.ChoiceField(ReturnPolicy.OnDeliveryFailed.choices)


class ReturnPoliciesShape(serializers.Serializer):
    results = ReturnPolicyShape(many=True)


def policy_told(policy: ReturnPolicy | None, rules: Rules, currency: str) -> dict[str, Any]:
    """One place with its rules; amounts are minor units of `currency`."""
    seller = policy.seller if policy else None
    window = rules.window.rule
    return {
        "seller": seller and {"code": seller.code, "name": seller.name},
        "category": policy.category if policy else "",
        "window": {"amount": window.amount, "unit": str(window.unit)},
        "payable_when": rules.payable_when,
        "restocking_rate": f"{rules.restocking_rate.normalize():f}",
        "return_shipping_fee": money(rules.return_shipping_fee, currency),
        "keep_goods_up_to": money(rules.keep_goods_up_to, currency),
        "silence_approves_up_to": money(rules.silence_approves_up_to, currency),
        "on_delivery_failed": rules.on_delivery_failed,
    }
