"""All addresses. Each app brings its own; this file says where they hang.

The surface (`/my/`, `/seller/`, `/owner/`, `/api/v1/`) is the namespace: `owner:order_list`. An
app's `urls.py` has a list per surface (`my_urls`, `seller_urls`, `owner_urls`, `api_urls`), and
`site_urls` for pages outside of all surfaces.
"""

from django.urls import include, path, re_path

from core.api.views import NoSuchEndpoint, OpenApi
from marketplace import design, entrance, views
from marketplace.addresses import gathered

# Tried in order: what programs ask most stands first.
endpoints = sorted(gathered("api_urls"), key=lambda one: not str(one.pattern).startswith("orders/"))

urlpatterns = [
    path("api/v1/", include((endpoints, "api"))),
    path("", entrance.home, name="home"),
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
    path("metrics/", views.metrics, name="metrics"),
    path("theme/", design.choose_theme, name="theme"),
    path("design/", design.gallery, name="design"),
    path("accounts/", include("allauth.urls")),
    path("my/", include((gathered("my_urls"), "my"))),
    path("seller/", include((gathered("seller_urls"), "seller"))),
    path("owner/", include((gathered("owner_urls"), "owner"))),
    path("api/v1/openapi.json", OpenApi.as_view(), name="openapi"),
    re_path(r"^api/", NoSuchEndpoint.as_view()),
    *gathered("site_urls"),
]
