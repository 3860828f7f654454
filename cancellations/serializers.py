"""What the API takes and answers about cancellations.

Answers are plain dicts; the Shape classes describe them for OpenAPI.
"""

from typing import Any

from rest_framework import serializers

from cancellations.models import AutoApprovalPolicy, CancellationItem, CancellationRequest
from cancellations.operations import ANSWER_STEP
from cancellations.policies import (
    LONGEST_NOTE,
    allowed_actions,
    consequence_of,
    rule_in_words,
)
from cancellations.reading import WholeCancellation
from core.actors import Actor, Role
from core.api.serializers import MoneyField, StrictSerializer, money
from core.deadlines.models import Action, UnitChoice
from core.deadlines.operations import rule_for
from orders.models import Case, Reason
from orders.serializers import moment
from refunds.models import RefundPlan


class WantedItem(StrictSerializer):
    item = serializers.CharField(max_length=20, help_text="<line>.<n>, from the order")
    quantity = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=40)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class CancellationInput(StrictSerializer):
    items = WantedItem(many=True, allow_empty=False, max_length=1000)


ITEMS_OF_CASE = "items of the cancellation, <line>.<n>; all that wait, where none are named"


class ApprovalInput(StrictSerializer):
    items = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        allow_empty=False,
        max_length=1000,
        help_text=ITEMS_OF_CASE,
    )


class RejectionInput(ApprovalInput):
    note = serializers.CharField(max_length=LONGEST_NOTE, help_text="why; the customer reads it")


class OverrulingInput(RejectionInput):
    to = serializers.ChoiceField(
        [Case.Status.APPROVED.value],
        default=Case.Status.APPROVED.value,
        help_text="what is cancelled does not come back, so there is no other way",
    )


def cancellation(shown: WholeCancellation, actor: Actor) -> dict[str, Any]:
    """One cancellation as its reader may see it; a seller is not told of payments."""
    currency, plan = shown.currency, shown.plan
    answer = {
        "number": shown.number,
        "order": shown.order,
        "seller": {"code": shown.seller_code, "name": shown.seller_name},
        "status": shown.status,
        "origin": shown.origin,
        "opened_at": moment(shown.opened_at),
        "due_at": moment(shown.due_at),
        "decided_at": moment(shown.decided_at),
        "closed_at": moment(shown.closed_at),
        "updated_at": moment(shown.updated_at),
        "held_by": _rule(shown.held_by),
        "estimate": money(shown.estimate, currency),
        "items": [_entry(entry) for entry in shown.items],
        "refund_plan": plan and _plan(plan, currency),
        "allowed_actions": allowed_actions(_as_request(shown), actor),
    }
    if actor.role is not Role.SELLER:
        answer["payments"] = [
            {"method": part["method"], "amount": money(part["amount"], currency)}
            for part in (plan and plan["parts"]) or ()
        ]
    return answer


def _as_request(shown: WholeCancellation) -> CancellationRequest:
    """As much of the request as the rules about answering it ask."""
    case = Case(status=shown.status, origin=shown.origin, seller_id=shown.seller_id)
    return CancellationRequest(case=case, evaluated_at=shown.evaluated_at, held_by=shown.held_by)


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "item": entry["item"],
        "sku": entry["sku"],
        "name": entry["name"],
        "quantity": entry["quantity"],
        "reason": {"code": entry["reason"], "text": entry["reason_text"]},
        "note": entry["note"],
        "status": entry["status"],
        "decided_at": moment(entry["decided_at"]),
        "decided_by": entry["decided_by"] or None,
        "rule": _rule(entry["rule"]),
        "answer": entry["answer"],
    }


def reason(row: Reason, actor: Actor) -> dict[str, Any]:
    """One reason that this actor may pick; whose fault it is, is not for customers."""
    answer: dict[str, Any] = {
        "code": row.code,
        "kind": row.kind,
        "text": row.text,
        "needs_note": row.needs_note,
        "needs_evidence": row.needs_evidence,
    }
    if actor.role is not Role.CUSTOMER:
        answer["fault"] = row.fault
    if actor.role is not Role.CUSTOMER and row.kind == Case.Kind.CANCEL:
        answer["consequence"] = consequence_of(row, actor)
    return answer


def policy(row: AutoApprovalPolicy) -> dict[str, Any]:
    """When a cancellation is approved by itself, and what happens otherwise."""
    terms = rule_for(ANSWER_STEP)
    limit = row.up_to_amount
    return {
        "up_to_status": row.up_to_status,
        "within_minutes": row.within_minutes,
        "up_to_amount": None if limit is None else money(limit, row.currency),
        "answer_within": {"amount": terms.amount, "unit": terms.unit},
        "silence": terms.on_expiry,
    }


def _rule(code: str) -> dict[str, str] | None:
    return {"code": code, "text": rule_in_words(code)} if code else None


def _plan(plan: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        "number": plan["number"],
        "status": plan["status"],
        "total": money(plan["total"], currency),
        "completed_at": moment(plan["completed_at"]),
    }


# -- Shapes, for the OpenAPI document ------------------------------------------------------


class SellerShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class CodeAndText(serializers.Serializer):
    """`code` is for programs and stable, `text` for people."""

    code = serializers.CharField()
    text = serializers.CharField()


class CancelledItemShape(serializers.Serializer):
    item = serializers.CharField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    reason = CodeAndText()
    note = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(CancellationItem.Status.choices)
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True, help_text="customer, seller, owner, system")
    rule = CodeAndText(allow_null=True, help_text="which rule decided, when no person did")
    answer = serializers.CharField(allow_blank=True, help_text="what the person who decided wrote")


class PlanShape(serializers.Serializer):
    number = serializers.CharField()
    status = serializers.ChoiceField(RefundPlan.Status.choices)
    total = MoneyField()
    completed_at = serializers.DateTimeField(allow_null=True)


class BackToShape(serializers.Serializer):
    method = serializers.CharField()
    amount = MoneyField()


class CancellationShape(serializers.Serializer):
    """One cancellation; one per seller of the order."""

    number = serializers.CharField()
    order = serializers.CharField()
    seller = SellerShape()
    status = serializers.ChoiceField(Case.Status.choices)
    origin = serializers.ChoiceField(Case.Origin.choices)
    opened_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="when silence decides it")
    decided_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    held_by = CodeAndText(allow_null=True, help_text="the rule that leaves it to a person")
    estimate = MoneyField()
    items = CancelledItemShape(many=True)
    refund_plan = PlanShape(allow_null=True)
    allowed_actions = serializers.ListField(
        child=serializers.CharField(),
        help_text="approve, reject, withdraw, overrule: POST …/approval/, …/rejection/, "
        "…/withdrawal/, …/overruling/",
    )
    payments = BackToShape(many=True, required=False, help_text="not for sellers")

    def to_representation(self, shown: WholeCancellation) -> dict[str, Any]:
        return cancellation(shown, self.context["request"].actor)


class RequestedShape(serializers.Serializer):
    """What a request made: one cancellation per seller."""

    results = CancellationShape(many=True)


class ReasonShape(serializers.Serializer):
    """Why something may be cancelled or returned; those that the reader may pick."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(Reason.Kind.choices)
    text = serializers.CharField()
    needs_note = serializers.BooleanField()
    needs_evidence = serializers.BooleanField()
    fault = serializers.ChoiceField(
        Reason.Fault.choices, required=False, help_text="not for customers"
    )
    consequence = serializers.CharField(
        required=False, help_text="for the seller's ratings; not for customers"
    )

    def to_representation(self, row: Reason) -> dict[str, Any]:
        return reason(row, self.context["request"].actor)


class SpanShape(serializers.Serializer):
    amount = serializers.IntegerField()
    unit = serializers.ChoiceField(UnitChoice.choices)


class PolicyShape(serializers.Serializer):
    """What is approved without asking; everything else waits for an answer."""

    up_to_status = serializers.CharField()
    within_minutes = serializers.IntegerField(allow_null=True, help_text="of placement")
    up_to_amount = MoneyField(allow_null=True)
    answer_within = SpanShape()
    silence = serializers.ChoiceField(Action.choices, help_text="what it means")

    def to_representation(self, row: AutoApprovalPolicy) -> dict[str, Any]:
        return policy(row)
