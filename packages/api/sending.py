"""Sending by programs: invoice, carrier, shipment, and what came of it."""

from drf_spectacular.utils import extend_schema

from core.api.serializers import StrictSerializer
from packages import operations
from packages.api.acting import PackageAct, option_of
from packages.models import Package
from packages.serializers import (
    CarrierInput,
    DeliveryInput,
    InvoiceInput,
    PackageDetailShape,
    ShipmentInput,
)


class PackageInvoice(PackageAct):
    """Say which invoice travels with the package; a later one replaces it until it is
    delivered. A file is given on the page."""

    input_class = InvoiceInput

    def act(self, package: Package, data: dict) -> None:
        operations.give_invoice(
            package=package,
            number=data["number"],
            date=data.get("date"),
            link=data.get("link", ""),
            actor=self.request.actor,
        )


class PackageReady(PackageAct):
    """The package is packed, invoiced and labelled."""

    input_class = StrictSerializer

    @extend_schema(request=None, responses={201: PackageDetailShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, package: Package, data: dict) -> None:
        operations.mark_ready(package=package, actor=self.request.actor)


class PackageDeliverySetting(PackageAct):
    """Choose another carrier for a package that is not on its way: a delivery option, or
    `other_carrier` outside of the marketplace's terms."""

    input_class = CarrierInput

    def act(self, package: Package, data: dict) -> None:
        operations.change_delivery(
            package=package,
            delivery_option=option_of(data, self.request.actor, package.seller_id),
            other_carrier=data.get("other_carrier", ""),
            actor=self.request.actor,
        )


class PackageShipment(PackageAct):
    """Hand the package to its carrier, for the first time or again after a failed delivery. The
    tracking number is held against the carrier's pattern; the customer gets the link."""

    input_class = ShipmentInput

    def act(self, package: Package, data: dict) -> None:
        operations.ship_package(
            package=package,
            tracking_number=data.get("tracking_number", ""),
            delivery_option=option_of(data, self.request.actor, package.seller_id),
            other_carrier=data.get("other_carrier", ""),
            anyway=data["ship_anyway"],
            actor=self.request.actor,
        )


class PackageDelivery(PackageAct):
    """What came of the delivery, where the seller says it; carriers send events."""

    input_class = DeliveryInput

    def act(self, package: Package, data: dict) -> None:
        actor = self.request.actor
        if data["outcome"] == "delivered":
            operations.deliver_package(package=package, actor=actor)
        else:
            operations.fail_delivery(package=package, reason=data.get("reason", ""), actor=actor)
