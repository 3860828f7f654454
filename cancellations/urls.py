"""The addresses of cancellations, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from cancellations import api
from cancellations.views import storefront

my_urls = [
    path(
        "orders/<str:number>/cancellation/",
        storefront.CancellationCreate.as_view(),
        name="cancellation_create",
    ),
    path("requests/<str:number>/", storefront.CancellationDetail.as_view(), name="case_detail"),
]
api_urls = [
    path(
        "orders/<str:number>/cancellations/",
        api.OrderCancellations.as_view(),
        name="order_cancellations",
    ),
    path("cancellations/", api.CancellationList.as_view(), name="cancellation_list"),
    path(
        "cancellations/<str:number>/", api.CancellationDetail.as_view(), name="cancellation_detail"
    ),
]
