"""The addresses of orders, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from orders import api
from orders.views import console, storefront

my_urls = [
    path("orders/", storefront.MyOrderList.as_view(), name="order_list"),
    path("orders/<str:number>/", storefront.MyOrder.as_view(), name="order_detail"),
]
seller_urls = [
    path("orders/", console.SellerOrderList.as_view(), name="order_list"),
    path("order-tabs/", console.OrderTabs.as_view(), name="order_tabs"),
    path("orders/<str:number>/", console.ConsoleOrder.as_view(), name="order_detail"),
]
owner_urls = [
    path("orders/", console.OwnerOrderList.as_view(), name="order_list"),
    path("order-tabs/", console.OrderTabs.as_view(), name="order_tabs"),
    path("orders/<str:number>/", console.ConsoleOrder.as_view(), name="order_detail"),
]
# The list hangs in `marketplace.intake.urls`: there it also takes new orders in.
api_urls = [
    path("orders/<str:number>/", api.OrderDetailEndpoint.as_view(), name="order_detail"),
]
