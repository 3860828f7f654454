"""Packages for programs: reading, packing and sending, and what carriers tell."""

from packages.api.carrying import PackageEvents
from packages.api.packing import OrderPackages, PackageMove, PackageSplit
from packages.api.reading import PackageDetail, PackageList
from packages.api.sending import (
    PackageDelivery,
    PackageDeliverySetting,
    PackageInvoice,
    PackageReady,
    PackageShipment,
)
from packages.api.shipping import PackageShipments

__all__ = [
    "OrderPackages",
    "PackageDelivery",
    "PackageDeliverySetting",
    "PackageDetail",
    "PackageEvents",
    "PackageInvoice",
    "PackageList",
    "PackageMove",
    "PackageReady",
    "PackageShipment",
    "PackageShipments",
    "PackageSplit",
]
