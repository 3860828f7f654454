from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Stateful
from orders.models import Order, OrderItem, SellerOrder
from packages.querysets import PackageItemQuerySet, PackageQuerySet


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
    tracking_number = models.CharField(max_length=80, blank=True)
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
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="package_by_order"),
            models.Index(fields=["seller", "status", "-id"], name="package_by_seller"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tracking_link(self) -> str:
        """Where the carrier shows this parcel; empty when it is not known."""
        template = self.delivery_option.tracking_url if self.delivery_option else ""
        if not (template and self.tracking_number):
            return ""
        return template.replace("{number}", self.tracking_number)


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
