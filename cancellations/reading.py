"""Cancellations with all that the API answers of them, in one statement.

The queryset says which cases: scope, filters, order and slice are the ORM's. What is told of them
is a statement written by hand around it, as with the rows of orders (`orders.listing`). A case is
of one seller, so whoever sees the case sees its items; who is told of payments, the answer says.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.query import BaseIterable

from cancellations.models import CancellationItem, CancellationRequest
from core.actors import Actor
from core.statements import fetched
from orders.models import Case
from refunds.models import RefundPlan

# The plan is the live one; where everything was refused, the last that came to nothing: it is
# told, but pays nobody.
_TOLD = """
    SELECT asked.id, asked.version, asked.number, purchase.number, purchase.currency,
           seller.id, seller.code, seller.name, asked.status, asked.origin,
           asked.opened_at, asked.due_at, asked.decided_at, asked.closed_at, asked.updated_at,
           request.estimate, request.evaluated_at, request.held_by,
           (SELECT json_agg(json_build_object(
                'item', item.number, 'sku', line.sku, 'name', line.name,
                'quantity', item.last_unit - item.first_unit,
                'reason', reason.code, 'reason_text', reason.text, 'note', entry.note,
                'status', entry.status, 'decided_at', entry.decided_at,
                'decided_by', entry.decided_by_role, 'rule', entry.decided_rule,
                'answer', entry.decision_note) ORDER BY entry.id)::text
            FROM cancellations_cancellationitem entry
            JOIN orders_orderitem item ON item.id = entry.item_id
            JOIN orders_orderline line ON line.id = item.line_id
            JOIN orders_reason reason ON reason.id = entry.reason_id
            WHERE entry.request_id = request.id),
           (SELECT json_build_object(
                'number', plan.number, 'status', plan.status, 'total', plan.total,
                'completed_at', plan.completed_at, 'parts', (
                    SELECT json_agg(json_build_object(
                        'method', payment.method, 'amount', part.amount)
                        ORDER BY payment.position)
                    FROM refunds_refundpart part
                    JOIN orders_payment payment ON payment.id = part.payment_id
                    WHERE part.plan_id = plan.id AND plan.status <> 'void'))::text
            FROM refunds_refundplan plan WHERE plan.case_id = asked.id
            ORDER BY plan.status = 'void', plan.id DESC LIMIT 1)
    FROM orders_case asked
    JOIN cancellations_cancellationrequest request ON request.case_id = asked.id
    JOIN orders_order purchase ON purchase.id = asked.order_id
    JOIN sellers_seller seller ON seller.id = asked.seller_id
"""
_CHOSEN = f"""
    WITH chosen AS (SELECT id, row_number() OVER () AS place FROM ({{chosen}}) AS chosen(id))
    {_TOLD} JOIN chosen ON chosen.id = asked.id ORDER BY chosen.place
"""  # noqa: S608
_NAMED = f"{_TOLD} WHERE asked.id = ANY(%s) ORDER BY asked.id"


class WholeCancellation(NamedTuple):
    """`estimate` and the plan's amounts are minor units of `currency`; moments within `items` and
    `plan` are ISO 8601. `items` are in the order in which they were named."""

    id: int
    version: int
    number: str
    order: str
    currency: str
    seller_id: int
    seller_code: str
    seller_name: str
    status: str
    origin: str
    opened_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    estimate: int
    evaluated_at: datetime | None
    held_by: str
    items: list[dict[str, Any]]
    plan: dict[str, Any] | None


class _WholeCancellations(BaseIterable):
    """How a queryset of cases gives them as `WholeCancellation`."""

    def __iter__(self) -> Iterator[WholeCancellation]:
        try:
            chosen, values = self.queryset.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return
        yield from _told(_CHOSEN.format(chosen=chosen), values)


def _told(statement: str, values: Sequence[Any]) -> Iterator[WholeCancellation]:
    for *facts, items, plan in fetched(statement, values):
        nested = (orjson.loads(items or "[]"), orjson.loads(plan or "null"))
        yield WholeCancellation._make((*facts, *nested))


def cases_asked(actor: Actor) -> QuerySet[Case]:
    """The cancellations that this actor may see, as cases."""
    cases = Case.objects.visible_to(actor)
    return cases.filter(kind=Case.Kind.CANCEL, cancellation__isnull=False)


def whole_cancellations(actor: Actor) -> QuerySet[Case]:
    """The same as `WholeCancellation`, in one query, however many they are."""
    rows = cases_asked(actor)
    rows._iterable_class = _WholeCancellations
    return rows


def just_answered(case_ids: Iterable[int]) -> list[WholeCancellation]:
    """The cancellations that an act has just made or answered, for whoever did it."""
    return list(_told(_NAMED, [list(case_ids)]))


def just_requested(requests: Iterable[CancellationRequest]) -> list[WholeCancellation]:
    """New requests, told from the rows that were written: PostgreSQL takes longer to plan the
    statement above than to write half of them. Only the sellers' names are read."""
    requests = list(requests)
    sellers = fetched(_SELLERS, [[request.case.seller_id for request in requests]])
    name_of = {seller_id: (code, name) for seller_id, code, name in sellers}
    return [_new(request, *name_of[request.case.seller_id]) for request in requests]


_SELLERS = "SELECT id, code, name FROM sellers_seller WHERE id = ANY(%s)"


def _new(request: CancellationRequest, code: str, name: str) -> WholeCancellation:
    case, opened = request.case, request.opened
    assert opened is not None  # it is new
    return WholeCancellation(
        id=case.pk,
        version=case.version,
        number=case.number,
        order=opened.order.number,
        currency=opened.order.currency,
        seller_id=case.seller_id,
        seller_code=code,
        seller_name=name,
        status=case.status,
        origin=case.origin,
        opened_at=case.opened_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        updated_at=case.updated_at,
        estimate=request.estimate,
        evaluated_at=request.evaluated_at,
        held_by=request.held_by,
        items=[_new_entry(entry) for entry in opened.entries],
        plan=_new_plan(opened.plan),
    )


def _new_entry(entry: CancellationItem) -> dict[str, Any]:
    item = entry.item
    return {
        "item": item.number,
        "sku": item.line.sku,
        "name": item.line.name,
        "quantity": item.quantity,
        "reason": entry.reason.code,
        "reason_text": entry.reason.text,
        "note": entry.note,
        "status": entry.status,
        "decided_at": entry.decided_at,
        "decided_by": entry.decided_by_role,
        "rule": entry.decided_rule,
        "answer": entry.decision_note,
    }


def _new_plan(plan: RefundPlan) -> dict[str, Any]:
    parts = sorted(plan.new_parts or (), key=lambda part: part.payment.position)
    return {
        "number": plan.number,
        "status": plan.status,
        "total": plan.total,
        "completed_at": plan.completed_at,
        "parts": [{"method": part.payment.method, "amount": part.amount} for part in parts],
    }
