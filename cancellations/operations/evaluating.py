"""Answering a cancellation: by the owner's policy, by a person, or by silence."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cancellations import policies
from cancellations.models import AutoApprovalPolicy, CancellationItem, CancellationRequest
from core.actors import SYSTEM, Actor, Role
from core.deadlines.operations import arm, disarm
from core.errors import DomainError
from orders.models import Case, Order, OrderItem
from orders.operations import decide_case, lock_order, move_items, release_items
from packages.operations import remove_items
from refunds.models import RefundPlan
from refunds.operations import approve_plan, drop_lines, void_plan

ANSWER_STEP = "cancellation.answer"


class NotDecidable(DomainError):
    """It is answered already, or not this actor's to answer."""

    code = "not_decidable"


@transaction.atomic
def evaluate_cancellation(*, request_id: int) -> None:
    """Answer a waiting request by the owner's policy, or say who must and until when.

    Harmless when run twice or by two workers: an answered or already evaluated request stays.
    Items that have shipped meanwhile are rejected either way.
    """
    request, order = lock_request(request_id)
    if request.case.status != Case.Status.WAITING or request.evaluated_at is not None:
        return
    waiting = _reject_shipped(request, order, actor=SYSTEM)
    if not waiting:
        return
    verdict = policies.verdict_of(
        AutoApprovalPolicy.objects.first(),
        order,
        [entry.item for entry in waiting],
        amount=_live_plan(request).total,
        now=timezone.now(),
    )
    if verdict.approved:
        approve_cancellation(request, actor=SYSTEM, rule=verdict.rule)
    else:
        _hold(request, verdict.rule)


@transaction.atomic
def approve_cancellation(request: CancellationRequest, *, actor: Actor, rule: str = "") -> None:
    """Say yes: stop what has not shipped and let the money go back.

    `rule` names the rule that decided when no person did. Items that have shipped meanwhile are
    rejected; when nothing is left the case is. Raises NotDecidable.
    """
    request, order = lock_request(request.pk)
    if not policies.may_decide(request.case, actor):
        raise NotDecidable(_("This cancellation has been answered, or is not yours to answer."))
    _approve(request, order, actor=actor, rule=rule)
    _stop_the_clock(request)


def _approve(request: CancellationRequest, order: Order, *, actor: Actor, rule: str) -> None:
    waiting = _reject_shipped(request, order, actor=actor)
    if not waiting:
        return
    items = [entry.item for entry in waiting]
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
    _decide_items(waiting, CancellationItem.Status.APPROVED, actor=actor, rule=rule)
    approve_plan(_live_plan(request), actor=actor)
    _answer(request, Case.Status.APPROVED, actor=actor, rule=rule)
    request.case.note(
        "cancellation.approved",
        actor=actor,
        items=[item.pk for item in items],
        units=sum(item.quantity for item in items),
        rule=rule,
    )


@transaction.atomic
def expire_answer(*, case_id: int, action: str) -> str | None:
    """Nobody answered in time: act as the deadline's rule says. Returns the outcome, if any.

    Silence approves (product.md §4.3) unless the owner's rule rejects.
    """
    request, order = lock_request(CancellationRequest.objects.get(case=case_id).pk)
    if request.case.status != Case.Status.WAITING:
        return None
    if action == "reject":
        waiting = _reject_shipped(request, order, actor=SYSTEM)
        _reject(request, waiting, actor=SYSTEM, rule="silence_rejects")
    else:
        _approve(request, order, actor=SYSTEM, rule="silence")
    return request.case.status


@transaction.atomic
def settle_shipped(*, item_id: int, actor: Actor) -> None:
    """An item that shipped leaves its waiting cancellation; the customer may return it later."""
    entry = (
        CancellationItem.objects.waiting()
        .filter(item=item_id, case__status=Case.Status.WAITING)
        .values_list("request_id", flat=True)
        .first()
    )
    if entry is not None:
        request, order = lock_request(entry)
        _reject_shipped(request, order, actor=actor)
        _stop_the_clock(request)


def lock_request(request_id: int) -> tuple[CancellationRequest, Order]:
    """A request with its case as they are now, under the lock of their order."""
    requests = CancellationRequest.objects.select_related("case")
    order = lock_order(requests.get(pk=request_id).case.order_id)
    return requests.get(pk=request_id), order


def _reject_shipped(
    request: CancellationRequest, order: Order, *, actor: Actor
) -> list[CancellationItem]:
    """Reject what cannot be cancelled any more; return the entries that still wait."""
    waiting = list(request.items.waiting().order_by("pk"))
    items = {
        item.pk: item
        for item in OrderItem.objects.filter(pk__in=[entry.item_id for entry in waiting])
        .select_related("line")
        .locked()
    }
    for entry in waiting:
        entry.item = items[entry.item_id]
    late = [entry for entry in waiting if not entry.item.is_unshipped]
    if not late:
        return waiting
    left = [entry for entry in waiting if entry not in late]
    request.case.note(
        "cancellation.item_shipped", actor=actor, items=[entry.item_id for entry in late]
    )
    if not left:
        _reject(request, late, actor=actor, rule="already_shipped")
        return []
    _decide_items(late, CancellationItem.Status.REJECTED, actor=actor, rule="already_shipped")
    release_items([entry.item for entry in late])
    drop_lines(_live_plan(request), [entry.item_id for entry in late], actor=actor)
    return left


def _reject(
    request: CancellationRequest, entries: list[CancellationItem], *, actor: Actor, rule: str
) -> None:
    """Say no to all that waits: the items are free again and nothing is paid."""
    if not entries:
        return
    _decide_items(entries, CancellationItem.Status.REJECTED, actor=actor, rule=rule)
    release_items([entry.item for entry in entries])
    void_plan(_live_plan(request), actor=actor)
    _answer(request, Case.Status.REJECTED, actor=actor, rule=rule)


def _decide_items(
    entries: Sequence[CancellationItem], status: str, *, actor: Actor, rule: str
) -> None:
    for entry in entries:
        entry.status = status
        entry.decided_at = timezone.now()
        entry.decided_by_role = actor.role
        entry.decided_by_id = None if rule else actor.user_id
        entry.decided_rule = rule
    CancellationItem.objects.bulk_update(
        entries, ["status", "decided_at", "decided_by_role", "decided_by", "decided_rule"]
    )


def _answer(request: CancellationRequest, status: str, *, actor: Actor, rule: str) -> None:
    """The case is answered as a whole."""
    decide_case(request.case, status, actor=actor, rule=rule)
    if request.evaluated_at is None and actor.role is Role.SYSTEM:
        request.evaluated_at = timezone.now()
    request.held_by = ""
    request.save(update_fields=["evaluated_at", "held_by"])


def _stop_the_clock(request: CancellationRequest) -> None:
    """Answered before the deadline; one that passes closes itself."""
    if request.case.status != Case.Status.WAITING:
        disarm(ANSWER_STEP, subject=request.case, outcome=request.case.status)


def _hold(request: CancellationRequest, rule: str) -> None:
    """Leave the answer to the seller or the owner, until a date; then silence approves."""
    zone = request.case.seller.time_zone
    deadline = arm(ANSWER_STEP, subject=request.case, zone=zone, actor=SYSTEM)
    assert deadline is not None  # only an imported past gets none
    request.evaluated_at = timezone.now()
    request.held_by = rule
    request.save(update_fields=["evaluated_at", "held_by"])
    Case.objects.filter(pk=request.case_id).update(due_at=deadline.due_at)
    request.case.due_at = deadline.due_at
    request.case.note(
        "cancellation.held", actor=SYSTEM, rule=rule, due_at=deadline.due_at.isoformat()
    )


def _live_plan(request: CancellationRequest) -> RefundPlan:
    return RefundPlan.objects.live().get(case=request.case_id)
