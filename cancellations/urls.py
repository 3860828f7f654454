"""The addresses of cancellations, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from cancellations import api
from cancellations.views import console, storefront

my_urls = [
    path(
        "orders/<str:number>/cancellation/",
        storefront.CancellationCreate.as_view(),
        name="cancellation_create",
    ),
    path(
        "requests/<str:number>/withdrawal/",
        storefront.CancellationWithdrawal.as_view(),
        name="cancellation_withdrawal",
    ),
]
owner_urls = [
    path("settings/reasons/", console.ReasonList.as_view(), name="settings_reasons"),
    path("settings/reasons/new/", console.ReasonPage.as_view(), name="settings_reason_new"),
    path("settings/reasons/<int:pk>/", console.ReasonPage.as_view(), name="settings_reason"),
    path(
        "settings/cancellations/",
        console.CancellationPolicyPage.as_view(),
        name="settings_cancellation_policy",
    ),
]
api_urls = [
    path(
        "orders/<str:number>/cancellations/",
        api.OrderCancellations.as_view(),
        name="order_cancellations",
    ),
    path(
        "orders/<str:number>/rejections/",
        api.OrderRejections.as_view(),
        name="order_rejections",
    ),
    path("cancellations/", api.CancellationList.as_view(), name="cancellation_list"),
    path(
        "cancellations/<str:number>/", api.CancellationDetail.as_view(), name="cancellation_detail"
    ),
    path(
        "cancellations/<str:number>/approval/",
        api.Approval.as_view(),
        name="cancellation_approval",
    ),
    path(
        "cancellations/<str:number>/rejection/",
        api.Rejection.as_view(),
        name="cancellation_rejection",
    ),
    path(
        "cancellations/<str:number>/withdrawal/",
        api.Withdrawal.as_view(),
        name="cancellation_withdrawal",
    ),
    path(
        "cancellations/<str:number>/overruling/",
        api.Overruling.as_view(),
        name="cancellation_overruling",
    ),
    path("reasons/", api.ReasonList.as_view(), name="reason_list"),
    path("cancellation-policy/", api.CancellationPolicy.as_view(), name="cancellation_policy"),
]
