"""The addresses of refund plans, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from refunds import api
from refunds.views import ledger, plans, settings, surplus, webhooks

PLAN = "refund-plans/<str:number>/"

# The same two pages; each reader finds their own plans on them.
console_urls = [
    path("refund-plans/", plans.RefundPlanList.as_view(), name="refund_plan_list"),
    path(PLAN, plans.RefundPlanPage.as_view(), name="refund_plan_detail"),
    path("ledger/", ledger.LedgerPage.as_view(), name="ledger"),
    path("ledger.csv", ledger.LedgerDownload.as_view(), name="ledger_download"),
]
seller_urls = [*console_urls]
owner_urls = [
    *console_urls,
    path(f"{PLAN}retries/", plans.RefundPlanRetry.as_view(), name="refund_plan_retry"),
    path(
        f"{PLAN}second-approval/",
        plans.RefundPlanSecondApproval.as_view(),
        name="refund_plan_second_approval",
    ),
    path(f"{PLAN}external/", plans.RefundPlanExternal.as_view(), name="refund_plan_external"),
    path(f"{PLAN}outcomes/", plans.RefundPlanOutcome.as_view(), name="refund_plan_outcome"),
    path(
        "orders/<str:number>/surplus-refund/",
        surplus.SurplusRefund.as_view(),
        name="surplus_refund_create",
    ),
    path(
        "settings/refund-approval/",
        settings.RefundApproval.as_view(),
        name="settings_refund_approval",
    ),
]
api_urls = [
    path("refund-plans/", api.RefundPlanListEndpoint.as_view(), name="refund_plan_list"),
    path(PLAN, api.RefundPlanDetailEndpoint.as_view(), name="refund_plan_detail"),
    path(
        "provider-webhooks/simulator/",
        webhooks.SimulatorWebhook.as_view(),
        name="provider_webhook",
    ),
    path(f"{PLAN}outcomes/", api.RefundPlanOutcomes.as_view(), name="refund_plan_outcomes"),
]
