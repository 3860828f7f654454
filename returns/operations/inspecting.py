"""What follows once goods have come back: items are returned or sent anew, money is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import SYSTEM, Actor
from core.deadlines.operations import disarm
from core.errors import InvalidInput
from orders.models import Case, Order, OrderItem
from orders.operations import move_items, release_items
from orders.operations.replacing import paid_units_of
from orders.operations.selecting import refuse
from refunds.models import RefundLine, RefundPlan
from refunds.operations import Deduction, change_lines, mark_payable
from refunds.policies import PlanDecided
from returns import goods_policies as policies
from returns.goods_policies import Condition
from returns.models import ReturnItem, ReturnParcel, ReturnRequest
from returns.operations.goods import (
    CONFIRM_STEP,
    counted_in,
    entries_of,
    expected_entries,
    give_time_to_confirm,
    lock_parcel,
    plans_on_receipt,
    plans_waiting_for,
)
from returns.operations.replacing import send_again

Status = ReturnParcel.Status


@dataclass(frozen=True)
class Found:
    """Keep `amount` minor units of what an item pays back, for what an inspection found."""

    entry_id: int
    amount: int
    reason: str


def take_back(
    parcel: ReturnParcel,
    order: Order,
    entries: Sequence[ReturnItem],
    came: Mapping[int, int],
    actor: Actor,
) -> None:
    """The items of which anything came are returned, and those of an exchange sent anew; the
    others stay with the customer."""
    release_items([entry.item for entry in entries if not came[entry.pk]])
    back = [entry for entry in entries if came[entry.pk]]
    if not back:
        return
    move_items(
        order,
        [entry.item for entry in back],
        OrderItem.Status.RETURNED,
        actor=actor,
        changes={"open_case": None},
        case=parcel.case.number,
    )
    request = ReturnRequest.objects.select_related("case").get(case=parcel.case_id)
    if request.wish == ReturnRequest.Wish.EXCHANGE:
        exchanged = _not_paid_for(parcel.case, back)
        send_again(request, order, exchanged, actor=actor, quantities=came)


def _not_paid_for(case: Case, entries: Sequence[ReturnItem]) -> list[ReturnItem]:
    """Those that this case pays nothing for: a dispute may have decided for money instead."""
    paid_for = paid_units_of([entry.item for entry in entries])
    lines = RefundLine.objects.standing().filter(
        plan__in=RefundPlan.objects.live(), plan__case=case
    )
    paid = set(lines.values_list("item", flat=True))
    return [entry for entry in entries if paid_for[entry.item_id].item.pk not in paid]


def conclude_or_wait(
    parcel: ReturnParcel, deductions: Sequence[Found] | None, actor: Actor
) -> None:
    """Pay what waited, if all has come and nothing is left to be said about it; else the seller's
    days begin, unless they run already."""
    if parcel.status != Status.RECEIVED:
        give_time_to_confirm(parcel, actor=actor)
        if deductions:
            raise InvalidInput(
                _("Deduct once everything has come, or nothing more will."), field="deductions"
            )
        return
    waiting = plans_on_receipt(parcel.case)
    if deductions is None and waiting and not _all_as_sold(parcel):
        give_time_to_confirm(parcel, actor=actor)
        return
    disarm(CONFIRM_STEP, subject=parcel, outcome="confirmed")
    _conclude(parcel, deductions or (), actor)


def _all_as_sold(parcel: ReturnParcel) -> bool:
    return not parcel.received.exclude(condition__in=(Condition.OK, Condition.EXTRA)).exists()


@transaction.atomic
def deduct(parcel: ReturnParcel, *, deductions: Sequence[Found], actor: Actor) -> ReturnParcel:
    """End the inspection of a received parcel: keep these amounts, or nothing, and pay the rest.

    Each deduction is told to the customer with its reason. Raises NotAllowed, PlanDecided where
    no money waits for it (any more), MoreThanLeft, InvalidInput, by the place of what is wrong
    ("deductions/0/amount").
    """
    parcel, _order = lock_parcel(parcel)
    refusal = policies.may_receive(parcel, actor) or policies.may_deduct(actor)
    if refusal is None and (parcel.status != Status.RECEIVED or not plans_on_receipt(parcel.case)):
        refusal = PlanDecided(_("No money waits for these goods."))
    if refusal:
        raise refusal
    disarm(CONFIRM_STEP, subject=parcel, outcome="confirmed")
    _conclude(parcel, deductions, actor)
    return parcel


def _conclude(parcel: ReturnParcel, deductions: Sequence[Found], actor: Actor) -> None:
    case = parcel.case
    waiting = plans_on_receipt(case)
    if parcel.status == Status.AWAITED:  # once more, for other goods than those that came
        to_come = plans_waiting_for(case, expected_entries(case))
        waiting = [plan for plan in waiting if plan not in to_come]
    if deductions:
        _keep(case, waiting, deductions, actor)
    for plan in waiting:
        mark_payable(plan, actor=actor)
    case.note(
        "return.goods_received",
        actor=actor,
        parcel=parcel.code,
        deducted=sum(one.amount for one in deductions),
    )


def _keep(
    case: Case, plans: Sequence[RefundPlan], deductions: Sequence[Found], actor: Actor
) -> None:
    """Each deduction is taken off the plan that pays for its item."""
    entries = entries_of(case)
    if problems := [
        InvalidInput(_("This item is not in the request."), field=f"deductions/{position}/item")
        for position, one in enumerate(deductions)
        if one.entry_id not in entries
    ]:
        refuse(problems)
    items = [entries[one.entry_id].item for one in deductions]
    paid_for = paid_units_of(items)
    lines = RefundLine.objects.standing().filter(plan__in=plans)
    plan_of = {line.item_id: line.plan_id for line in lines.order_by("pk")}
    for plan in plans:
        own = [
            Deduction(item, one.amount, one.reason)
            for item, one in zip(items, deductions, strict=True)
            if plan_of.get(paid_for[item.pk].item.pk) == plan.pk
        ]
        if own:
            change_lines(plan, own, actor=actor)
    if any(paid_for[item.pk].item.pk not in plan_of for item in items):
        raise PlanDecided(_("No money waits for these goods."), field="deductions")


@transaction.atomic
def expire_confirming(*, parcel_id: int, action: str) -> str | None:
    """The seller said nothing in time. "approve": what was on its way counts as come, and money
    that waited is paid in full. Otherwise the marketplace looks at it, and nothing moves.

    Returns what came of it, or None where somebody has looked meanwhile.
    """
    parcel, order = lock_parcel(ReturnParcel.objects.get(pk=parcel_id))
    under_way = parcel.status in (Status.SENT, Status.PARTLY_RECEIVED)
    if not under_way and not plans_on_receipt(parcel.case):
        return None
    if action != "approve":
        parcel.case.note("return.receipt_unconfirmed", actor=SYSTEM, parcel=parcel.code)
        return "unconfirmed"
    if under_way:
        expected = expected_entries(parcel.case)
        gone = counted_in(parcel)
        came = {
            entry.pk: entry.item.quantity
            - gone[entry.pk][Condition.MISSING]
            - gone[entry.pk][Condition.WRONG]
            for entry in expected
        }
        take_back(parcel, order, expected, came, SYSTEM)
        now = timezone.now()
        parcel.transition_to(
            Status.RECEIVED, actor=SYSTEM, changes={"received_at": now}, silent=True
        )
    _conclude(parcel, (), SYSTEM)
    return "approved"
