"""Plans and what they pay back, the attempts to pay, and the rules about both."""

from refunds.models.attempts import ProviderMessage, RefundAttempt
from refunds.models.plans import RefundLine, RefundPart, RefundPlan
from refunds.models.rules import OrderSurplus, RefundApprovalRule

__all__ = [
    "OrderSurplus",
    "ProviderMessage",
    "RefundApprovalRule",
    "RefundAttempt",
    "RefundLine",
    "RefundPart",
    "RefundPlan",
]
