"""What can be done with cancellations, in the order it happens in life."""

from cancellations.operations.completing import complete_cancellation
from cancellations.operations.estimating import Estimate, EstimatedItem, estimate_cancellation
from cancellations.operations.evaluating import (
    ANSWER_STEP,
    NotDecidable,
    approve_cancellation,
    evaluate_cancellation,
    expire_answer,
    settle_shipped,
)
from cancellations.operations.requesting import Selection, request_cancellation

__all__ = [
    "ANSWER_STEP",
    "Estimate",
    "EstimatedItem",
    "NotDecidable",
    "Selection",
    "approve_cancellation",
    "complete_cancellation",
    "estimate_cancellation",
    "evaluate_cancellation",
    "expire_answer",
    "request_cancellation",
    "settle_shipped",
]
