"""What can be done with cancellations, in the order it happens in life."""

from cancellations.operations.answering import (
    approve_items,
    reject_request_items,
    withdraw_cancellation,
)
from cancellations.operations.completing import complete_cancellation
from cancellations.operations.deciding import ANSWER_STEP, ESCALATED_STEP
from cancellations.operations.estimating import Estimate, EstimatedItem, estimate_cancellation
from cancellations.operations.evaluating import (
    approve_cancellation,
    evaluate_cancellation,
    settle_shipped,
)
from cancellations.operations.overdue import cancel_overdue
from cancellations.operations.overruling import overrule
from cancellations.operations.rejecting import reject_items
from cancellations.operations.requesting import request_cancellation
from cancellations.operations.selecting import Selection
from cancellations.operations.settings import (
    change_policy,
    checked_policy,
    current_policy,
    save_reason,
)
from cancellations.operations.silence import expire_answer
from cancellations.operations.simulating import DryRun, Held, simulate_policy
from cancellations.policies import NotDecidable

__all__ = [
    "ANSWER_STEP",
    "ESCALATED_STEP",
    "DryRun",
    "Estimate",
    "EstimatedItem",
    "Held",
    "NotDecidable",
    "Selection",
    "approve_cancellation",
    "approve_items",
    "cancel_overdue",
    "change_policy",
    "checked_policy",
    "complete_cancellation",
    "current_policy",
    "estimate_cancellation",
    "evaluate_cancellation",
    "expire_answer",
    "overrule",
    "reject_items",
    "reject_request_items",
    "request_cancellation",
    "save_reason",
    "settle_shipped",
    "simulate_policy",
    "withdraw_cancellation",
]
