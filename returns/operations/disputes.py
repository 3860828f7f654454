"""Disputes: opened by a rejection, the customer's side, the appeal, and what time does.

The decision itself is in `ruling`. Each of these runs under the order's lock.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM, Actor
from core.bulk import insert
from core.deadlines.operations import arm, disarm
from core.evidence.models import StoredFile
from core.numbers import new_number
from orders.models import Order
from orders.operations import lock_order
from returns import dispute_policies as policies
from returns.models import Decision, Dispute, DisputeItem, ReturnItem, ReturnRequest
from returns.operations.messages import say

STATEMENT_STEP = "return.statement"  # the customer's time to tell their side
DECISION_STEP = "return.decision"  # the owner's, for the decision and for the one on appeal
APPEAL_STEP = "return.appeal"  # the customer's, to appeal
PREFIX = "DP"
Status = Dispute.Status


def lock_dispute(dispute_id: int) -> tuple[Dispute, Order]:
    """The dispute as it is now, under the lock of its order."""
    disputes = Dispute.objects.select_related("case", "seller")
    order = lock_order(disputes.get(pk=dispute_id).order_id)
    return disputes.get(pk=dispute_id), order


@transaction.atomic
def open_dispute(request: ReturnRequest, entries: Sequence[ReturnItem], *, actor: Actor) -> Dispute:
    """The seller has rejected these items of a request: the customer may tell their side, then
    the marketplace decides. A further rejection joins the dispute of its case, and the customer
    has their time once more. The order must be locked.
    """
    case = request.case
    items = [entry.item_id for entry in entries]
    dispute = Dispute.objects.select_related("seller").filter(case=case).first()
    if dispute is None:
        dispute = Dispute(
            number=new_number(PREFIX),
            case=case,
            order_id=case.order_id,
            seller_order_id=case.seller_order_id,
            seller_id=case.seller_id,
        )
        dispute.begin(actor=actor, case=case.number, items=items, units=_units(entries))
    else:
        dispute.note(
            "dispute.extended", actor=actor, case=case.number, items=items, units=_units(entries)
        )
        disarm(STATEMENT_STEP, DECISION_STEP, subject=dispute, outcome="extended")
    insert(DisputeItem(dispute=dispute, entry=entry) for entry in entries)
    deadline = arm(STATEMENT_STEP, subject=dispute, zone=dispute.seller.time_zone, actor=actor)
    dispute.statement_by = deadline.due_at if deadline else None
    dispute.stated_at = None
    dispute.save(update_fields=["statement_by", "stated_at"])
    return dispute


def _units(entries: Sequence[ReturnItem]) -> int:
    return sum(entry.item.quantity for entry in entries)


@transaction.atomic
def state_side(
    dispute: Dispute, *, text: str, actor: Actor, files: Sequence[StoredFile] = ()
) -> Dispute:
    """Tell the customer's side of it, once, with what shows it. The marketplace then decides.

    Raises NotAllowed, NotInDispute, NoteRequired, InvalidInput.
    """
    dispute, _order = lock_dispute(dispute.pk)
    now = timezone.now()
    if refusal := policies.may_state(dispute, actor, now):
        raise refusal
    message = say(dispute.case, text, files, actor=actor)
    dispute.stated_at = now
    dispute.save(update_fields=["stated_at"])
    dispute.note("dispute.side_stated", actor=actor, message=message.pk, files=len(files))
    disarm(STATEMENT_STEP, subject=dispute, outcome="stated")
    _let_decide(dispute, actor=actor)
    return dispute


@transaction.atomic
def expire_statement(*, dispute_id: int) -> str | None:
    """The customer has said nothing in time: the marketplace decides without their side."""
    dispute, _order = lock_dispute(dispute_id)
    if dispute.status not in (Status.OPEN, Status.DECIDING) or dispute.stated_at is not None:
        return None
    _let_decide(dispute, actor=SYSTEM)
    return "silent"


def _let_decide(dispute: Dispute, *, actor: Actor) -> None:
    if dispute.status == Status.OPEN:
        dispute.transition_to(Status.DECIDING, actor=actor)
    await_decision(dispute, actor=actor)


def await_decision(dispute: Dispute, *, actor: Actor) -> None:
    """The owner's days to decide begin."""
    arm(DECISION_STEP, subject=dispute, zone=settings.DEFAULT_TIME_ZONE, actor=actor)


@transaction.atomic
def expire_decision(*, dispute_id: int) -> str | None:
    """The owner has not decided in time. Nothing is decided by itself: it is told, and recorded."""
    dispute, _order = lock_dispute(dispute_id)
    if dispute.status not in (Status.OPEN, Status.DECIDING, Status.APPEALED):
        return None
    dispute.note("dispute.decision_overdue", actor=SYSTEM)
    return "overdue"


def last_decision(dispute: Dispute) -> Decision | None:
    return Decision.objects.filter(dispute=dispute).order_by("round").last()


def let_appeal(dispute: Dispute, *, actor: Actor) -> None:
    """The customer's time to appeal begins."""
    deadline = arm(APPEAL_STEP, subject=dispute, zone=dispute.seller.time_zone, actor=actor)
    dispute.appeal_by = deadline.due_at if deadline else None
    dispute.save(update_fields=["appeal_by"])


@transaction.atomic
def appeal(
    dispute: Dispute, *, text: str, actor: Actor, files: Sequence[StoredFile] = ()
) -> Dispute:
    """Ask the marketplace to decide once more; its second decision can only add to the first.

    Raises NotAllowed, NoAppeal (which says why not), NoteRequired, InvalidInput.
    """
    dispute, _order = lock_dispute(dispute.pk)
    now = timezone.now()
    if refusal := policies.may_appeal(dispute, last_decision(dispute), actor, now):
        raise refusal
    message = say(dispute.case, text, files, actor=actor)
    disarm(APPEAL_STEP, subject=dispute, outcome="appealed")
    dispute.transition_to(
        Status.APPEALED,
        actor=actor,
        changes={"appealed_at": now},
        message=message.pk,
        files=len(files),
    )
    await_decision(dispute, actor=actor)
    return dispute


@transaction.atomic
def expire_appeal(*, dispute_id: int) -> str | None:
    """Nobody has appealed in time: the decision is final."""
    dispute, _order = lock_dispute(dispute_id)
    if dispute.status != Status.DECIDED:
        return None
    close_dispute(dispute, actor=SYSTEM)
    return "final"


def close_dispute(dispute: Dispute, *, actor: Actor) -> None:
    """Nothing more is decided about it."""
    dispute.transition_to(Status.CLOSED, actor=actor, changes={"closed_at": timezone.now()})
