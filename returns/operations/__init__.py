"""What can be done with returns, in the order it happens in life."""

from returns.goods_policies import Received
from returns.operations.answering import approve_items, reject_items, withdraw_return
from returns.operations.completing import complete_return
from returns.operations.deciding import ANSWER_STEP, ESCALATED_STEP, OFFER_STEP
from returns.operations.disputes import (
    APPEAL_STEP,
    DECISION_STEP,
    STATEMENT_STEP,
    appeal,
    expire_appeal,
    expire_decision,
    expire_statement,
    open_dispute,
    state_side,
)
from returns.operations.estimating import Estimate, EstimatedItem, estimate_return
from returns.operations.failed_delivery import open_for_failed_delivery
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
from returns.operations.messages import write_message
from returns.operations.offering import (
    accept_offer,
    decline_offer,
    full_refund_of,
    lapse_offer,
    make_offer,
    withdraw_offer,
)
from returns.operations.proposing import proposed_deductions
from returns.operations.receiving import receive
from returns.operations.replacing import send_again
from returns.operations.requesting import request_return
from returns.operations.ruling import decide
from returns.operations.selecting import Eligible, ReturnSelection, eligibility
from returns.operations.silence import expire_answer
from returns.operations.weighing import DecidedLine, Ruled, price_decision
from returns.policies import NotDecidable, NotReturnable

__all__ = [
    "ANSWER_STEP",
    "APPEAL_STEP",
    "CONFIRM_STEP",
    "DECISION_STEP",
    "ESCALATED_STEP",
    "OFFER_STEP",
    "SEND_STEP",
    "STATEMENT_STEP",
    "DecidedLine",
    "Eligible",
    "Estimate",
    "EstimatedItem",
    "Found",
    "NotDecidable",
    "NotReturnable",
    "Received",
    "ReturnSelection",
    "Ruled",
    "UnknownParcel",
    "accept_offer",
    "appeal",
    "approve_items",
    "complete_return",
    "decide",
    "decline_offer",
    "deduct",
    "eligibility",
    "estimate_return",
    "expire_answer",
    "expire_appeal",
    "expire_confirming",
    "expire_decision",
    "expire_sending",
    "expire_statement",
    "find_by_code",
    "full_refund_of",
    "lapse_offer",
    "make_offer",
    "open_dispute",
    "open_for_failed_delivery",
    "open_parcel",
    "price_decision",
    "proposed_deductions",
    "receive",
    "reject_items",
    "request_return",
    "say_sent",
    "send_again",
    "state_side",
    "waits_for_goods",
    "withdraw_offer",
    "withdraw_return",
    "write_message",
]
