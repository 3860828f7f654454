"""What every answer is made of. Each of these runs under the lock of `lock_request`.

Decisions stand on items; the case waits until every item is answered, and is then approved if
any item was (product.md §3). An approved item is cancelled at once, so that nobody hands it over;
its money waits for the whole answer.
"""

from collections.abc import Sequence

from django.utils import timezone

from cancellations.models import CancellationItem, CancellationRequest
from core.actors import Actor, Role
from core.deadlines.operations import disarm
from orders.models import Case, Order, OrderItem
from orders.operations import decide_case, lock_order, move_items, release_items
from packages.operations import remove_items
from refunds.models import RefundPlan
from refunds.operations import approve_plan, drop_lines, void_plan

ANSWER_STEP = "cancellation.answer"  # the seller's time
ESCALATED_STEP = "cancellation.escalated"  # the owner's, once the seller's has passed
Status = CancellationItem.Status


def lock_request(request_id: int) -> tuple[CancellationRequest, Order]:
    """A request with its case as they are now, under the lock of their order."""
    requests = CancellationRequest.objects.select_related("case")
    order = lock_order(requests.get(pk=request_id).case.order_id)
    return requests.get(pk=request_id), order


def waiting_entries(request: CancellationRequest, *, actor: Actor) -> list[CancellationItem]:
    """What still waits, with its items locked. What has shipped meanwhile is rejected here, and
    the case with it where nothing else is left."""
    waiting = with_items(list(request.items.waiting().order_by("pk")))
    late = [entry for entry in waiting if not entry.item.is_unshipped]
    if late:
        request.case.note(
            "cancellation.item_shipped", actor=actor, items=[entry.item_id for entry in late]
        )
        turn_down(request, late, actor=actor, rule="already_shipped")
        settle(request, actor=actor)
    return [entry for entry in waiting if entry not in late]


def with_items(entries: list[CancellationItem]) -> list[CancellationItem]:
    """The entries, each with its item as it is now, locked."""
    items = {
        item.pk: item
        for item in OrderItem.objects.filter(pk__in=[entry.item_id for entry in entries])
        .select_related("line")
        .locked()
    }
    for entry in entries:
        entry.item = items[entry.item_id]
    return entries


def approve(
    request: CancellationRequest,
    order: Order,
    entries: Sequence[CancellationItem],
    *,
    actor: Actor,
    rule: str = "",
    note: str = "",
) -> None:
    """Say yes to these: they are cancelled, leave their packages and go back to stock."""
    if not entries:
        return
    items = [entry.item for entry in entries]
    move_items(
        order,
        items,
        OrderItem.Status.CANCELLED,
        actor=actor,
        changes={"open_case": None},
        case=request.case.number,
    )
    remove_items(order=order, items=items, actor=actor)
    for item in items:
        item.note("item.restocked", actor=actor, quantity=item.quantity, sku=item.line.sku)
    _decide(entries, Status.APPROVED, actor=actor, rule=rule, note=note)


def turn_down(
    request: CancellationRequest,
    entries: Sequence[CancellationItem],
    *,
    actor: Actor,
    status: str = Status.REJECTED,
    rule: str = "",
    note: str = "",
) -> None:
    """Say no to these (rejected), or drop the wish (withdrawn): the items are free again and
    nothing is paid for them."""
    if not entries:
        return
    _decide(entries, status, actor=actor, rule=rule, note=note)
    release_items([entry.item for entry in entries])
    plan = live_plan(request)
    if request.items.filter(status__in=(Status.WAITING, Status.APPROVED)).exists():
        drop_lines(plan, [entry.item_id for entry in entries], actor=actor)
    else:
        void_plan(plan, actor=actor)


def settle(request: CancellationRequest, *, actor: Actor) -> None:
    """Answer the case, if every item of it is answered now; else it goes on waiting."""
    entries = list(request.items.select_related("item").order_by("pk"))
    statuses = {entry.status for entry in entries}
    if Status.WAITING in statuses or request.case.status != Case.Status.WAITING:
        return
    if Status.APPROVED in statuses:
        approved = [entry for entry in entries if entry.status == Status.APPROVED]
        approve_plan(live_plan(request), actor=actor)
        conclude(request, approved, Case.Status.APPROVED, actor=actor)
        return
    status = Case.Status.WITHDRAWN if Status.WITHDRAWN in statuses else Case.Status.REJECTED
    _answer(request, entries, status, actor=actor)


def conclude(
    request: CancellationRequest, approved: Sequence[CancellationItem], status: str, *, actor: Actor
) -> None:
    """The case is approved about these items, and whoever must know is told."""
    rule = _answer(request, approved, status, actor=actor)
    request.case.note(
        "cancellation.approved",
        actor=actor,
        items=[entry.item_id for entry in approved],
        units=sum(entry.item.quantity for entry in approved),
        rule=rule,
    )


def _answer(
    request: CancellationRequest, entries: Sequence[CancellationItem], status: str, *, actor: Actor
) -> str:
    """Answer the case as a whole; returns the rule, where one rule decided about all of it."""
    rules = {entry.decided_rule for entry in entries}
    rule = rules.pop() if len(rules) == 1 else ""
    decide_case(request.case, status, actor=actor, rule=rule)
    if request.evaluated_at is None and actor.role is Role.SYSTEM:
        request.evaluated_at = timezone.now()
    request.held_by = ""
    request.save(update_fields=["evaluated_at", "held_by"])
    return rule


def _decide(
    entries: Sequence[CancellationItem], status: str, *, actor: Actor, rule: str, note: str
) -> None:
    for entry in entries:
        entry.status = status
        entry.decided_at = timezone.now()
        entry.decided_by_role = actor.role
        entry.decided_by_id = None if rule else actor.user_id
        entry.decided_rule = rule
        entry.decision_note = note
    columns = ["status", "decided_at", "decided_by_role", "decided_by", "decided_rule"]
    CancellationItem.objects.bulk_update(entries, [*columns, "decision_note"])


def stop_the_clock(request: CancellationRequest) -> None:
    """Answered before the deadline; one that passes closes itself."""
    if request.case.status != Case.Status.WAITING:
        steps = (ANSWER_STEP, ESCALATED_STEP)
        disarm(*steps, subject=request.case, outcome=request.case.status)


def live_plan(request: CancellationRequest) -> RefundPlan:
    return RefundPlan.objects.live().get(case=request.case_id)
