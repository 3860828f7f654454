"""The addresses of returns, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from returns import api

api_urls = [
    path("orders/<str:number>/returns/", api.OrderReturns.as_view(), name="order_returns"),
    path(
        "orders/<str:number>/return-estimates/",
        api.ReturnEstimates.as_view(),
        name="return_estimates",
    ),
    path("returns/", api.ReturnList.as_view(), name="return_list"),
    path("returns/<str:number>/", api.ReturnDetail.as_view(), name="return_detail"),
    path("returns/<str:number>/approval/", api.ReturnApproval.as_view(), name="return_approval"),
    path("returns/<str:number>/rejection/", api.ReturnRejection.as_view(), name="return_rejection"),
    path(
        "returns/<str:number>/withdrawal/",
        api.ReturnWithdrawal.as_view(),
        name="return_withdrawal",
    ),
    path("returns/<str:number>/offers/", api.ReturnOffers.as_view(), name="return_offers"),
    path(
        "returns/<str:number>/offers/<int:offer>/acceptance/",
        api.OfferAcceptance.as_view(),
        name="offer_acceptance",
    ),
    path(
        "returns/<str:number>/offers/<int:offer>/refusal/",
        api.OfferRefusal.as_view(),
        name="offer_refusal",
    ),
    path(
        "returns/<str:number>/offers/<int:offer>/withdrawal/",
        api.OfferWithdrawal.as_view(),
        name="offer_withdrawal",
    ),
    path("returns/<str:number>/shipment/", api.ReturnShipment.as_view(), name="return_shipment"),
    path("returns/<str:number>/receipts/", api.ReturnReceipts.as_view(), name="return_receipts"),
    path(
        "returns/<str:number>/inspection/",
        api.ReturnInspection.as_view(),
        name="return_inspection",
    ),
    path(
        "returns/<str:number>/dispute/statement/",
        api.DisputeStatement.as_view(),
        name="dispute_statement",
    ),
    path(
        "returns/<str:number>/dispute/decision/",
        api.DisputeDecision.as_view(),
        name="dispute_decision",
    ),
    path(
        "returns/<str:number>/dispute/appeal/",
        api.DisputeAppeal.as_view(),
        name="dispute_appeal",
    ),
    path("returns/<str:number>/messages/", api.ReturnMessages.as_view(), name="return_messages"),
    path("evidence/", api.Evidence.as_view(), name="evidence"),
    path("evidence/<str:key>/", api.EvidenceFile.as_view(), name="evidence_file"),
]
