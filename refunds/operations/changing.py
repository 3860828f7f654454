"""An approved plan that is not payable yet, changed by what an inspection found."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from orders.models import OrderItem
from orders.operations import lock_order
from orders.operations.replacing import paid_units_of
from refunds import policies
from refunds.models import RefundLine, RefundPlan
from refunds.operations.plans import write_parts
from refunds.operations.refunding import paid_before
from refunds.returning import MoreThanLeft, commission_kept

Component = RefundLine.Component
LONGEST_REASON = 200


@dataclass(frozen=True)
class Deduction:
    """Keep `amount` minor units of an item's product money, and say why to the customer.

    `item` is the one that came back; a replacement's money is that of what it replaces.
    """

    item: OrderItem
    amount: int
    reason: str


@transaction.atomic
def change_lines(plan: RefundPlan, deductions: Sequence[Deduction], *, actor: Actor) -> None:
    """Keep something of what an approved plan pays, before it may be paid.

    Total and parts follow; the record says what was planned, what changed and why. Raises
    PlanDecided once it may be paid, MoreThanLeft, InvalidInput without a reason.
    """
    lock_order(plan.order_id)
    plan.refresh_from_db()
    if refusal := policies.may_deduct(plan):
        raise refusal
    estimate = plan.total
    money_of = paid_units_of([deduction.item for deduction in deductions])
    for position, deduction in enumerate(deductions):
        paid_for = money_of[deduction.item.pk].item
        _keep(plan, paid_for, deduction, f"deductions/{position}")
    taken = sum(deduction.amount for deduction in deductions)
    plan.total = estimate - taken
    plan.save(update_fields=["total"])
    write_parts(plan)
    plan.note(
        "refund_plan.lines_changed",
        actor=actor,
        estimate=estimate,
        change=-taken,
        total=plan.total,
        currency=plan.currency,
        reason="; ".join(dict.fromkeys(deduction.reason.strip() for deduction in deductions)),
        lines=[
            {"item": one.item.pk, "amount": -one.amount, "reason": one.reason.strip()}
            for one in deductions
        ],
    )


def _keep(plan: RefundPlan, item: OrderItem, deduction: Deduction, field: str) -> None:
    reason = deduction.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(
            _("Say why, in at most 200 characters: the customer reads it."),
            field=f"{field}/reason",
        )
    lines = {line.component: line for line in plan.lines.standing().filter(item=item)}
    left = sum(line.amount for line in lines.values() if line.component != Component.SHIPPING)
    if not 0 < deduction.amount <= left:
        raise MoreThanLeft(
            _("No more can be deducted than is left of the item."),
            field=f"{field}/amount",
            allowed=[str(left)],
        )
    commission = commission_kept(item, paid_before([item.pk])[item.pk], deduction.amount)
    line = lines.get(Component.DEDUCTION)
    if line is None:
        line = RefundLine(
            plan=plan,
            seller_order_id=item.seller_order_id,
            item=item,
            component=Component.DEDUCTION,
            quantity=lines[Component.PRODUCT].quantity,
            amount=0,
        )
    line.amount -= deduction.amount
    line.commission -= commission
    line.reason = _told(line.reason, reason)
    line.save()


def _told(before: str, reason: str) -> str:
    """Both reasons, as far as the line has room; the record keeps them whole."""
    return reason if before in ("", reason) else f"{before}; {reason}"[:LONGEST_REASON]
