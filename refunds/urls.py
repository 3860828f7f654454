"""The addresses of refund plans, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from refunds import api, views

owner_urls = [
    path(
        "refund-plans/<str:number>/retries/",
        views.RefundPlanRetry.as_view(),
        name="refund_plan_retry",
    ),
]
api_urls = [
    path("refund-plans/", api.RefundPlanListEndpoint.as_view(), name="refund_plan_list"),
    path(
        "refund-plans/<str:number>/",
        api.RefundPlanDetailEndpoint.as_view(),
        name="refund_plan_detail",
    ),
]
