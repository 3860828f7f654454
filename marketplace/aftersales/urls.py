"""The addresses of what people do after the sale, the same for sellers and for the owner."""

from django.urls import path

from marketplace.aftersales.views import bulk, requests, transactions

shared_urls = [
    path("requests/<str:number>/", requests.RequestDetail.as_view(), name="case_detail"),
    path(
        "orders/<str:number>/transaction/",
        transactions.OrderTransaction.as_view(),
        name="order_transaction",
    ),
]
seller_urls = [
    path("requests/", requests.SellerRequestList.as_view(), name="request_list"),
    path("order-cancellations/", bulk.OrdersCancel.as_view(), name="orders_cancel"),
    *shared_urls,
]
owner_urls = [
    path("requests/", requests.RequestList.as_view(), name="request_list"),
    *shared_urls,
]
