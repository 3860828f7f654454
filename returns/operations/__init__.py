"""What can be done with returns, in the order it happens in life."""

from returns.goods_policies import Received
from returns.operations.goods import (
    CONFIRM_STEP,
    SEND_STEP,
    UnknownParcel,
    expire_sending,
    find_by_code,
    open_parcel,
    say_sent,
    waits_for_goods,
)
from returns.operations.inspecting import Found, deduct, expire_confirming
from returns.operations.receiving import receive
from returns.operations.replacing import send_again

__all__ = [
    "CONFIRM_STEP",
    "SEND_STEP",
    "Found",
    "Received",
    "UnknownParcel",
    "deduct",
    "expire_confirming",
    "expire_sending",
    "find_by_code",
    "open_parcel",
    "receive",
    "say_sent",
    "send_again",
    "waits_for_goods",
]
