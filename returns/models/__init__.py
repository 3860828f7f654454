"""Returns: what was asked and answered, the goods on their way back, disputes, and the rules."""

from returns.models.disputes import (
    Decision,
    DecisionLine,
    Dispute,
    DisputeItem,
    ReturnEvidence,
    ReturnMessage,
)
from returns.models.goods import ReceivedUnits, ReturnParcel
from returns.models.policies import ReturnPolicy
from returns.models.requests import Offer, ReturnItem, ReturnRequest

__all__ = [
    "Decision",
    "DecisionLine",
    "Dispute",
    "DisputeItem",
    "Offer",
    "ReceivedUnits",
    "ReturnEvidence",
    "ReturnItem",
    "ReturnMessage",
    "ReturnParcel",
    "ReturnPolicy",
    "ReturnRequest",
]
