"""Asking for a return: the case, its items, their evidence and the time to answer; all or none."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM, Actor
from core.bulk import insert
from core.deadlines.operations import arm
from orders.models import Case, Order, OrderItem, SellerOrder
from orders.operations import lock_order, open_case
from orders.operations.selecting import Chosen, choose
from returns import policies
from returns.models import ReturnItem, ReturnRequest
from returns.operations.attaching import attach
from returns.operations.deciding import ANSWER_STEP
from returns.operations.estimating import EstimatedItem, estimated_items
from returns.operations.pricing import as_told
from returns.operations.selecting import (
    ReturnSelection,
    grounds_of,
    unfit_choice,
    unfit_evidence,
)
from returns.policies import Grounds

Wish = ReturnRequest.Wish
PayTo = ReturnRequest.PayTo
Choice = Chosen[ReturnSelection]


@transaction.atomic
def request_return(
    *,
    order: Order,
    selections: Sequence[ReturnSelection],
    actor: Actor,
    wish: str = Wish.REFUND,
    pay_to: str = PayTo.ORIGINAL,
) -> list[ReturnRequest]:
    """Ask to return units of an order; an order of two sellers gives two requests.

    The customer asks for what is theirs and inside its window, the owner also outside of it. Each
    request waits for its seller, until a deadline; what was told about it (terms, estimate) holds
    from now on. Refused as a whole, with every problem named by its place in `selections`
    ("items/0/reason"): NotAllowed, NotReturnable, EvidenceRequired, InvalidInput, or what
    `orders.operations.selecting.choose` raises.
    """
    if refusal := policies.may_request(actor) or policies.fits_wish(wish, pay_to):
        raise refusal
    order = lock_order(order.pk)
    grounds = _grounds(order, selections)
    groups = choose(
        order,
        selections,
        kind=Case.Kind.RETURN,
        actor=actor,
        refusal_of=unfit_choice(selections, grounds, actor),
        problems_of=unfit_evidence(actor),
    )
    return [_open(part, chosen, grounds, actor, wish, pay_to) for part, chosen in groups]


def _grounds(order: Order, selections: Sequence[ReturnSelection]) -> dict[int, Grounds]:
    wanted = [selection.item_id for selection in selections]
    items = OrderItem.objects.filter(order=order, pk__in=wanted).select_related("line", "seller")
    return grounds_of(items, order.currency)


def _open(
    part: SellerOrder,
    chosen: Sequence[Choice],
    grounds: Mapping[int, Grounds],
    actor: Actor,
    wish: str,
    pay_to: str,
) -> ReturnRequest:
    items = [one.item for one in chosen]
    of_item = {one.item.pk: grounds[one.selection.item_id] for one in chosen}
    estimated = estimated_items(
        [(one.item, one.reason, of_item[one.item.pk].rules) for one in chosen], wish
    )
    case = open_case(
        part, items, kind=Case.Kind.RETURN, origin=Case.Origin(actor.role), actor=actor
    )
    total = sum(one.amount for one in estimated)
    request = ReturnRequest(case=case, wish=wish, pay_to=pay_to, estimate=total)
    insert([request])
    _write_down(request, chosen, estimated, actor)
    now = timezone.now()
    late = [pk for pk, facts in of_item.items() if not facts.window.is_open(now)]
    case.note(
        "return.requested",
        actor=actor,
        items=[item.pk for item in items],
        units=sum(item.quantity for item in items),
        wish=wish,
        pay_to=pay_to,
        estimate=total,
        reasons=sorted({one.reason.code for one in chosen}),
        outside_window=late,
        terms=as_told({one.item.pk: one.terms for one in estimated}),
    )
    _give_time_to_answer(case)
    return request


def _write_down(
    request: ReturnRequest,
    chosen: Sequence[Choice],
    estimated: Sequence[EstimatedItem],
    actor: Actor,
) -> None:
    entries = insert(
        ReturnItem(
            request=request,
            case_id=request.case_id,
            seller_order_id=one.item.seller_order_id,
            item=one.item,
            reason=one.reason,
            note=one.note,
            estimate=price.amount,
            goods_back=price.terms.goods_back,
            payable_when=price.terms.payable_when,
            restocking_rate=price.terms.restocking_rate,
            return_shipping=price.terms.return_shipping,
        )
        for one, price in zip(chosen, estimated, strict=True)
    )
    for position, (entry, one) in enumerate(zip(entries, chosen, strict=True)):
        files = one.selection.files
        attach(files, case=request.case, actor=actor, entry=entry, field=f"items/{position}/files")


def _give_time_to_answer(case: Case) -> None:
    deadline = arm(ANSWER_STEP, subject=case, zone=case.seller.time_zone, actor=SYSTEM)
    assert deadline is not None  # only an imported past gets none
    Case.objects.filter(pk=case.pk).update(due_at=deadline.due_at)
    case.due_at = deadline.due_at
