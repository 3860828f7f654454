from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.states import Stateful
from orders.models import Order, OrderItem, SellerOrder
from packages.querysets import CarrierReportQuerySet, PackageItemQuerySet, PackageQuerySet
from sellers.tracking import tracking_link


class Package(Stateful):
    """Items of one seller order that travel together."""

    class Status(models.TextChoices):
        PREPARING = "preparing", _("Preparing")
        READY_TO_SHIP = "ready_to_ship", _("Ready to ship")
        SHIPPED = "shipped", _("Shipped")
        DELIVERED = "delivered", _("Delivered")
        DELIVERY_FAILED = "delivery_failed", _("Delivery failed")
        CANCELLED = "cancelled", _("Cancelled")

    EVENT = "package"
    TRANSITIONS = {
        Status.PREPARING: {Status.READY_TO_SHIP, Status.SHIPPED, Status.CANCELLED},
        Status.READY_TO_SHIP: {Status.SHIPPED, Status.CANCELLED},
        Status.SHIPPED: {Status.DELIVERED, Status.DELIVERY_FAILED},
        Status.DELIVERY_FAILED: {Status.SHIPPED, Status.DELIVERED},
        Status.DELIVERED: set(),
        Status.CANCELLED: set(),
    }

    number = models.CharField(max_length=20, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="packages")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="packages")
    seller = models.ForeignKey("sellers.Seller", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.PREPARING)
    delivery_option = models.ForeignKey(
        "sellers.DeliveryOption",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # "Other": a carrier outside of the marketplace's terms, instead of a delivery option.
    other_carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True, help_text="as the carrier says")
    invoice_number = models.CharField(_("invoice number"), max_length=60, blank=True)
    invoice_date = models.DateField(_("invoice date"), null=True, blank=True)
    invoice_link = models.URLField(_("invoice address"), max_length=500, blank=True)
    invoice_file = models.CharField(
        max_length=200, blank=True, help_text="its name in the private file storage"
    )
    created_at = models.DateTimeField(null=True, help_text="null: an imported past does not know")
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    ship_by = models.DateTimeField(null=True, blank=True)
    imported = models.BooleanField(default=False)

    objects = PackageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id", "seller_order"], name="package_with_seller_order"
            ),
            models.CheckConstraint(
                condition=models.Q(delivery_option=None) | models.Q(other_carrier=""),
                name="package_one_carrier",
            ),
            models.CheckConstraint(
                condition=models.Q(invoice_date=None) | ~models.Q(invoice_number=""),
                name="package_invoice_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="package_by_order"),
            models.Index(fields=["seller", "status", "-id"], name="package_by_seller"),
            # The work list: what is open, the most urgent first; for one seller and for the owner.
            models.Index(
                fields=["seller", "ship_by", "id"],
                condition=models.Q(status__in=["preparing", "ready_to_ship"]),
                name="package_open_by_seller",
            ),
            models.Index(
                fields=["ship_by", "id"],
                condition=models.Q(status__in=["preparing", "ready_to_ship"]),
                name="package_open",
            ),
            models.Index(fields=["seller", "-id"], name="package_of_seller"),
            models.Index(fields=["status", "-id"], name="package_by_status"),
            # People type how it begins; only this class serves that in every collation.
            models.Index(
                fields=["tracking_number"],
                opclasses=["varchar_pattern_ops"],
                condition=~models.Q(tracking_number=""),
                name="package_by_tracking",
            ),
            models.Index(fields=["updated_at", "id"], name="package_by_update"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def carrier(self) -> str:
        """Who brings it, as people call it; empty when nobody has said."""
        option = self.delivery_option
        return option.company.name if option else self.other_carrier

    @property
    def tracking_link(self) -> str:
        """Where the carrier shows this parcel; empty when it is not known."""
        template = self.delivery_option.tracking_url if self.delivery_option else ""
        return tracking_link(template, self.tracking_number)


class PackageItem(models.Model):
    """An item in a package; `removed_at` when it was cancelled or moved out of it."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="contents")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="packings")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = PackageItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(removed_at=None),
                name="item_in_one_live_package",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.package_id}"


class CarrierReport(models.Model):
    """One thing a carrier told of a package, kept even where it changed nothing.

    `key` is the carrier's own id of the message: the same one twice is one row. `outcome` says
    what became of it: it moved the package, told something new, or came too late to matter.
    """

    class Kind(models.TextChoices):
        SHIPPED = "shipped", _("Shipped")
        OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Delivery failed")

    class Outcome(models.TextChoices):
        MOVED = "moved", _("Moved the package")
        NOTED = "noted", _("Noted")
        SUPERSEDED = "superseded", _("Came too late to matter")

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="reports")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    place = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome)

    objects = CarrierReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "key"], name="carrier_report_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.package_id}"
