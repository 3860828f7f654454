"""Returns for programs: asking under an order, everything else under the return."""

from returns.api.answering import (
    OfferAcceptance,
    OfferRefusal,
    OfferWithdrawal,
    ReturnApproval,
    ReturnOffers,
    ReturnRejection,
    ReturnWithdrawal,
)
from returns.api.asking import OrderReturns, ReturnEstimates
from returns.api.disputing import (
    DisputeAppeal,
    DisputeDecision,
    DisputeStatement,
    ReturnMessages,
)
from returns.api.evidence import Evidence, EvidenceFile
from returns.api.goods import ReturnInspection, ReturnReceipts, ReturnShipment
from returns.api.policies import ReturnPolicyList
from returns.api.reading import ReturnDetail, ReturnList

__all__ = [
    "DisputeAppeal",
    "DisputeDecision",
    "DisputeStatement",
    "Evidence",
    "EvidenceFile",
    "OfferAcceptance",
    "OfferRefusal",
    "OfferWithdrawal",
    "OrderReturns",
    "ReturnApproval",
    "ReturnDetail",
    "ReturnEstimates",
    "ReturnInspection",
    "ReturnList",
    "ReturnMessages",
    "ReturnOffers",
    "ReturnPolicyList",
    "ReturnReceipts",
    "ReturnRejection",
    "ReturnShipment",
    "ReturnWithdrawal",
]
