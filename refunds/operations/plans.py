"""Plans: made with a case, approved, made payable, changed while they wait, tried again."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.bulk import insert
from core.errors import Conflict, InvalidTransition
from core.numbers import new_number
from core.statements import columns_of, fetched, fetched_one, row_from
from core.transactions import joined
from orders.models import Case, Order, OrderItem, Payment
from orders.operations import lock_order
from refunds import policies
from refunds.gateway import STORE_CREDIT, current
from refunds.models import RefundApprovalRule, RefundLine, RefundPart, RefundPlan
from refunds.operations.refunding import refund_of
from refunds.planning import PlannedLine, PlannedRefund, plan_refund, spread_over_payments
from refunds.returning import Claim

Status = RefundPlan.Status
AT_ONCE = RefundPlan.PayableWhen.AT_ONCE


class PlanExists(Conflict):
    """One live plan per case and round: what is owed for it is planned already."""

    code = "plan_exists"


@joined
def create_plan(
    *,
    case: Case,
    items: Sequence[OrderItem],
    type: str,
    actor: Actor,
    status: str = Status.WAITING,
    payable_when: str = AT_ONCE,
    lines: PlannedRefund | None = None,
    round: int = 1,  # noqa: A002 (the name of the column)
    pay_to: str = RefundPlan.PayTo.ORIGINAL,
    opened_under: Order | None = None,
) -> RefundPlan:
    """Plan to give back all that is left of these locked items (each with its `line`), or what
    `lines` say where fees are kept or a part was agreed (`refunds.returning`).

    opened_under: the locked order, where the case was opened in this very transaction; then it
    has no plan yet, and nobody looks for one.

    The plan begins `waiting`, or `approved` where the decision is made already; it then is paid
    at once unless `payable_when` says otherwise. A plan of nothing is a plan too: it completes
    without a payment. A case has one live plan per `round`. Raises PlanExists, MoreThanCaptured.
    """
    order = opened_under or lock_order(case.order_id)
    if not opened_under and fetched_one(_LIVE, [case.pk, round, Status.VOID]):
        raise PlanExists(_("%(case)s has a refund plan already.") % {"case": case.number})
    planned = lines or _all_that_is_left(items)
    spread, payer = _spread(planned.total, order.pk, pay_to)
    plan = RefundPlan(
        number=new_number("RP"),
        type=type,
        order_id=case.order_id,
        seller_order_id=case.seller_order_id,
        seller_id=case.seller_id,
        case=case,
        round=round,
        status=status,
        currency=order.currency,
        total=planned.total,
        gateway=payer,
        pay_to=pay_to,
        payable_when=payable_when,
        requested_by_id=actor.user_id,
    )
    if status == Status.APPROVED:
        for column, value in on_approval(plan, actor).items():
            setattr(plan, column, value)
    plan.begin(actor=actor, type=plan.type, total=plan.total, currency=plan.currency)
    insert(lines_of(plan, planned.lines))
    plan.new_parts = insert(_parts_of(plan, spread))
    return plan


_LIVE = """
    SELECT 1 FROM refunds_refundplan WHERE case_id = %s AND round = %s AND status <> %s LIMIT 1
"""


def _all_that_is_left(items: Sequence[OrderItem]) -> PlannedRefund:
    if any(item.replaces_id for item in items):  # the money is that of what they replace
        return refund_of([Claim(item) for item in items])
    return plan_refund(items)


def lines_of(plan: RefundPlan, planned: Iterable[PlannedLine]) -> list[RefundLine]:
    """The rows of planned lines, not yet saved."""
    return [
        RefundLine(
            plan=plan,
            seller_order_id=cast(int, plan.seller_order_id),  # a surplus has no lines
            item_id=line.item_id,
            component=line.component,
            quantity=line.quantity,
            gross=line.gross,
            discount=line.discount,
            uncaptured=line.uncaptured,
            refunded_before=line.refunded_before,
            amount=line.amount,
            commission=line.commission,
            reason=line.reason,
        )
        for line in planned
    ]


def write_parts(plan: RefundPlan) -> None:
    """Say which payment gives back how much, anew: only before anything was sent."""
    plan.parts.all().delete()
    spread, payer = _spread(plan.total, plan.order_id, plan.pay_to)
    insert(_parts_of(plan, spread))
    if payer != plan.gateway and STORE_CREDIT in (payer, plan.gateway):
        plan.gateway = payer
        plan.save(update_fields=["gateway"])


def _spread(total: int, order_id: int, pay_to: str) -> tuple[list[tuple[Payment, int]], str]:
    """(payment, amount) for each payment that gives something back, and the gateway that pays:
    ours alone where all of it becomes store credit."""
    statement = _PAYMENTS.format(columns=columns_of(Payment, "payment"))
    payments, planned = {}, {}
    for *facts, amount in fetched(statement, [Status.VOID, order_id]):
        payment = row_from(Payment, facts)
        payments[payment.pk], planned[payment.pk] = payment, amount
    spread = [
        (payments[payment_id], amount)
        for payment_id, amount in spread_over_payments(total, list(payments.values()), planned)
    ]
    is_ours = pay_to == STORE_CREDIT or (
        spread and all(payment.method == STORE_CREDIT for payment, _amount in spread)
    )
    return spread, STORE_CREDIT if is_ours else current()


# With what live plans count on (`planned_of`).
_PAYMENTS = """
    SELECT {columns}, (
        SELECT COALESCE(sum(part.amount), 0)::bigint
        FROM refunds_refundpart part JOIN refunds_refundplan plan ON plan.id = part.plan_id
        WHERE part.payment_id = payment.id AND plan.status <> %s)
    FROM orders_payment payment WHERE payment.order_id = %s
"""


def _parts_of(plan: RefundPlan, spread: Iterable[tuple[Payment, int]]) -> list[RefundPart]:
    return [
        RefundPart(plan=plan, order_id=plan.order_id, payment=payment, amount=amount)
        for payment, amount in spread
    ]


def planned_of(*order_ids: int) -> dict[int, int]:
    """What live plans of these orders count on, per payment id."""
    return defaultdict(int, fetched(_PLANNED, [list(order_ids), Status.VOID]))


_PLANNED = """
    SELECT part.payment_id, sum(part.amount)::bigint
    FROM refunds_refundpart part JOIN refunds_refundplan plan ON plan.id = part.plan_id
    WHERE part.order_id = ANY(%s) AND plan.status <> %s GROUP BY part.payment_id
"""


@transaction.atomic
def approve_plan(plan: RefundPlan, *, actor: Actor) -> None:
    """Decide that a waiting plan will be paid: at once, or when `mark_payable` says so.

    Above the amount of the rule for its currency it then waits for `approve_second`. Raises
    InvalidTransition when it is not waiting any more.
    """
    lock_order(plan.order_id)
    changes = on_approval(plan, actor)
    plan.transition_to(
        Status.APPROVED,
        actor=actor,
        changes=changes,
        total=plan.total,
        needs_second_approval=changes["needs_second_approval"],
    )


def on_approval(plan: RefundPlan, actor: Actor) -> dict[str, Any]:
    """The columns that an approval by this actor sets: who, when payable, who else must agree."""
    rules = RefundApprovalRule.objects.all()
    return {
        "approved_by_id": actor.user_id,
        "needs_second_approval": rules.asks_for_second(total=plan.total, currency=plan.currency),
        "payable_at": timezone.now() if plan.payable_when == AT_ONCE else None,
    }


@transaction.atomic
def void_plan(plan: RefundPlan, *, actor: Actor) -> None:
    """Nothing will be paid: the request was rejected or withdrawn, or the goods that an approved
    plan waits for never came. Raises InvalidTransition once it may be paid."""
    lock_order(plan.order_id)
    plan.refresh_from_db()
    if plan.status == Status.APPROVED and plan.payable_at is not None:
        raise InvalidTransition(_("%(plan)s is being paid.") % {"plan": plan.number})
    plan.transition_to(Status.VOID, actor=actor)


@transaction.atomic
def drop_lines(plan: RefundPlan, item_ids: Iterable[int], *, actor: Actor) -> None:
    """Take items out of a waiting plan, because they shipped after all, say.

    The plan's total and parts follow; a plan with nothing left is void. Items that are not in
    it change nothing. Raises PlanDecided.
    """
    lock_order(plan.order_id)
    plan.refresh_from_db()
    if refusal := policies.may_change(plan):
        raise refusal
    standing = plan.lines.standing()
    dropped = list(standing.filter(item_id__in=item_ids).values_list("item_id", flat=True))
    if not dropped:
        return
    standing.filter(item_id__in=dropped).update(dropped_at=timezone.now())
    left = list(standing.values_list("amount", flat=True))
    plan.total = sum(left)
    plan.save(update_fields=["total"])
    write_parts(plan)
    plan.note(
        "refund_plan.lines_dropped", actor=actor, items=sorted(set(dropped)), total=plan.total
    )
    if not left:
        plan.transition_to(Status.VOID, actor=actor)


@transaction.atomic
def mark_payable(plan: RefundPlan, *, actor: Actor) -> None:
    """What an approved plan waited for has come: the goods are back. The second time changes
    nothing. Raises PlanDecided when it is not approved."""
    lock_order(plan.order_id)
    plan.refresh_from_db()
    if plan.payable_at is not None:
        return
    _make_payable(plan, Status.APPROVED)
    plan.note("refund_plan.payable", actor=actor)


@transaction.atomic
def retry_plan(plan: RefundPlan, *, actor: Actor) -> None:
    """Have a failed plan paid again: the parts that are missing, each under a new key.

    Raises NotAllowed, NotRetryable.
    """
    lock_order(plan.order_id)
    plan.refresh_from_db()
    if refusal := policies.may_retry(plan, actor):
        raise refusal
    _make_payable(plan, Status.FAILED)
    plan.note("refund_plan.retried", actor=actor)


def _make_payable(plan: RefundPlan, status: str) -> None:
    now = timezone.now()
    waiting = RefundPlan.objects.filter(pk=plan.pk, status=status, payable_at=None)
    if not waiting.update(payable_at=now):
        raise policies.PlanDecided(
            _("%(plan)s is %(status)s.")
            % {"plan": plan.number, "status": plan.get_status_display()}
        )
    plan.payable_at = now
