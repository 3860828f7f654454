"""The addresses of what people do after the sale, the same for sellers and for the owner."""

from django.urls import path

from marketplace.aftersales.views import transactions

seller_urls = [
    path(
        "orders/<str:number>/transaction/",
        transactions.OrderTransaction.as_view(),
        name="order_transaction",
    ),
]
owner_urls = [*seller_urls]
