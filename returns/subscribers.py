"""What returns hear of: the days of customer and seller that have passed."""

from core.deadlines.expiry import on_expiry
from returns import operations


@on_expiry(operations.SEND_STEP)
def stop_waiting_for_goods(deadline) -> str | None:
    return operations.expire_sending(parcel_id=deadline.subject_id)


@on_expiry(operations.CONFIRM_STEP)
def confirm_for_the_silent(deadline) -> str | None:
    return operations.expire_confirming(parcel_id=deadline.subject_id, action=deadline.action)
