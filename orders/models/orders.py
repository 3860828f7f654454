from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from core.money import MinorUnits
from core.states import Recorded
from orders.phones import Backwards
from orders.querysets import (
    CustomerQuerySet,
    OrderQuerySet,
    PaymentQuerySet,
    SellerOrderQuerySet,
)


class OrderStatus(models.TextChoices):
    """Of items; an order and a seller order are named by their least advanced live item."""

    WAITING_PACKAGING = "waiting_packaging", _("Waiting packaging")
    PREPARING = "preparing", _("Preparing")
    READY_TO_SHIP = "ready_to_ship", _("Ready to ship")
    SHIPPED = "shipped", _("Shipped")
    DELIVERY_FAILED = "delivery_failed", _("Delivery failed")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    RETURNED = "returned", _("Returned")


class Customer(models.Model):
    """Who buys on a channel. Linked to a user only through a verified e-mail or a signed link."""

    channel = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="customer_once"),
            # One index finds an address at sign-in, whatever case somebody types it in.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="customer_email_lower_case"
            ),
        ]
        indexes = [
            # Part of a name or an address, in any case: `icontains` asks for UPPER(column). Without
            # the pending list, because what is not merged yet makes searching slow.
            GinIndex(
                OpClass(Upper("first_name"), "gin_trgm_ops"),
                OpClass(Upper("last_name"), "gin_trgm_ops"),
                OpClass(Upper("email"), "gin_trgm_ops"),
                name="customer_by_name",
                fastupdate=False,
            ),
            # How a telephone number ends, whatever is between its digits.
            models.Index(
                OpClass(Backwards("phone"), "text_pattern_ops"),
                condition=~models.Q(phone=""),
                name="customer_by_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Order(Recorded):
    """One purchase by one customer, in one currency, from one or more sellers.

    All amounts are minor units of `currency`, frozen at placement. `captured` may differ from
    `total`: `surplus` is what was captured above it (card interest, say).
    """

    EVENT = "order"
    Status = OrderStatus

    number = models.CharField(max_length=40, unique=True, db_collation="C")
    channel = models.CharField(max_length=40)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(
        max_length=20, choices=OrderStatus, default=OrderStatus.WAITING_PACKAGING
    )
    currency = models.CharField(max_length=3)
    placed_at = models.DateTimeField()
    promised_by = models.DateTimeField(null=True, blank=True)
    product_total = MinorUnits(help_text=_("Σ quantity × unit price, tax included."))
    discount = MinorUnits(default=0)
    shipping = MinorUnits(default=0)
    tax = MinorUnits(default=0, help_text=_("Contained in the amounts above."))
    total = MinorUnits(help_text=_("product total − discount + shipping"))
    captured = MinorUnits()
    surplus = MinorUnits(default=0)
    shipping_address = models.JSONField(default=dict)
    billing_address = models.JSONField(default=dict)
    imported = models.BooleanField(default=False)
    # What the order said when it came in: the same number again must say the same.
    content_digest = models.CharField(max_length=64)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    total=models.F("product_total") - models.F("discount") + models.F("shipping")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    product_total__gte=0,
                    discount__gte=0,
                    shipping__gte=0,
                    tax__gte=0,
                    total__gte=0,
                    captured__gte=0,
                    surplus__gte=0,
                ),
                name="order_amounts_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["status", "-placed_at", "-id"], name="order_by_status"),
            models.Index(fields=["customer", "-placed_at", "-id"], name="order_by_customer"),
            models.Index(fields=["updated_at", "id"], name="order_by_update"),
        ]

    def __str__(self) -> str:
        return self.number

    def about(self) -> dict[str, int | None]:
        return {"order_id": self.pk, "seller_id": None}


class SellerOrder(Recorded):
    """The part of an order that one seller sees, lists and counts as "the order".

    Status, counts, amounts and due date are of its own items only.
    """

    EVENT = "seller_order"
    Status = OrderStatus

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="seller_orders")
    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.PROTECT, related_name="seller_orders"
    )
    status = models.CharField(
        max_length=20, choices=OrderStatus, default=OrderStatus.WAITING_PACKAGING
    )
    # Copied from the order: the list of a seller reads one index of this table (performance.md §3).
    placed_at = models.DateTimeField()
    ship_by = models.DateTimeField(null=True, blank=True)
    unit_count = models.PositiveIntegerField()
    product_total = MinorUnits()
    discount = MinorUnits(default=0)
    shipping = MinorUnits(default=0)
    tax = MinorUnits(default=0)
    total = MinorUnits()
    # "Cancelled / Returned" on the Orders pages is a filter: any item cancelled or returned.
    has_cancelled = models.BooleanField(default=False)
    has_returned = models.BooleanField(default=False)

    objects = SellerOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "seller"], name="seller_order_once"),
            # Targets of composite foreign keys: a row can never point at another order's part.
            models.UniqueConstraint(
                fields=["id", "order", "seller"],
                name="seller_order_with_order_and_seller",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total=models.F("product_total") - models.F("discount") + models.F("shipping")
                ),
                name="seller_order_total_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "-placed_at", "-id"], name="seller_order_newest"),
            models.Index(
                fields=["seller", "status", "-placed_at", "-id"],
                name="seller_order_by_status",
            ),
            models.Index(fields=["-placed_at", "-id"], name="seller_order_all_newest"),
            # What has to be packed, the most urgent first; for one seller and for the owner.
            models.Index(
                fields=["seller", "ship_by", "id"],
                condition=models.Q(status="waiting_packaging"),
                name="seller_order_to_pack",
            ),
            models.Index(
                fields=["ship_by", "id"],
                condition=models.Q(status="waiting_packaging"),
                name="seller_order_all_to_pack",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} at {self.seller_id}"

    @property
    def number(self) -> str:
        """Sellers know it by the order's number."""
        return self.order.number


class Payment(models.Model):
    """Money captured for an order: one row per tender.

    `refund_reserved` is what refunds have taken, running or done; the CHECK is what makes more
    than was captured impossible.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    position = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=40)
    installments = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=120, blank=True)
    amount = MinorUnits()
    refund_reserved = MinorUnits(default=0)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="payment_position_once"),
            models.UniqueConstraint(fields=["id", "order"], name="payment_with_order"),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="payment_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(refund_reserved__gte=0)
                & models.Q(refund_reserved__lte=models.F("amount")),
                name="payment_refund_within_captured",
            ),
        ]
        indexes = [
            # Orders by how they were paid: most methods are rare.
            models.Index(fields=["method", "order"], name="payment_by_method"),
        ]

    def __str__(self) -> str:
        return f"{self.method} of {self.order_id}"
