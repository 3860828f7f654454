"""What returns hear of: deadlines that have passed, deliveries that failed, and ends of things."""

from core.deadlines.expiry import on_expiry
from core.events import on
from refunds.models import RefundPlan
from returns import operations, telling
from returns.models import Dispute, ReturnParcel

__all__ = ["telling"]  # imported for its reactions


@on_expiry(operations.ANSWER_STEP, operations.ESCALATED_STEP)
def answer_for_the_silent(deadline) -> str | None:
    return operations.expire_answer(
        case_id=deadline.subject_id, step=deadline.step, action=deadline.action
    )


@on_expiry(operations.OFFER_STEP)
def let_the_offer_lapse(deadline) -> str | None:
    return operations.lapse_offer(offer_id=deadline.subject_id)


@on_expiry(operations.SEND_STEP)
def stop_waiting_for_goods(deadline) -> str | None:
    return operations.expire_sending(parcel_id=deadline.subject_id)


@on_expiry(operations.CONFIRM_STEP)
def confirm_for_the_silent(deadline) -> str | None:
    return operations.expire_confirming(parcel_id=deadline.subject_id, action=deadline.action)


@on_expiry(operations.STATEMENT_STEP)
def decide_without_their_side(deadline) -> str | None:
    return operations.expire_statement(dispute_id=deadline.subject_id)


@on_expiry(operations.DECISION_STEP)
def say_that_nobody_decided(deadline) -> str | None:
    return operations.expire_decision(dispute_id=deadline.subject_id)


@on_expiry(operations.APPEAL_STEP)
def let_the_decision_stand(deadline) -> str | None:
    return operations.expire_appeal(dispute_id=deadline.subject_id)


@on("package.delivery_failed")
def open_a_return(event) -> None:
    """Only where the owner's rule says so; else it may be shipped again."""
    operations.open_for_failed_delivery(package_id=event.subject_id)


# -- Whatever ends last ends the return --------------------------------------------------------


@on("return.approved", "return.goods_received", "return.goods_never_came")
def complete_where_nothing_is_left(event) -> None:
    operations.complete_return(event.subject_id)


@on("return_parcel.received", "return_parcel.never_came")
def complete_when_the_goods_are_back(event) -> None:
    operations.complete_return(ReturnParcel.objects.get(pk=event.subject_id).case_id)


@on("refund_plan.completed")
def complete_when_the_money_has_left(event) -> None:
    case_id = RefundPlan.objects.get(pk=event.subject_id).case_id
    if case_id is not None:  # a surplus is given back without a request
        operations.complete_return(case_id)


@on("dispute.closed")
def complete_when_the_dispute_is_over(event) -> None:
    operations.complete_return(Dispute.objects.get(pk=event.subject_id).case_id)
