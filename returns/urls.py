"""The addresses of returns, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from core.evidence.views import HeldFile
from returns import api
from returns.models import ReturnEvidence
from returns.views import console, disputes, goods, help, settings, storefront  # noqa: A004

_evidence = path(
    "evidence/<uuid:key>/", HeldFile.as_view(holder=ReturnEvidence), name="evidence_file"
)
_message = path(
    "requests/<str:number>/messages/", storefront.Message.as_view(), name="return_message"
)
_offer_answer = path(
    "offers/<int:pk>/answer/", storefront.OfferAnswer.as_view(), name="offer_answer"
)
# What the customer does, or the marketplace for them.
_customers_acts = [
    path(
        "requests/<str:number>/shipment/",
        storefront.ReturnShipment.as_view(),
        name="return_shipment",
    ),
    path(
        "requests/<str:number>/statement/",
        storefront.Statement.as_view(),
        name="dispute_statement",
    ),
    path("requests/<str:number>/appeal/", storefront.Appeal.as_view(), name="dispute_appeal"),
    _offer_answer,
]
_help = path("help/returns/", help.HelpReturns.as_view(), name="help_returns")

my_urls = [
    path(
        "requests/<str:number>/return-withdrawal/",
        storefront.ReturnWithdrawal.as_view(),
        name="return_withdrawal",
    ),
    path("requests/<str:number>/label/", storefront.ReturnLabel.as_view(), name="return_label"),
    *_customers_acts,
    _message,
    _evidence,
    _help,
]
_console_urls = [
    path("requests/<str:number>/answer/", console.ReturnPage.as_view(), name="return_answer"),
    path(
        "requests/<str:number>/confirmation/",
        console.QuickAnswer.as_view(),
        name="return_quick_answer",
    ),
    path(
        "requests/<str:number>/offer-withdrawal/",
        console.OfferWithdrawal.as_view(),
        name="offer_withdrawal",
    ),
    path("returns/receive/", goods.ReceiveByCode.as_view(), name="return_receive"),
    path(
        "returns/receive/<str:code>/",
        goods.ReceiveParcel.as_view(),
        name="return_receive_parcel",
    ),
    path("disputes/<str:number>/", disputes.DisputePage.as_view(), name="dispute_detail"),
    _message,
    _evidence,
    _help,
]
seller_urls = _console_urls
owner_urls = [
    *_console_urls,
    *_customers_acts,
    path(
        "requests/<str:number>/return-withdrawal/",
        console.RequestWithdrawal.as_view(),
        name="return_withdrawal",
    ),
    path("settings/returns/", settings.ReturnPolicies.as_view(), name="settings_returns"),
    path(
        "settings/returns/new/",
        settings.ReturnPolicyPage.as_view(),
        name="settings_return_policy_new",
    ),
    path(
        "settings/returns/<int:pk>/",
        settings.ReturnPolicyPage.as_view(),
        name="settings_return_policy",
    ),
    path(
        "settings/returns/<int:pk>/removal/",
        settings.ReturnPolicyRemoval.as_view(),
        name="settings_return_policy_removal",
    ),
]
api_urls = [
    path("orders/<str:number>/returns/", api.OrderReturns.as_view(), name="order_returns"),
    path(
        "orders/<str:number>/return-estimates/",
        api.ReturnEstimates.as_view(),
        name="return_estimates",
    ),
    path("return-policies/", api.ReturnPolicyList.as_view(), name="return_policy_list"),
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
