"""Pages and endpoints of packages; what is printed for them stands in `packages.paper`."""

from django.urls import path

from packages import api
from packages.paper.views import PackagePaper
from packages.views import bulk, contents, detail, lists, sending, tracking

PAPER = [path("packages/paper/", PackagePaper.as_view(), name="package_paper")]
OF_PACKAGE = "packages/<str:number>/"

my_urls = [
    path(f"{OF_PACKAGE}invoice/", detail.InvoiceFile.as_view(), name="package_invoice_file"),
]
seller_urls = [
    *PAPER,
    path("packages/", lists.PackageList.as_view(), name="package_list"),
    path("packages/preparing/", lists.PackagesPreparing.as_view(), name="package_preparing"),
    path("packages/shipped/", lists.ShippedPackages.as_view(), name="package_shipped"),
    path("packages/to-pack/", lists.PackagesToPack.as_view(), name="package_to_pack"),
    path("packages/pack/", contents.PackageStart.as_view(), name="package_pack"),
    path("packages/bulk/", bulk.PackagesBulk.as_view(), name="package_bulk"),
    path("packages/tracking/", tracking.TrackingUpload.as_view(), name="package_tracking"),
    path("package-tabs/", lists.PackageTabs.as_view(), name="package_tabs"),
    path(OF_PACKAGE, detail.ConsolePackage.as_view(), name="package_detail"),
    path(f"{OF_PACKAGE}split/", contents.PackageSplit.as_view(), name="package_split"),
    path(f"{OF_PACKAGE}move/", contents.PackageMove.as_view(), name="package_move"),
    path(f"{OF_PACKAGE}invoice/", sending.PackageInvoice.as_view(), name="package_invoice"),
    path(f"{OF_PACKAGE}invoice/file/", detail.InvoiceFile.as_view(), name="package_invoice_file"),
    path(f"{OF_PACKAGE}ready/", sending.PackageReady.as_view(), name="package_ready"),
    path(f"{OF_PACKAGE}ship/", sending.PackageShip.as_view(), name="package_ship"),
    path(f"{OF_PACKAGE}deliver/", sending.PackageDeliver.as_view(), name="package_deliver"),
    path(f"{OF_PACKAGE}fail/", sending.PackageFail.as_view(), name="package_fail"),
    path(f"{OF_PACKAGE}delivery/", sending.PackageDelivery.as_view(), name="package_delivery"),
]
owner_urls = [*seller_urls]

api_urls = [
    path("orders/<str:number>/packages/", api.OrderPackages.as_view(), name="package_create"),
    path("packages/", api.PackageList.as_view(), name="package_list"),
    path("packages/shipments/", api.PackageShipments.as_view(), name="package_shipments"),
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
