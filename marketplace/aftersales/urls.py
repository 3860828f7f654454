"""The addresses of what people do after the sale: the same for sellers and for the owner."""

from django.urls import path

from marketplace.aftersales.views import asking, bulk, cases, requests, transactions

my_urls = [
    path("orders/<str:number>/request/", asking.RequestCreate.as_view(), name="return_new"),
    path("requests/<str:number>/", cases.MyCase.as_view(), name="case_detail"),
]
shared_urls = [
    path("order-cancellations/", bulk.OrdersCancel.as_view(), name="orders_cancel"),
    path("return-confirmations/", bulk.ReturnsConfirm.as_view(), name="returns_confirm"),
    path("requests/<str:number>/", cases.ConsoleCase.as_view(), name="case_detail"),
    path(
        "orders/<str:number>/transaction/",
        transactions.OrderTransaction.as_view(),
        name="order_transaction",
    ),
]
seller_urls = [
    path("requests/", requests.SellerRequestList.as_view(), name="request_list"),
    *shared_urls,
]
owner_urls = [
    path("requests/", requests.RequestList.as_view(), name="request_list"),
    *shared_urls,
]
