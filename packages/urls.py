"""Pages and endpoints of packages; what is printed for them stands in `packages.paper`."""

from django.urls import path

from packages import api
from packages.paper.views import PackagePaper

PAPER = [path("packages/paper/", PackagePaper.as_view(), name="package_paper")]

seller_urls = [*PAPER]
owner_urls = [*PAPER]

OF_PACKAGE = "packages/<str:number>/"
api_urls = [
    path("orders/<str:number>/packages/", api.OrderPackages.as_view(), name="package_create"),
    path("packages/", api.PackageList.as_view(), name="package_list"),
    path(OF_PACKAGE, api.PackageDetail.as_view(), name="package_detail"),
    path(f"{OF_PACKAGE}split/", api.PackageSplit.as_view(), name="package_split"),
    path(f"{OF_PACKAGE}move/", api.PackageMove.as_view(), name="package_move"),
    path(f"{OF_PACKAGE}invoice/", api.PackageInvoice.as_view(), name="package_invoice"),
    path(f"{OF_PACKAGE}ready/", api.PackageReady.as_view(), name="package_ready"),
    path(
        f"{OF_PACKAGE}delivery-setting/",
        api.PackageDeliverySetting.as_view(),
        name="package_delivery_setting",
    ),
    path(f"{OF_PACKAGE}shipment/", api.PackageShipment.as_view(), name="package_shipment"),
    path(f"{OF_PACKAGE}delivery/", api.PackageDelivery.as_view(), name="package_delivery"),
    path(f"{OF_PACKAGE}events/", api.PackageEvents.as_view(), name="package_events"),
]
