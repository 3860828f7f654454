"""What the API tells of a return. Answers are plain dicts, each as its reader may see it."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from core.actors import Actor, Role
from core.api.serializers import money
from core.evidence.models import StoredFile
from orders.models import Reason
from orders.serializers import moment
from refunds.models import RefundPlan
from returns.actions import allowed_actions
from returns.models import (
    Decision,
    Dispute,
    Offer,
    ReceivedUnits,
    ReturnEvidence,
    ReturnItem,
    ReturnMessage,
    ReturnParcel,
)
from returns.policies import rule_in_words
from returns.reading import WholeReturn

Told = dict[str, Any]


def whole(shown: WholeReturn, actor: Actor) -> Told:
    """One return. Messages and files are those this reader may see; a seller is not told of
    payments, and nobody but the marketplace of its own notes and of whom a message is for."""
    case, request = shown.case, shown.request
    currency = case.order.currency
    number_of = {entry.pk: entry.item.number for entry in shown.entries}
    answer = {
        "number": case.number,
        "order": case.order.number,
        "seller": {"code": case.seller.code, "name": case.seller.name},
        "status": case.status,
        "origin": case.origin,
        "wish": request.wish,
        "pay_to": request.pay_to,
        "opened_at": moment(case.opened_at),
        "due_at": moment(case.due_at),
        "decided_at": moment(case.decided_at),
        "closed_at": moment(case.closed_at),
        "updated_at": moment(shown.changed_at),
        "held_by": _rule(request.held_by),
        "estimate": money(request.estimate, currency),
        "items": [_entry(entry, currency) for entry in shown.entries],
        "offers": [_offer(offer, number_of, currency) for offer in shown.offers],
        "parcel": shown.parcel and _parcel(shown.parcel, number_of),
        "dispute": shown.dispute and _dispute(shown.dispute, number_of, currency, actor),
        "messages": [_message(said, actor) for said in case.return_messages.all()],
        "files": [_evidence(held, number_of, actor) for held in case.evidence.all()],
        "refund_plans": [_plan(plan) for plan in shown.plans],
        "allowed_actions": allowed_actions(shown, actor),
    }
    if actor.role is not Role.SELLER:
        answer["payments"] = _payments(shown.plans, currency)
    return answer


def _entry(entry: ReturnItem, currency: str) -> Told:
    return {
        "item": entry.item.number,
        "sku": entry.item.line.sku,
        "name": entry.item.line.name,
        "quantity": entry.item.quantity,
        "reason": _reason(entry.reason),
        "note": entry.note,
        "status": entry.status,
        "goods_back": entry.goods_back,
        "estimate": money(entry.estimate, currency),
        "agreed_amount": money(entry.agreed_amount, currency),
        "decided_at": moment(entry.decided_at),
        "decided_by": entry.decided_by_role or None,
        "rule": _rule(entry.decided_rule),
        "rejection": entry.rejection and _reason(entry.rejection),
        "answer": entry.decision_note,
        "replaced_by": [item.number for item in entry.item.replacements.all()],
    }


def _offer(offer: Offer, number_of: dict[int, str], currency: str) -> Told:
    return {
        "id": offer.pk,
        "item": number_of[offer.entry_id],
        "status": offer.status,
        "amount": money(offer.amount, currency),
        "message": offer.message,
        "made_at": moment(offer.made_at),
        "made_by": offer.made_by_role,
        "due_at": moment(offer.due_at),
        "answered_at": moment(offer.answered_at),
    }


def _parcel(parcel: ReturnParcel, number_of: dict[int, str]) -> Told:
    option = parcel.delivery_option
    return {
        "code": parcel.code,
        "status": parcel.status,
        "delivery_option": option.code if option else None,
        "carrier": parcel.other_carrier or (str(option) if option else ""),
        "tracking_number": parcel.tracking_number,
        "send_by": moment(parcel.send_by),
        "sent_at": moment(parcel.sent_at),
        "confirm_by": moment(parcel.confirm_by),
        "received_at": moment(parcel.received_at),
        "units": [_units(units, number_of) for units in parcel.received.all()],
    }


def _units(units: ReceivedUnits, number_of: dict[int, str]) -> Told:
    return {
        "item": None if units.entry_id is None else number_of[units.entry_id],
        "condition": units.condition,
        "quantity": units.quantity,
        "disposition": units.disposition,
        "note": units.note,
        "received_at": moment(units.received_at),
    }


def _dispute(dispute: Dispute, number_of: dict[int, str], currency: str, actor: Actor) -> Told:
    return {
        "number": dispute.number,
        "status": dispute.status,
        "items": [number_of[held.entry_id] for held in dispute.items.all()],
        "opened_at": moment(dispute.opened_at),
        "statement_by": moment(dispute.statement_by),
        "stated_at": moment(dispute.stated_at),
        "appeal_by": moment(dispute.appeal_by),
        "appealed_at": moment(dispute.appealed_at),
        "closed_at": moment(dispute.closed_at),
        "decisions": [
            _decision(decision, number_of, currency, actor) for decision in dispute.decisions.all()
        ],
    }


def _decision(decision: Decision, number_of: dict[int, str], currency: str, actor: Actor) -> Told:
    answer = {
        "round": decision.round,
        "outcome": decision.outcome,
        "fault": decision.fault,
        "shipping_paid_by": decision.shipping_paid_by,
        "goods_back": decision.goods_back,
        "note": decision.note,
        "decided_at": moment(decision.decided_at),
        "lines": [
            {"item": number_of[line.entry_id], "amount": money(line.amount, currency)}
            for line in decision.lines.all()
        ],
    }
    if actor.role is Role.OWNER:
        answer["internal_note"] = decision.internal_note
    return answer


def _message(said: ReturnMessage, actor: Actor) -> Told:
    answer = {
        "id": said.pk,
        "author": said.author_role,
        "text": said.text,
        "written_at": moment(said.written_at),
    }
    return answer | _readers(said, actor)


def _evidence(held: ReturnEvidence, number_of: dict[int, str], actor: Actor) -> Told:
    answer = stored_file(held.file) | {
        "item": None if held.entry_id is None else number_of[held.entry_id],
        "message": held.message_id,
        "given_by": held.given_by_role,
        "given_at": moment(held.file.given_at),
    }
    return answer | _readers(held, actor)


def _readers(row: ReturnMessage | ReturnEvidence, actor: Actor) -> Told:
    """Whom else it is for, which only the marketplace is told."""
    if actor.role is not Role.OWNER:
        return {}
    return {"for_customer": row.for_customer, "for_seller": row.for_seller}


def stored_file(file: StoredFile) -> Told:
    """A kept file. `key` is what a request names it by, `address` where it can be had."""
    return {
        "key": str(file.key),
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "address": reverse("api:evidence_file", args=[file.key]),
    }


def _plan(plan: RefundPlan) -> Told:
    return {
        "number": plan.number,
        "round": plan.round,
        "status": plan.status,
        "total": money(plan.total, plan.currency),
        "pay_to": plan.pay_to,
        "payable_when": plan.payable_when,
        "payable_at": moment(plan.payable_at),
        "completed_at": moment(plan.completed_at),
    }


def _payments(plans: Iterable[RefundPlan], currency: str) -> list[Told]:
    """Where the money goes; what becomes store credit goes to no payment."""
    paid: dict[str, int] = {}
    for plan in plans:
        for part in plan.parts.all():
            to_credit = plan.pay_to == RefundPlan.PayTo.STORE_CREDIT
            method = RefundPlan.PayTo.STORE_CREDIT.value if to_credit else part.payment.method
            paid[method] = paid.get(method, 0) + part.amount
    return [
        {"method": method, "amount": money(amount, currency)} for method, amount in paid.items()
    ]


def _reason(reason: Reason) -> Told:
    return {"code": reason.code, "text": reason.text}


def _rule(code: str) -> Told | None:
    return {"code": code, "text": rule_in_words(code)} if code else None
