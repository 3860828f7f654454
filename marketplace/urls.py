"""All addresses. Each app brings its own; this file says where they hang."""

from django.urls import path

from marketplace import design, views

urlpatterns = [
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
    path("metrics/", views.metrics, name="metrics"),
    path("theme/", design.choose_theme, name="theme"),
    path("design/", design.gallery, name="design"),
]
