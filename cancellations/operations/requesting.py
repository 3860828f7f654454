"""Asking for a cancellation: the case, its items and its plan, all or none."""

from collections.abc import Sequence

from cancellations import policies
from cancellations.models import CancellationItem, CancellationRequest, OpenedRequest
from cancellations.operations.selecting import Chosen, Selection, choose
from core.actors import Actor, Role
from core.bulk import insert
from core.events import record, together
from core.transactions import joined
from orders.models import Case, Order, SellerOrder
from orders.operations import lock_order, open_case
from orders.policies import may_cancel
from refunds.models import RefundPlan
from refunds.operations import create_plan

ORIGIN = {
    Role.CUSTOMER: Case.Origin.CUSTOMER,
    Role.SELLER: Case.Origin.SELLER,
    Role.OWNER: Case.Origin.OWNER,
    Role.SYSTEM: Case.Origin.SYSTEM,
}


@joined
def request_cancellation(
    *, order: Order, selections: Sequence[Selection], actor: Actor
) -> list[CancellationRequest]:
    """Ask to cancel units of an order; an order of two sellers gives two cases.

    The customer asks for what is theirs, the owner for anything unshipped. Each case begins
    waiting, with a waiting refund plan, and is evaluated after the commit. Refused as a whole,
    with every problem named by its place in `selections` ("items/0/reason"): NotAllowed,
    NotCancellable, or what `choose` raises.
    """
    if refusal := policies.may_request(actor):
        raise refusal
    order = lock_order(order.pk)
    groups = choose(order, selections, actor=actor, refusal_of=may_cancel)
    requests = []
    with together():
        for part, chosen in groups:
            request = open_request(order, part, chosen, actor=actor, tells=2)
            facts = facts_of(request, chosen)
            record("cancellation.requested", subject=request.case, actor=actor, **facts)
            requests.append(request)
    return requests


def open_request(
    order: Order, part: SellerOrder, chosen: Sequence[Chosen], *, actor: Actor, tells: int = 1
) -> CancellationRequest:
    """A waiting case of one seller order of a locked order, with its waiting plan. Says nothing to
    anybody yet; `tells` counts what the caller will record of the case besides."""
    items = [one.item for one in chosen]
    origin = ORIGIN[actor.role]
    case = open_case(part, items, kind=Case.Kind.CANCEL, origin=origin, actor=actor, tells=tells)
    plan = create_plan(
        case=case, items=items, type=RefundPlan.Type.CANCEL, actor=actor, opened_under=order
    )
    (request,) = insert([CancellationRequest(case=case, estimate=plan.total)])
    entries = insert(
        CancellationItem(
            request=request,
            case=case,
            seller_order=part,
            item=one.item,
            reason=one.reason,
            note=one.note,
        )
        for one in chosen
    )
    request.opened = OpenedRequest(order, entries, plan)
    return request


def facts_of(request: CancellationRequest, chosen: Sequence[Chosen]) -> dict:
    """What the event that tells of a new case says: ids and codes, never what people wrote."""
    return {
        "items": [one.item.pk for one in chosen],
        "units": sum(one.item.quantity for one in chosen),
        "estimate": request.estimate,
        "reasons": sorted({one.reason.code for one in chosen}),
    }
