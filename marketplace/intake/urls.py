from django.urls import path

from marketplace.intake import api

api_urls = [
    path("orders/", api.OrderCollection.as_view(), name="order_list"),
]
