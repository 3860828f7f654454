"""What can be done with refund plans, in the order it happens in life."""

from refunds.operations.approving import approve_second, set_approval_rule
from refunds.operations.changing import Deduction, change_lines
from refunds.operations.execution import due_plans, execute_plan, send_attempt
from refunds.operations.history import PastRefund, record_history
from refunds.operations.messages import take_message
from refunds.operations.outside import move_to_external, record_outcome
from refunds.operations.plans import (
    PlanExists,
    approve_plan,
    create_plan,
    drop_lines,
    mark_payable,
    retry_plan,
    void_plan,
)
from refunds.operations.reconciling import due_attempts, reconcile_attempt
from refunds.operations.refunding import next_round, refund_of, refunds_of
from refunds.operations.surplus import SurplusNotLeft, refund_surplus, surplus_left

__all__ = [
    "Deduction",
    "PastRefund",
    "PlanExists",
    "SurplusNotLeft",
    "approve_plan",
    "approve_second",
    "change_lines",
    "create_plan",
    "drop_lines",
    "due_attempts",
    "due_plans",
    "execute_plan",
    "mark_payable",
    "move_to_external",
    "next_round",
    "reconcile_attempt",
    "record_history",
    "record_outcome",
    "refund_of",
    "refund_surplus",
    "refunds_of",
    "retry_plan",
    "send_attempt",
    "set_approval_rule",
    "surplus_left",
    "take_message",
    "void_plan",
]
