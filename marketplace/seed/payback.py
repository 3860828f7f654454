"""Refund plans of a seeded past and present, by the product's own arithmetic."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import cast

from core.actors import IMPORTER, SYSTEM, Actor
from core.money import allocate
from finance.operations import SellerRefund, posting_of_refund
from marketplace.seed.buying import OrderRows
from marketplace.seed.ids import number_of
from marketplace.seed.sheets import Sheets
from orders.models import Case, OrderItem
from refunds.gateway import EXTERNAL, current
from refunds.models import RefundAttempt, RefundPart, RefundPlan
from refunds.operations.execution import key_of
from refunds.operations.history import STEPS, TYPE_OF
from refunds.operations.plans import lines_of
from refunds.operations.settling import ledger_reference
from refunds.planning import plan_refund, spread_over_payments

Status = RefundPlan.Status
SECOND = timedelta(seconds=1)


def plan(
    sheets: Sheets,
    rows: OrderRows,
    case: Case,
    items: Sequence[OrderItem],
    asked_by: Actor,
) -> tuple[RefundPlan, list[RefundPart], int]:
    """A waiting plan for all that is left of these items, its parts, and the commission in it.

    Nothing is told about it yet.
    """
    planned = plan_refund(items)
    pk = sheets.ids.next(RefundPlan)
    made = sheets.add(
        RefundPlan(
            pk=pk,
            number=number_of("RP", pk),
            type=TYPE_OF[Case.Kind(case.kind)],
            order_id=case.order_id,
            seller_order_id=case.seller_order_id,
            seller_id=case.seller_id,
            case=case,
            currency=rows.order.currency,
            total=planned.total,
            gateway=current() if rows.live else EXTERNAL,
            requested_by_id=asked_by.user_id,
            created_at=case.opened_at,
            imported=not rows.live,
            updated_at=case.opened_at or rows.placed_at,
        )
    )
    for line in lines_of(made, planned.lines):
        sheets.add(line)
    parts = []
    for payment_id, amount in spread_over_payments(made.total, rows.payments, rows.promised):
        rows.promised[payment_id] += amount
        parts.append(
            sheets.add(
                RefundPart(plan=made, order_id=made.order_id, payment_id=payment_id, amount=amount)
            )
        )
    return made, parts, planned.commission


def was_paid(
    sheets: Sheets,
    rows: OrderRows,
    case: Case,
    items: Sequence[OrderItem],
    at: datetime | None,
) -> RefundPlan:
    """A plan of an imported past, paid elsewhere; its steps but the last one are inferred."""
    made, parts, commission = plan(sheets, rows, case, items, IMPORTER)
    made.payable_at = at
    for status in STEPS:
        inferred = status != Status.COMPLETED
        if status == made.status:
            sheets.begin(made, IMPORTER, at, inferred=inferred, total=made.total)
        else:
            sheets.move(made, status, IMPORTER, at, inferred=inferred, total=made.total)
    known_at = at or sheets.shape.now
    _pay(sheets, rows, made, parts, commission, items, known_at, known_at)
    made.completed_at = at
    return made


def approve(sheets: Sheets, made: RefundPlan, actor: Actor, at: datetime) -> None:
    made.approved_by_id, made.payable_at = actor.user_id, at
    sheets.move(made, Status.APPROVED, actor, at, total=made.total, needs_second_approval=False)


def pay(
    sheets: Sheets,
    rows: OrderRows,
    made: RefundPlan,
    parts: Sequence[RefundPart],
    commission: int,
    items: Sequence[OrderItem],
    at: datetime,
    random: Random,
) -> bool:
    """Have an approved plan paid by a worker; whether the provider agreed. A few cards are gone."""
    sheets.move(made, Status.PROCESSING, SYSTEM, at)
    answered_at = at + SECOND * random.randint(1, 4)
    if parts and random.random() < 0.02:
        for part in parts:
            _attempt(sheets, part, RefundAttempt.Status.FAILED, at, answered_at)
        made.payable_at = None
        sheets.move(made, Status.FAILED, SYSTEM, answered_at, reason="refused")
        return False
    _pay(sheets, rows, made, parts, commission, items, at, answered_at)
    made.completed_at = answered_at
    sheets.move(made, Status.COMPLETED, SYSTEM, answered_at, total=made.total)
    return True


def _pay(
    sheets: Sheets,
    rows: OrderRows,
    made: RefundPlan,
    parts: Sequence[RefundPart],
    commission: int,
    items: Sequence[OrderItem],
    sent_at: datetime,
    paid_at: datetime,
) -> None:
    """The money has left: items, payments and ledger say so."""
    for item in items:
        item.refunded_product = item.captured_product
        item.refunded_shipping = item.captured_shipping
    payments = {payment.pk: payment for payment in rows.payments}
    shares = allocate(commission, [part.amount for part in parts]) if parts else []
    for part, share in zip(parts, shares, strict=True):
        part.reserved_at, part.completed_at = sent_at, paid_at
        payments[part.payment_id].refund_reserved += part.amount
        attempt = _attempt(sheets, part, RefundAttempt.Status.SUCCEEDED, sent_at, paid_at)
        refund = SellerRefund(
            reference=ledger_reference(attempt),
            order_id=made.order_id,
            seller_id=cast(int, made.seller_id),
            currency=made.currency,
            amount=part.amount,
            commission=share,
            occurred_at=paid_at,
        )
        sheets.post([posting_of_refund(refund)], paid_at if rows.live else sheets.shape.now)


def _attempt(
    sheets: Sheets, part: RefundPart, status: str, sent_at: datetime, answered_at: datetime
) -> RefundAttempt:
    made = part.plan
    pk = sheets.ids.next(RefundAttempt)
    paid = status == RefundAttempt.Status.SUCCEEDED
    return sheets.add(
        RefundAttempt(
            pk=pk,
            part=part,
            attempt_no=1,
            idempotency_key=key_of(made, part, 1),
            status=status,
            provider_reference=f"seeded-{pk}" if paid and not made.imported else "",
            answer="" if paid else "card_expired",
            created_at=sent_at,
            decided_at=answered_at,
        )
    )
