"""What the API takes and answers about packages.

Answers are plain dicts; the Shape classes describe them for OpenAPI.
"""

from typing import Any

import orjson
from rest_framework import serializers

from core.api.serializers import StrictSerializer
from orders.models import OrderStatus
from orders.serializers import moment
from packages.actions import allowed_actions
from packages.listing import AnsweredPackage
from packages.models import CarrierReport, Package, PackageItem
from sellers.tracking import tracking_link

LONGEST_KEY = CarrierReport._meta.get_field("key").max_length
LONGEST_TRACKING = Package._meta.get_field("tracking_number").max_length
LONGEST_CARRIER = Package._meta.get_field("other_carrier").max_length
MOST_SHIPMENTS = 500
OPTION_CODE = "code of a delivery option that the seller may use"
ITEM = "<line>.<n>, from the order"


# -- What comes in -------------------------------------------------------------------------


class UnitsInput(StrictSerializer):
    item = serializers.CharField(max_length=20, help_text=ITEM)
    quantity = serializers.IntegerField(min_value=1, help_text="part of it splits the item")


class SplitInput(StrictSerializer):
    items = UnitsInput(many=True, allow_empty=False, max_length=1000)


class NewPackageInput(SplitInput):
    delivery_option = serializers.CharField(
        max_length=40, required=False, help_text=f"{OPTION_CODE}; else the seller's usual one"
    )


class MoveInput(SplitInput):
    into = serializers.CharField(
        max_length=20, help_text="another package of this order and seller that is being prepared"
    )


class InvoiceInput(StrictSerializer):
    number = serializers.CharField(max_length=60)
    date = serializers.DateField(required=False, allow_null=True)
    link = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text="where the invoice is shown"
    )


class CarrierInput(StrictSerializer):
    """One of the two; `other_carrier` is outside of the marketplace's terms."""

    delivery_option = serializers.CharField(max_length=40, required=False, help_text=OPTION_CODE)
    other_carrier = serializers.CharField(max_length=LONGEST_CARRIER, required=False)


class ShipmentInput(CarrierInput):
    """What is not given stays as the package has it."""

    tracking_number = serializers.CharField(
        max_length=LONGEST_TRACKING, required=False, allow_blank=True
    )
    ship_anyway = serializers.BooleanField(
        default=False, help_text="although a request to cancel waits for an answer"
    )


class DeliveryInput(StrictSerializer):
    outcome = serializers.ChoiceField(choices=["delivered", "failed"])
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="why it failed"
    )


class CarriersMomentField(serializers.DateTimeField):
    """A moment that a parcel can know: the end of days cannot be shown in every zone."""

    def to_internal_value(self, value):
        moment = super().to_internal_value(value)
        if not 2000 <= moment.year < 2200:
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss][+HH:MM|-HH:MM|Z]")
        return moment


class EventInput(StrictSerializer):
    kind = serializers.ChoiceField(CarrierReport.Kind.choices)
    key = serializers.CharField(
        max_length=LONGEST_KEY, help_text="the carrier's id of this event; told twice, it is once"
    )
    occurred_at = CarriersMomentField()
    place = serializers.CharField(max_length=120, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    expected_at = CarriersMomentField(
        required=False, allow_null=True, help_text="when the customer may expect it"
    )


class ShipmentRowInput(StrictSerializer):
    package = serializers.CharField(max_length=20)
    tracking_number = serializers.CharField(max_length=LONGEST_TRACKING, required=False)
    delivery_option = serializers.CharField(max_length=40, required=False, help_text=OPTION_CODE)
    ship_anyway = serializers.BooleanField(default=False)


class ShipmentsInput(StrictSerializer):
    packages = ShipmentRowInput(many=True, allow_empty=False, max_length=MOST_SHIPMENTS)


# -- What is answered ----------------------------------------------------------------------


def answered_package(package: AnsweredPackage) -> dict[str, Any]:
    """A row of the list: what `package_row` tells of a package."""
    return {
        "number": package.number,
        "order": package.order,
        "seller": {"code": package.seller_code, "name": package.seller},
        "status": package.status,
        "items": orjson.Fragment(package.contents),
        "delivery_option": package.option_code,
        "carrier": package.company or package.other_carrier,
        "tracking_number": package.tracking_number,
        "tracking_link": tracking_link(package.tracking_url, package.tracking_number) or None,
        "invoice": _invoice(package),
        "ship_by": package.ship_by,
        "expected_at": package.expected_at,
        "created_at": package.created_at,
        "shipped_at": package.shipped_at,
        "delivered_at": package.delivered_at,
        "updated_at": package.updated_at,
    }


def package_row(package: Package) -> dict[str, Any]:
    """One package as its reader may see it; `contents` are prefetched (`packages.api`)."""
    option = package.delivery_option
    return {
        "number": package.number,
        "order": package.order.number,
        "seller": {"code": package.seller.code, "name": package.seller.name},
        "status": package.status,
        "items": [_item(content) for content in package.contents.all()],
        "delivery_option": option.code if option else None,
        "carrier": package.carrier,
        "tracking_number": package.tracking_number,
        "tracking_link": package.tracking_link or None,
        "invoice": _invoice(package),
        "ship_by": moment(package.ship_by),
        "expected_at": moment(package.expected_at),
        "created_at": moment(package.created_at),
        "shipped_at": moment(package.shipped_at),
        "delivered_at": moment(package.delivered_at),
        "updated_at": moment(package.updated_at),
    }


def package_detail(package: Package, actor: Any) -> dict[str, Any]:
    """The row, what its carrier told, and what this actor may do next."""
    items = [content.item for content in package.contents.all()]
    return package_row(package) | {
        "events": [_report(report) for report in package.reports.all()],
        "allowed_actions": allowed_actions(package, items, actor),
    }


def _item(content: PackageItem) -> dict[str, Any]:
    item = content.item
    return {
        "item": item.number,
        "sku": item.line.sku,
        "name": item.line.name,
        "quantity": item.quantity,
        "status": item.status,
    }


def _invoice(package: Package | AnsweredPackage) -> dict[str, Any] | None:
    if not package.invoice_number:
        return None
    date = package.invoice_date
    return {
        "number": package.invoice_number,
        "date": date.isoformat() if date else None,
        "link": package.invoice_link or None,
        "has_file": bool(package.invoice_file),
    }


def _report(report: CarrierReport) -> dict[str, Any]:
    return {
        "key": report.key,
        "kind": report.kind,
        "occurred_at": moment(report.occurred_at),
        "received_at": moment(report.received_at),
        "place": report.place,
        "reason": report.reason,
        "expected_at": moment(report.expected_at),
        "outcome": report.outcome,
    }


# -- Shapes, for the OpenAPI document ------------------------------------------------------


class SellerOfPackageShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class PackedItemShape(serializers.Serializer):
    item = serializers.CharField(help_text=ITEM)
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(OrderStatus.choices)


class InvoiceShape(serializers.Serializer):
    number = serializers.CharField()
    date = serializers.DateField(allow_null=True)
    link = serializers.CharField(allow_null=True)
    has_file = serializers.BooleanField()


class PackageShape(serializers.Serializer):
    """Items of one seller's part of an order that travel together."""

    number = serializers.CharField()
    order = serializers.CharField()
    seller = SellerOfPackageShape()
    status = serializers.ChoiceField(Package.Status.choices)
    items = PackedItemShape(many=True)
    delivery_option = serializers.CharField(allow_null=True, help_text="its code")
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_link = serializers.CharField(allow_null=True)
    invoice = InvoiceShape(allow_null=True)
    ship_by = serializers.DateTimeField(allow_null=True)
    expected_at = serializers.DateTimeField(allow_null=True, help_text="as the carrier says")
    created_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()

    def to_representation(self, package: AnsweredPackage) -> dict[str, Any]:
        return answered_package(package)


class EventShape(serializers.Serializer):
    """What a carrier told, and what became of it."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(CarrierReport.Kind.choices)
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    place = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    expected_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(
        CarrierReport.Outcome.choices,
        help_text="moved: the package; noted: told something new; superseded: came too late",
    )

    def to_representation(self, report: CarrierReport) -> dict[str, Any]:
        return _report(report)


class PackageDetailShape(PackageShape):
    events = EventShape(many=True)
    allowed_actions = serializers.ListField(
        child=serializers.CharField(),
        help_text="split, move, invoice, change_delivery, ready, ship, deliver, fail; ship_anyway: "
        "a request to cancel waits for an answer",
    )

    def to_representation(self, package: Package) -> dict[str, Any]:
        return package_detail(package, self.context["request"].actor)


class ShipmentProblemShape(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class ShipmentRowShape(serializers.Serializer):
    package = serializers.CharField()
    accepted = serializers.BooleanField()
    problem = ShipmentProblemShape(allow_null=True, help_text="why it will not be shipped")


class ShipmentsShape(serializers.Serializer):
    """What was checked at once; the accepted ones ship as a job."""

    job = serializers.CharField(allow_null=True, help_text="GET /jobs/{number}/, …/rows/")
    packages = ShipmentRowShape(many=True)
