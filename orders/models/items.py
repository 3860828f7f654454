from django.db import models

from core.money import MinorUnits, share
from core.states import Stateful
from orders.models.orders import Order, OrderStatus, SellerOrder
from orders.querysets import OrderItemQuerySet, OrderLineQuerySet


class OrderLine(models.Model):
    """What was bought: product, quantity and every amount, immutable.

    Amounts are minor units for the whole quantity. `captured_*` is this line's part of
    min(captured, total), by largest remainder over all components of the order: all that can
    ever be refunded for it.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    barcode = models.CharField(max_length=40, blank=True)
    category = models.CharField(
        max_length=80, blank=True, help_text="as the channel calls it: rules about returns use it"
    )
    quantity = models.PositiveIntegerField()
    unit_price = MinorUnits()
    gross = MinorUnits(help_text="quantity × unit price, tax included")
    discount = MinorUnits(default=0)
    shipping = MinorUnits(default=0)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=5, default=0)
    tax = MinorUnits(default=0, help_text="contained in gross − discount + shipping")
    total = MinorUnits(help_text="gross − discount + shipping")
    captured_product = MinorUnits()
    captured_shipping = MinorUnits()
    commission_rate = models.DecimalField(max_digits=6, decimal_places=5, default=0)
    commission = MinorUnits(default=0, help_text="on captured_product, halves up")
    ship_by = models.DateTimeField(null=True, blank=True)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.UniqueConstraint(fields=["id", "seller_order"], name="line_with_seller_order"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="line_has_quantity"),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("quantity") * models.F("unit_price"))
                & models.Q(total=models.F("gross") - models.F("discount") + models.F("shipping")),
                name="line_amounts_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    unit_price__gte=0,
                    discount__gte=0,
                    shipping__gte=0,
                    captured_product__gte=0,
                    captured_shipping__gte=0,
                    commission__gte=0,
                )
                & models.Q(discount__lte=models.F("gross"))
                & models.Q(captured_product__lte=models.F("gross") - models.F("discount"))
                & models.Q(captured_shipping__lte=models.F("shipping"))
                & models.Q(commission__lte=models.F("captured_product")),
                name="line_amounts_in_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["sku"], opclasses=["varchar_pattern_ops"], name="line_by_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    def shares_of(self, first: int, last: int) -> dict[str, int]:
        """What units [first, last) carry of this line, as columns of an item, minor units.

        Commission follows the captured money and not the units: a unit that nothing was captured
        for carries none, so it always goes back with the money it was taken from.
        """
        before, until = (self.captured_product * unit // self.quantity for unit in (first, last))
        paid = self.captured_product
        return {
            "captured_product": until - before,
            "captured_shipping": share(self.captured_shipping, self.quantity, first, last),
            "commission": share(self.commission, paid, before, until) if paid else 0,
        }


class OrderItem(Stateful):
    """A contiguous range of units of one line in one state: units [first_unit, last_unit).

    When only part is cancelled, packed or returned, the item is split; its shares of the line's
    amounts do not depend on the path and always sum to the line (product.md §2).
    """

    EVENT = "order_item"
    Status = OrderStatus
    UNSHIPPED = (Status.WAITING_PACKAGING, Status.PREPARING, Status.READY_TO_SHIP)
    ENDED = (Status.CANCELLED, Status.RETURNED)

    TRANSITIONS = {
        Status.WAITING_PACKAGING: {Status.PREPARING, Status.CANCELLED},
        Status.PREPARING: {Status.READY_TO_SHIP, Status.SHIPPED, Status.CANCELLED},
        Status.READY_TO_SHIP: {Status.SHIPPED, Status.CANCELLED},
        Status.SHIPPED: {Status.DELIVERED, Status.DELIVERY_FAILED, Status.RETURNED},
        Status.DELIVERED: {Status.RETURNED},
        Status.DELIVERY_FAILED: {Status.SHIPPED, Status.DELIVERED, Status.RETURNED},
        Status.CANCELLED: set(),
        Status.RETURNED: set(),
    }

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="items")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="items")
    seller = models.ForeignKey("sellers.Seller", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, help_text="<line>.<n>, unique within the order")
    first_unit = models.PositiveIntegerField()
    last_unit = models.PositiveIntegerField(help_text="exclusive")
    status = models.CharField(
        max_length=20, choices=OrderStatus, default=OrderStatus.WAITING_PACKAGING
    )
    open_case = models.ForeignKey(
        "orders.Case",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="open_items",
    )
    # What is sent instead of units that came back, or for a part that was missing: it costs
    # nothing, and its own refund is of the money of what it replaces.
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replacements"
    )
    # This range's shares of the line; refunds reserve against them and never recompute.
    captured_product = MinorUnits()
    captured_shipping = MinorUnits()
    commission = MinorUnits(default=0)
    refunded_product = MinorUnits(default=0, help_text="reserved by refunds, running or done")
    refunded_shipping = MinorUnits(default=0, help_text="reserved by refunds, running or done")

    objects = OrderItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "first_unit"], name="item_first_unit_once"),
            models.UniqueConstraint(fields=["order", "number"], name="item_number_once"),
            models.UniqueConstraint(fields=["id", "seller_order"], name="item_with_seller_order"),
            models.CheckConstraint(
                condition=models.Q(last_unit__gt=models.F("first_unit")),
                name="item_has_units",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_product__gte=0, refunded_shipping__gte=0)
                & models.Q(refunded_product__lte=models.F("captured_product"))
                & models.Q(refunded_shipping__lte=models.F("captured_shipping")),
                name="item_refund_within_captured",
            ),
            models.CheckConstraint(
                condition=models.Q(replaces=None)
                | models.Q(captured_product=0, captured_shipping=0, commission=0),
                name="item_replacing_is_free",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["cancelled", "returned"])
                | models.Q(open_case=None),
                name="item_ended_has_no_open_case",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="item_by_order"),
            models.Index(fields=["seller_order", "id"], name="item_by_seller_order"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def quantity(self) -> int:
        return self.last_unit - self.first_unit

    @property
    def is_unshipped(self) -> bool:
        return self.status in self.UNSHIPPED

    @property
    def is_live(self) -> bool:
        return self.status not in self.ENDED
