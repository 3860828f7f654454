from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import MinorUnits
from core.states import Stateful
from orders.models import Case, Order, OrderItem, Payment, SellerOrder
from refunds.querysets import RefundLineQuerySet, RefundPartQuerySet, RefundPlanQuerySet


def _person(did: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=did,
    )


class RefundPlan(Stateful):
    """What will be paid back and why: the seeds' "Cancellation / Refund Plan".

    `total` = sum of its lines = sum of its parts, minor units, never negative. A plan of type
    surplus gives back what was captured above the order's total: it is of the whole order, of no
    case and no seller, and has no lines.
    """

    class Type(models.TextChoices):
        CANCEL = "cancel", _("Cancel")
        REFUND = "refund", _("Refund")
        SURPLUS = "surplus", _("Surplus")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        PROCESSING = "processing", _("Processing")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        VOID = "void", _("Void")

    class PayableWhen(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        ON_RECEIPT = "on_receipt", _("When the goods are received")

    class PayTo(models.TextChoices):
        ORIGINAL = "original", _("How it was paid")
        STORE_CREDIT = "store_credit", _("Store credit")

    EVENT = "refund_plan"
    # The parts that were written with it in this process; None where it was read.
    new_parts: "list[RefundPart] | None" = None
    TRANSITIONS = {
        Status.WAITING: {Status.APPROVED, Status.VOID},
        # Void once approved: the goods it waited for never came.
        Status.APPROVED: {Status.PROCESSING, Status.VOID},
        Status.PROCESSING: {Status.COMPLETED, Status.FAILED},
        Status.FAILED: {Status.PROCESSING},
        Status.COMPLETED: set(),
        Status.VOID: set(),
    }
    PAYABLE = (Status.APPROVED, Status.FAILED)  # once payable_at has come

    number = models.CharField(max_length=20, unique=True)
    type = models.CharField(max_length=10, choices=Type)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refund_plans")
    seller_order = models.ForeignKey(
        SellerOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="refund_plans"
    )
    seller = models.ForeignKey(
        "sellers.Seller", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="refund_plans"
    )
    # A case is decided more than once where a dispute adds to it, and pays at two times where
    # only some of it waits for the goods: each of these has a plan of its own.
    round = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    currency = models.CharField(max_length=3)
    total = MinorUnits()
    gateway = models.CharField(max_length=20, help_text="which provider pays: refunds/gateway/")
    pay_to = models.CharField(max_length=12, choices=PayTo, default=PayTo.ORIGINAL)
    payable_when = models.CharField(max_length=12, choices=PayableWhen, default=PayableWhen.AT_ONCE)
    payable_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="set when it may be paid; taken back by a refusal until somebody asks again",
    )
    # Who had a hand in it before: the second person is somebody else. Null: no person.
    requested_by = _person("asked for what the plan pays back")
    approved_by = _person("decided that it is paid")
    needs_second_approval = models.BooleanField(
        default=False, help_text="not paid before another person has agreed"
    )
    second_approved_by = _person("agreed that this much is paid")
    second_approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(null=True, default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    imported = models.BooleanField(default=False)

    objects = RefundPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(total__gte=0), name="plan_not_negative"),
            models.CheckConstraint(
                condition=models.Q(
                    type="surplus",
                    case__isnull=True,
                    seller_order__isnull=True,
                    seller__isnull=True,
                    total__gt=0,
                )
                | ~models.Q(type="surplus")
                & models.Q(case__isnull=False, seller_order__isnull=False, seller__isnull=False),
                name="plan_of_a_case_or_of_the_surplus",
            ),
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=~models.Q(status="void"),
                name="plan_one_live_per_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(second_approved_by=models.F("approved_by"))
                & ~models.Q(second_approved_by=models.F("requested_by")),
                name="plan_second_person_is_another",
            ),
            models.CheckConstraint(
                condition=models.Q(needs_second_approval=False)
                | ~models.Q(status__in=["processing", "completed"]),
                name="plan_not_paid_before_agreed",
            ),
            models.UniqueConstraint(fields=["id", "seller_order"], name="plan_with_seller_order"),
            models.UniqueConstraint(fields=["id", "order"], name="plan_with_order"),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="plan_by_order"),
            models.Index(fields=["seller", "status", "-id"], name="plan_by_seller"),
            models.Index(fields=["status", "-id"], name="plan_by_status"),
            models.Index(fields=["updated_at", "id"], name="plan_by_update"),
            models.Index(
                fields=["payable_at"],
                condition=models.Q(status__in=["approved", "failed"]),
                name="plan_due",
            ),
            models.Index(
                fields=["-id"],
                condition=models.Q(needs_second_approval=True),
                name="plan_to_agree",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_ours_to_pay(self) -> bool:
        """Whether a worker pays it by itself once its time has come."""
        by_us = self.gateway != "external" or not self.total
        return self.status in self.PAYABLE and by_us and not self.needs_second_approval


class RefundLine(models.Model):
    """One amount of a plan, with the figures it was made from.

    product and shipping give back: amount = gross − discount − uncaptured − refunded_before.
    The others take away from the product of the same item (amounts of zero or below), each with
    its reason: what they keep can still be given back later, and the seller keeps its commission
    on nothing else. The line keeps every figure, so that a page can show the arithmetic.
    """

    class Component(models.TextChoices):
        PRODUCT = "product", _("Product")
        SHIPPING = "shipping", _("Shipping share")
        RETURN_SHIPPING = "return_shipping", _("Return shipping")
        RESTOCKING = "restocking", _("Restocking fee")
        DEDUCTION = "deduction", _("Deduction")

    TAKING = (Component.RETURN_SHIPPING, Component.RESTOCKING, Component.DEDUCTION)

    plan = models.ForeignKey(RefundPlan, on_delete=models.PROTECT, related_name="lines")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="refund_lines")
    component = models.CharField(max_length=16, choices=Component)
    quantity = models.PositiveIntegerField()
    amount = MinorUnits()
    # For the reader, minor units: what the amount was made from.
    gross = MinorUnits(default=0)
    discount = MinorUnits(default=0)
    uncaptured = MinorUnits(
        default=0, help_text="this part of the price was never paid by the customer"
    )
    refunded_before = MinorUnits(
        default=0, help_text="reserved by earlier plans when this one was made"
    )
    commission = MinorUnits(default=0, help_text="given back to the seller with this line")
    reason = models.CharField(
        max_length=200, blank=True, help_text="why it takes away, in words that a customer reads"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = RefundLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "item", "component"],
                name="refund_line_once_per_component",
            ),
            models.CheckConstraint(
                condition=models.Q(component__in=["product", "shipping"], amount__gte=0)
                | ~models.Q(component__in=["product", "shipping"]) & models.Q(amount__lte=0),
                name="refund_line_sign",
            ),
            models.CheckConstraint(
                condition=~models.Q(component__in=["product", "shipping"])
                | models.Q(
                    amount=models.F("gross")
                    - models.F("discount")
                    - models.F("uncaptured")
                    - models.F("refunded_before")
                ),
                name="refund_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.amount}"

    @property
    def takes_away(self) -> bool:
        return self.component in self.TAKING

    # What is taken off the price, as a page writes it.

    @property
    def discount_signed(self) -> int:
        return -self.discount

    @property
    def uncaptured_signed(self) -> int:
        return -self.uncaptured

    @property
    def refunded_before_signed(self) -> int:
        return -self.refunded_before


class RefundPart(models.Model):
    """The part of a plan that goes back to one payment: card first, voucher last."""

    plan = models.ForeignKey(RefundPlan, on_delete=models.PROTECT, related_name="parts")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refund_parts")
    amount = MinorUnits()
    reserved_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = RefundPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "payment"], name="refund_part_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_part_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.plan_id}"
