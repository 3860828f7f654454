"""What the refund plans API answers: plain dicts, and their shape for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from core.actors import Actor, Role
from core.api.serializers import StrictSerializer, money
from orders.models import Case
from orders.serializers import Money, moment
from refunds import policies
from refunds.models import RefundAttempt, RefundLine, RefundPart, RefundPlan
from refunds.operations.outside import PAID, REFUSED


def plan_row(plan: RefundPlan) -> dict[str, Any]:
    """A plan in a list."""
    return {
        "number": plan.number,
        "type": plan.type,
        "status": plan.status,
        "order": plan.order.number,
        "seller": plan.seller.code if plan.seller else None,
        "request": plan.case.number if plan.case else None,
        "request_kind": plan.case.kind if plan.case else None,
        "total": money(plan.total, plan.currency),
        "payable_when": plan.payable_when,
        "payable_at": moment(plan.payable_at),
        "round": plan.round,
        "pay_to": plan.pay_to,
        "created_at": moment(plan.created_at),
        "completed_at": moment(plan.completed_at),
        "updated_at": moment(plan.updated_at),
        "imported": plan.imported,
    }


def plan_detail(plan: RefundPlan, actor: Actor) -> dict[str, Any]:
    """A plan with its arithmetic. Which payment gets how much is between customer and owner, and
    the attempts to pay are the owner's: a seller's answer has neither."""
    answer = plan_row(plan)
    answer["lines"] = [_line(line, plan.currency) for line in plan.lines.all()]
    # Approving is the request's, trying again is a person's.
    tells = policies.may_record_outcome(plan, actor) is None
    answer["allowed_actions"] = ["record_outcome"] if tells else []
    if actor.role is not Role.SELLER:
        answer["parts"] = [_part(part, plan.currency, actor) for part in plan.parts.all()]
    return answer


def _line(line: RefundLine, currency: str) -> dict[str, Any]:
    return {
        "item": line.item.number,
        "name": line.item.line.name,
        "component": line.component,
        "quantity": line.quantity,
        "gross": money(line.gross, currency),
        "discount": money(line.discount, currency),
        "uncaptured": money(line.uncaptured, currency),
        "refunded_before": money(line.refunded_before, currency),
        "amount": money(line.amount, currency),
        "reason": line.reason,
        "dropped_at": moment(line.dropped_at),
    }


def _part(part: RefundPart, currency: str, actor: Actor) -> dict[str, Any]:
    answer = {
        "payment": part.payment.position,
        "payment_method": part.payment.method,
        "amount": money(part.amount, currency),
        "completed_at": moment(part.completed_at),
    }
    if actor.role is Role.OWNER:
        answer["attempts"] = [_attempt(attempt) for attempt in part.attempts.all()]
    return answer


def _attempt(attempt: RefundAttempt) -> dict[str, Any]:
    return {
        "attempt": attempt.attempt_no,
        "status": attempt.status,
        "idempotency_key": str(attempt.idempotency_key),
        "provider_reference": attempt.provider_reference,
        "answer": attempt.answer,
        "created_at": moment(attempt.created_at),
        "decided_at": moment(attempt.decided_at),
        "next_check_at": moment(attempt.next_check_at),
    }


# -- Shapes, for the OpenAPI document ------------------------------------------------------


class RefundPlanRowShape(serializers.Serializer):
    """What will be paid back and why."""

    number = serializers.CharField()
    type = serializers.ChoiceField(RefundPlan.Type.choices)
    status = serializers.ChoiceField(RefundPlan.Status.choices)
    order = serializers.CharField(help_text="the order's number")
    seller = serializers.CharField(
        allow_null=True, help_text="the seller's code; null for a surplus, which was no seller's"
    )
    request = serializers.CharField(
        allow_null=True, help_text="the number of the cancellation or return"
    )
    request_kind = serializers.ChoiceField(Case.Kind.choices, allow_null=True)
    total = Money()
    payable_when = serializers.ChoiceField(RefundPlan.PayableWhen.choices)
    payable_at = serializers.DateTimeField(allow_null=True)
    round = serializers.IntegerField(help_text="of its request: a dispute adds to what is paid")
    pay_to = serializers.ChoiceField(RefundPlan.PayTo.choices)
    created_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    imported = serializers.BooleanField()

    def to_representation(self, plan: RefundPlan) -> dict[str, Any]:
        return plan_row(plan)


class RefundLineShape(serializers.Serializer):
    """amount = gross − discount − uncaptured − refunded_before; a fee is negative.

    A line with `dropped_at` does not count any more.
    """

    item = serializers.CharField(help_text="<line>.<n>")
    name = serializers.CharField()
    component = serializers.ChoiceField(RefundLine.Component.choices)
    quantity = serializers.IntegerField()
    gross = Money()
    discount = Money()
    uncaptured = Money()
    refunded_before = Money()
    amount = Money()
    reason = serializers.CharField(
        allow_blank=True, help_text="why it takes away, as the customer reads it"
    )
    dropped_at = serializers.DateTimeField(allow_null=True)


class RefundAttemptShape(serializers.Serializer):
    attempt = serializers.IntegerField()
    status = serializers.ChoiceField(RefundAttempt.Status.choices)
    idempotency_key = serializers.UUIDField()
    provider_reference = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    next_check_at = serializers.DateTimeField(allow_null=True)


class RefundPartShape(serializers.Serializer):
    """The part that goes back to one payment. Attempts are the marketplace owner's to see."""

    payment = serializers.IntegerField(help_text="the payment's position in the order")
    payment_method = serializers.CharField()
    amount = Money()
    completed_at = serializers.DateTimeField(allow_null=True)
    attempts = RefundAttemptShape(many=True, required=False)


class RefundPlanDetailShape(RefundPlanRowShape):
    """One plan with its arithmetic. A seller's answer has no `parts`."""

    lines = RefundLineShape(many=True)
    parts = RefundPartShape(many=True, required=False)
    allowed_actions = serializers.ListField(child=serializers.CharField())

    def to_representation(self, plan: RefundPlan) -> dict[str, Any]:
        return plan_detail(plan, self.context["request"].actor)


# -- Input -----------------------------------------------------------------------------------


class OutcomeInput(StrictSerializer):
    """How paying one part outside of this system ended."""

    payment = serializers.IntegerField(min_value=1, help_text="`payment` of the part")
    outcome = serializers.ChoiceField([PAID, REFUSED])
    reference = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=120,
        help_text="by which the payment can be found; must be given when it was paid",
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
