"""Refunds of an imported past: the money left long ago, by other hands. No effects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from core.events import Entry, record_many
from core.money import allocate
from core.numbers import new_number
from finance.operations import SellerRefund, post_refunds
from orders.models import Case, Order, OrderItem, Payment
from refunds.gateway import EXTERNAL
from refunds.models import RefundAttempt, RefundLine, RefundPart, RefundPlan
from refunds.operations.execution import key_of
from refunds.operations.plans import lines_of, planned_of
from refunds.operations.settling import ledger_reference
from refunds.planning import PlannedRefund, plan_refund, spread_over_payments

Status = RefundPlan.Status
TYPE_OF = {Case.Kind.CANCEL: RefundPlan.Type.CANCEL, Case.Kind.RETURN: RefundPlan.Type.REFUND}
STEPS = (Status.WAITING, Status.APPROVED, Status.PROCESSING, Status.COMPLETED)


class PastRefund(NamedTuple):
    """A case that was closed elsewhere, its items (each with its `line`), and when the money
    left; None when the source does not know."""

    case: Case
    items: Sequence[OrderItem]
    completed_at: datetime | None
    actor: Actor


@transaction.atomic
def record_history(batch: Iterable[PastRefund]) -> list[RefundPlan]:
    """Write the completed plans of an imported past, a handful of statements for all of them.

    The orders were taken in by this transaction, or are locked. Everything left of the items
    went back, by gateway "external": the items, payments and ledger say so afterwards, no
    provider is called and no event delivered. Steps the source skipped are marked as inferred.
    """
    pasts = [PastRefund(*past) for past in batch]
    if not pasts:
        return []
    planned = [plan_refund(past.items) for past in pasts]
    order_ids = {past.case.order_id for past in pasts}
    currencies = dict(Order.objects.filter(pk__in=order_ids).values_list("pk", "currency"))
    plans = RefundPlan.objects.bulk_create(
        _completed_plan(past, refund, currencies[past.case.order_id])
        for past, refund in zip(pasts, planned, strict=True)
    )
    RefundLine.objects.bulk_create(
        line
        for plan, refund in zip(plans, planned, strict=True)
        for line in lines_of(plan, refund.lines)
    )
    _write_off(pasts)
    _pay(plans, planned)
    _record(pasts, plans)
    return plans


def _completed_plan(past: PastRefund, refund: PlannedRefund, currency: str) -> RefundPlan:
    case = past.case
    return RefundPlan(
        number=new_number("RP"),
        type=TYPE_OF[Case.Kind(case.kind)],
        order_id=case.order_id,
        seller_order_id=case.seller_order_id,
        seller_id=case.seller_id,
        case=case,
        status=Status.COMPLETED,
        currency=currency,
        total=refund.total,
        gateway=EXTERNAL,
        payable_at=past.completed_at,
        created_at=case.opened_at,
        completed_at=past.completed_at,
        imported=True,
        version=len(STEPS),
    )


def _write_off(pasts: Sequence[PastRefund]) -> None:
    items = [item for past in pasts for item in past.items]
    for item in items:
        item.refunded_product = item.captured_product
        item.refunded_shipping = item.captured_shipping
    OrderItem.objects.bulk_update(items, ["refunded_product", "refunded_shipping"], batch_size=500)


def _pay(plans: Sequence[RefundPlan], planned: Sequence[PlannedRefund]) -> None:
    """Spread the plans over their orders' payments and post what left."""
    order_ids = {plan.order_id for plan in plans}
    payments: dict[int, list[Payment]] = defaultdict(list)
    for payment in Payment.objects.filter(order_id__in=order_ids).order_by("pk"):
        payments[payment.order_id].append(payment)
    by_id = {payment.pk: payment for of_order in payments.values() for payment in of_order}
    promised = planned_of(*order_ids)
    parts, commissions = [], []
    for plan, refund in zip(plans, planned, strict=True):
        spread = spread_over_payments(plan.total, payments[plan.order_id], promised)
        for payment_id, amount in spread:
            promised[payment_id] += amount
            by_id[payment_id].refund_reserved += amount
            parts.append(_paid_part(plan, payment_id, amount))
        commissions += allocate(refund.commission, [amount for _payment, amount in spread])
    touched = {part.payment_id for part in parts}
    Payment.objects.bulk_update(
        [by_id[pk] for pk in sorted(touched)], ["refund_reserved"], batch_size=500
    )
    RefundPart.objects.bulk_create(parts)
    _post(parts, commissions)


def _paid_part(plan: RefundPlan, payment_id: int, amount: int) -> RefundPart:
    known_at = plan.completed_at or timezone.now()  # a part is paid, even if nobody knows when
    return RefundPart(
        plan=plan,
        order_id=plan.order_id,
        payment_id=payment_id,
        amount=amount,
        reserved_at=known_at,
        completed_at=known_at,
    )


def _post(parts: Sequence[RefundPart], commissions: Sequence[int]) -> None:
    attempts = RefundAttempt.objects.bulk_create(
        RefundAttempt(
            part=part,
            attempt_no=1,
            idempotency_key=key_of(part.plan, part, 1),
            status=RefundAttempt.Status.SUCCEEDED,
            created_at=part.completed_at or timezone.now(),
            decided_at=part.completed_at,
        )
        for part in parts
    )
    post_refunds(
        [
            SellerRefund(
                reference=ledger_reference(attempt),
                order_id=part.order_id,
                seller_id=cast(int, part.plan.seller_id),  # of a case, so of a seller
                currency=part.plan.currency,
                amount=part.amount,
                commission=commission,
                occurred_at=part.plan.completed_at,
            )
            for attempt, part, commission in zip(attempts, parts, commissions, strict=True)
        ]
    )


def _record(pasts: Sequence[PastRefund], plans: Sequence[RefundPlan]) -> None:
    entries: dict[Actor, list[Entry]] = defaultdict(list)
    for past, plan in zip(pasts, plans, strict=True):
        entries[past.actor] += _entries(plan)
    for actor, own in entries.items():
        record_many(own, actor=actor)


def _entries(plan: RefundPlan) -> Iterable[Entry]:
    for seq, status in enumerate(STEPS, start=1):
        data = {"to": status, "total": plan.total}
        if seq > 1:
            data["from"] = STEPS[seq - 2]
            if status not in RefundPlan.TRANSITIONS[STEPS[seq - 2]]:
                raise ValueError(f"A past cannot go from {STEPS[seq - 2]} to {status} either.")
        yield Entry(
            type=f"{RefundPlan.EVENT}.{status}",
            subject=plan,
            seq=seq,
            data=data,
            occurred_at=plan.completed_at,
            inferred=status != Status.COMPLETED,
        )
