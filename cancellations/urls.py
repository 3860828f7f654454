"""The addresses of cancellations, per surface; `marketplace.urls` hangs them up."""

from django.urls import path

from cancellations import views

my_urls = [
    path(
        "orders/<str:number>/cancellation/",
        views.CancellationCreate.as_view(),
        name="cancellation_create",
    ),
    path("requests/<str:number>/", views.CancellationDetail.as_view(), name="case_detail"),
]
