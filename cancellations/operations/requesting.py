"""Asking for a cancellation: the case, its items and its plan, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import policies
from cancellations.models import CancellationItem, CancellationRequest
from core.actors import Actor, Role
from core.errors import DomainError, InvalidInput, Problems
from orders.models import Case, Order, OrderItem, Reason, SellerOrder
from orders.operations import lock_order, open_case, take_items
from orders.operations.items import QuantityNotLeft, UnknownItem
from orders.policies import may_cancel
from refunds.models import RefundPlan
from refunds.operations import create_plan

ORIGIN = {
    Role.CUSTOMER: Case.Origin.CUSTOMER,
    Role.SELLER: Case.Origin.SELLER,
    Role.OWNER: Case.Origin.OWNER,
    Role.SYSTEM: Case.Origin.SYSTEM,
}


@dataclass(frozen=True)
class Selection:
    """So many units of one item, and why."""

    item_id: int
    quantity: int
    reason_code: str
    note: str = ""


@transaction.atomic
def request_cancellation(
    *, order: Order, selections: Sequence[Selection], actor: Actor
) -> list[CancellationRequest]:
    """Ask to cancel units of an order; an order of two sellers gives two cases.

    Each case begins waiting, with a waiting refund plan, and is evaluated after the commit.
    Refused as a whole, with every problem named by its place in `selections`
    ("items/0/reason"): NotAllowed, InvalidInput, ReasonNotAllowed, NoteRequired, UnknownItem,
    QuantityNotLeft, NotCancellable, or Problems when there are several.
    """
    if refusal := policies.may_request(actor):
        raise refusal
    order = lock_order(order.pk)
    reasons = list(Reason.objects.pickable_by(actor, Case.Kind.CANCEL))
    _refuse(_problems_of(order, selections, reasons, actor))
    wanted = {selection.item_id: selection.quantity for selection in selections}
    taken = take_items(order, wanted, actor=actor)
    reason_of = {reason.code: reason for reason in reasons}
    chosen = [
        (item, reason_of[selection.reason_code], selection.note.strip())
        for item, selection in zip(taken, selections, strict=True)
    ]
    parts = SellerOrder.objects.in_bulk({item.seller_order_id for item in taken})
    return [
        _open(parts[part_id], [one for one in chosen if one[0].seller_order_id == part_id], actor)
        for part_id in sorted(parts)
    ]


def _problems_of(
    order: Order, selections: Sequence[Selection], reasons: list[Reason], actor: Actor
) -> list[DomainError]:
    if not selections:
        return [InvalidInput(_("Choose at least one item."), field="items", code="nothing_chosen")]
    found = {
        item.pk: item
        for item in OrderItem.objects.visible_to(actor)
        .filter(order=order, pk__in=[selection.item_id for selection in selections])
        .select_related("line")
        .locked()
    }
    problems: list[DomainError] = []
    seen: set[int] = set()
    for position, selection in enumerate(selections):
        field = f"items/{position}"
        item = found.get(selection.item_id)
        if item is None:
            problems.append(
                UnknownItem(_("There is no such item in this order."), field=f"{field}/item")
            )
            continue
        if item.pk in seen:
            problems.append(
                InvalidInput(_("This item is named twice."), field=f"{field}/item", code="twice")
            )
        seen.add(item.pk)
        if refusal := may_cancel(item):
            refusal.field = f"{field}/item"
            problems.append(refusal)
        elif not 1 <= selection.quantity <= item.quantity:
            problems.append(_quantity_not_left(item, selection.quantity, field))
        problems += policies.why_not(selection.reason_code, selection.note, reasons, field=field)
    return problems


def _quantity_not_left(item: OrderItem, quantity: int, field: str) -> QuantityNotLeft:
    return QuantityNotLeft(
        _("%(quantity)s of %(name)s is not possible; there are %(left)s.")
        % {"quantity": quantity, "name": item.line.name, "left": item.quantity},
        field=f"{field}/quantity",
        allowed=[str(number) for number in (1, item.quantity)][: item.quantity],
    )


def _refuse(problems: list[DomainError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)


def _open(
    part: SellerOrder, chosen: list[tuple[OrderItem, Reason, str]], actor: Actor
) -> CancellationRequest:
    items = [item for item, _reason, _note in chosen]
    case = open_case(part, items, kind=Case.Kind.CANCEL, origin=ORIGIN[actor.role], actor=actor)
    plan = create_plan(case=case, items=items, type=RefundPlan.Type.CANCEL, actor=actor)
    request = CancellationRequest.objects.create(case=case, estimate=plan.total)
    CancellationItem.objects.bulk_create(
        CancellationItem(
            request=request,
            case=case,
            seller_order=part,
            item=item,
            reason=reason,
            note=note,
        )
        for item, reason, note in chosen
    )
    case.note(
        "cancellation.requested",
        actor=actor,
        items=[item.pk for item in items],
        units=sum(item.quantity for item in items),
        estimate=plan.total,
        reasons=sorted({reason.code for _item, reason, _note in chosen}),
    )
    return request
