"""What cancellations hear of: their own requests, items that ship, money that has left."""

from cancellations import letters, operations
from cancellations.models import CancellationRequest
from core.actors import SYSTEM
from core.deadlines.expiry import on_expiry
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


@on("refund_plan.completed")
def complete(event) -> None:
    plan = RefundPlan.objects.get(pk=event.subject_id)
    operations.complete_cancellation(plan.case_id)


@on("cancellation.requested")
def confirm_receipt(event) -> None:
    letters.write_to_customer(event.subject_id, "cancellation_requested")


@on("cancellation.approved")
def tell_customer_of_approval(event) -> None:
    letters.write_to_customer(event.subject_id, "cancellation_approved")


@on("cancellation.approved")
def tell_seller_to_hold_it_back(event) -> None:
    letters.ring_seller(event.subject_id, "do_not_hand_over")


@on("cancellation.item_shipped")
def tell_customer_how_to_return(event) -> None:
    letters.write_to_customer(
        event.subject_id, "cancellation_too_late", items=event.data["items"], once=event.pk
    )


@on("case.rejected")
def tell_customer_of_rejection(event) -> None:
    """What shipped has a letter of its own."""
    if event.data.get("kind") == Case.Kind.CANCEL and event.data.get("rule") != "already_shipped":
        letters.write_to_customer(event.subject_id, "cancellation_rejected")


@on("case.completed")
def tell_customer_of_refund(event) -> None:
    if event.data.get("kind") == Case.Kind.CANCEL:
        letters.write_to_customer(event.subject_id, "cancellation_refunded")
