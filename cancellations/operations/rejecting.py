"""Rejecting items that cannot be sent: the seller's cancel, and the owner's reject."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from cancellations import policies
from cancellations.models import CancellationRequest
from cancellations.operations.deciding import approve, settle, waiting_entries
from cancellations.operations.requesting import facts_of, open_request
from cancellations.operations.selecting import Chosen, Selection, choose
from core.actors import Actor
from orders.models import Order, SellerOrder
from orders.operations import lock_order


@transaction.atomic
def reject_items(
    *, order: Order, selections: Sequence[Selection], actor: Actor, rule: str = ""
) -> list[CancellationRequest]:
    """Cancel units that will not be sent, with a reason; decided at once (product.md §4).

    A seller rejects anything of theirs that has not shipped, the owner what waits for packaging;
    both need the rank Manager. `rule` names the rule where no person did it. The items are
    cancelled, their packages lose them and the plan is approved, all before this returns. One case
    per seller. Refused as a whole, with every problem named by its place ("items/0/reason"):
    NotAllowed, NotCancellable, or what `choose` raises.
    """
    if refusal := policies.may_reject(actor):
        raise refusal
    order = lock_order(order.pk)
    refusal_of = partial(policies.may_reject_item, actor=actor)
    groups = choose(order, selections, actor=actor, refusal_of=refusal_of)
    return [_reject(order, part, chosen, actor, rule) for part, chosen in groups]


def _reject(
    order: Order, part: SellerOrder, chosen: list[Chosen], actor: Actor, rule: str
) -> CancellationRequest:
    request = open_request(order, part, chosen, actor=actor)
    request.evaluated_at = timezone.now()  # nothing for the policy to decide
    request.save(update_fields=["evaluated_at"])
    faults = sorted({one.reason.fault for one in chosen})
    facts = facts_of(request, chosen)
    request.case.note("cancellation.made", actor=actor, faults=faults, **facts)
    approve(request, order, waiting_entries(request, actor=actor), actor=actor, rule=rule)
    settle(request, actor=actor)
    return request
