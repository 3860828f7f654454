"""The addresses of the start pages; `marketplace.urls` hangs them up."""

from django.urls import path

from marketplace.dashboards import views

my_urls = [path("", views.MyStart.as_view(), name="overview")]
seller_urls = [path("", views.SellerDashboard.as_view(), name="overview")]
owner_urls = [path("", views.OwnerDashboard.as_view(), name="overview")]
