"""What cancellations hear of: their own requests, items that ship, money that has left."""

from cancellations import letters, operations
from cancellations.models import CancellationItem, CancellationRequest
from core.actors import SYSTEM
from core.deadlines.expiry import on_expiry
from core.deadlines.models import Deadline
from core.events import on
from orders.models import Case
from refunds.models import RefundPlan


@on("cancellation.requested")
def evaluate(event) -> None:
    request = CancellationRequest.objects.get(case=event.subject_id)
    operations.evaluate_cancellation(request_id=request.pk)


@on("order_item.shipped", within=True)
def settle(event) -> None:
    """In the transaction that ships: an item is never both shipped and waiting to be cancelled."""
    operations.settle_shipped(item_id=event.subject_id, actor=SYSTEM)


@on_expiry(operations.ANSWER_STEP, operations.ESCALATED_STEP)
def answer_for_the_silent(deadline) -> str | None:
    return operations.expire_answer(
        case_id=deadline.subject_id, step=deadline.step, action=deadline.action
    )


@on("package.ship_by_missed")
def cancel_what_is_overdue(event) -> None:
    """Only where the owner's rule says so; else it is shown as overdue, and no more."""
    if event.data["action"] == "cancel":
        operations.cancel_overdue(seller_order_id=event.data["seller_order"])


@on("refund_plan.completed")
def complete(event) -> None:
    plan = RefundPlan.objects.get(pk=event.subject_id)
    if plan.case_id is not None:  # a surplus is given back without a request
        operations.complete_cancellation(plan.case_id)


# -- Who is told what ----------------------------------------------------------------------
#
# A customer reads every step of what they asked for. What seller or owner started, they read of
# once it is decided.


@on("cancellation.requested")
def confirm_receipt(event) -> None:
    if _asked_by_customer(event):
        letters.write_to_customer(event.subject_id, "cancellation_requested")


@on("cancellation.approved")
def tell_customer_of_approval(event) -> None:
    """Where other items of it were rejected, that is said too."""
    if not _asked_by_customer(event):
        letters.write_to_customer(event.subject_id, "cancellation_made")
        return
    letters.write_to_customer(event.subject_id, "cancellation_approved")
    rejected = CancellationItem.objects.filter(
        case=event.subject_id, status=CancellationItem.Status.REJECTED
    )
    if rejected.exclude(decided_rule="already_shipped").exists():
        letters.write_to_customer(event.subject_id, "cancellation_rejected")


@on("cancellation.approved")
def tell_seller_to_hold_it_back(event) -> None:
    """Except those who rejected the items themselves."""
    if Case.objects.get(pk=event.subject_id).origin != Case.Origin.SELLER:
        letters.ring_seller(event.subject_id, "do_not_hand_over")


@on("cancellation.item_shipped")
def tell_customer_how_to_return(event) -> None:
    letters.write_to_customer(
        event.subject_id, "cancellation_too_late", items=event.data["items"], once=event.pk
    )


@on("cancellation.held", "cancellation.escalated")
def call_who_must_answer(event) -> None:
    letters.call_for_answer(event.subject_id)


@on("deadline.neared")
def remind_who_must_answer(event) -> None:
    deadline = Deadline.objects.get(pk=event.subject_id)
    if deadline.step in (operations.ANSWER_STEP, operations.ESCALATED_STEP):
        letters.call_for_answer(deadline.subject_id, reminder=event.pk)


@on("case.rejected")
def tell_customer_of_rejection(event) -> None:
    """What shipped has a letter of its own."""
    by_shipping = event.data.get("rule") == "already_shipped"
    if _is_cancellation(event) and not by_shipping and _asked_by_customer(event):
        letters.write_to_customer(event.subject_id, "cancellation_rejected")


@on("case.withdrawn")
def tell_of_withdrawal(event) -> None:
    """The seller where the answer was theirs to give; else they have never heard of it."""
    if not _is_cancellation(event):
        return
    if CancellationRequest.objects.get(case=event.subject_id).evaluated_at is not None:
        letters.ring_seller(event.subject_id, "cancellation_withdrawn")
    if _asked_by_customer(event):
        letters.write_to_customer(event.subject_id, "cancellation_withdrawn")


@on("case.completed")
def tell_customer_of_refund(event) -> None:
    if _is_cancellation(event):
        letters.write_to_customer(event.subject_id, "cancellation_refunded")


def _is_cancellation(event) -> bool:
    return event.data.get("kind") == Case.Kind.CANCEL


def _asked_by_customer(event) -> bool:
    return Case.objects.get(pk=event.subject_id).origin == Case.Origin.CUSTOMER
