"""Pages and endpoints of packages; what is printed for them stands in `packages.paper`."""

from django.urls import path

from packages.paper.views import PackagePaper

PAPER = [path("packages/paper/", PackagePaper.as_view(), name="package_paper")]

seller_urls = [*PAPER]
owner_urls = [*PAPER]
api_urls: list = []
