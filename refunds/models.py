from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import MinorUnits
from core.states import Recorded, Stateful
from orders.models import Case, Order, OrderItem, Payment, SellerOrder
from refunds.querysets import (
    ApprovalRuleQuerySet,
    ProviderMessageQuerySet,
    RefundAttemptQuerySet,
    RefundLineQuerySet,
    RefundPartQuerySet,
    RefundPlanQuerySet,
)


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

    EVENT = "refund_plan"
    TRANSITIONS = {
        Status.WAITING: {Status.APPROVED, Status.VOID},
        Status.APPROVED: {Status.PROCESSING},
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
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    currency = models.CharField(max_length=3)
    total = MinorUnits()
    gateway = models.CharField(max_length=20, help_text="which provider pays: refunds/gateway/")
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
                fields=["case"],
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
    Fees take away (negative amounts). The line keeps every figure, so that a page can show the
    arithmetic.
    """

    class Component(models.TextChoices):
        PRODUCT = "product", _("Product")
        SHIPPING = "shipping", _("Shipping share")
        FEE = "fee", _("Fee")

    plan = models.ForeignKey(RefundPlan, on_delete=models.PROTECT, related_name="lines")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="refund_lines")
    component = models.CharField(max_length=10, choices=Component)
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
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = RefundLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "item", "component"],
                name="refund_line_once_per_component",
            ),
            models.CheckConstraint(
                condition=models.Q(component="fee", amount__lte=0)
                | (~models.Q(component="fee") & models.Q(amount__gte=0)),
                name="refund_line_sign",
            ),
            models.CheckConstraint(
                condition=models.Q(component="fee")
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


class RefundAttempt(models.Model):
    """One try to pay one part.

    A time-out is `unknown`, never failed. While undecided, `next_check_at` says when to look
    again; before that moment the call may still be under way.
    """

    class Status(models.TextChoices):
        SENDING = "sending", _("Being sent")
        UNKNOWN = "unknown", _("Answer not known yet")
        SUCCEEDED = "succeeded", _("Paid")
        FAILED = "failed", _("Refused by the provider")

    UNDECIDED = (Status.SENDING, Status.UNKNOWN)

    part = models.ForeignKey(RefundPart, on_delete=models.PROTECT, related_name="attempts")
    attempt_no = models.PositiveSmallIntegerField()
    idempotency_key = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.SENDING)
    provider_reference = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=300, blank=True, help_text="the provider's own words")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveSmallIntegerField(default=0)

    objects = RefundAttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "attempt_no"], name="attempt_no_once"),
            models.UniqueConstraint(
                fields=["part"],
                condition=models.Q(status="succeeded"),
                name="attempt_one_succeeded",
            ),
            models.UniqueConstraint(
                fields=["part"],
                condition=models.Q(status__in=["sending", "unknown"]),
                name="attempt_one_undecided",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["sending", "unknown"])
                | models.Q(next_check_at__isnull=False),
                name="attempt_undecided_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["provider_reference"],
                condition=~models.Q(provider_reference=""),
                name="attempt_reference_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=models.Q(status__in=["sending", "unknown"]),
                name="attempt_to_check",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part_id}/{self.attempt_no}"


class OrderSurplus(models.Model):
    """How much of an order's surplus is given back: there from its first surplus plan on.

    `amount` is the order's surplus, which never changes; `reserved` is what refunds have taken,
    running or done. The CHECK is what makes more than the surplus impossible.
    """

    order = models.OneToOneField(
        Order, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    amount = MinorUnits()
    reserved = MinorUnits(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("amount")),
                name="surplus_refund_within_captured",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reserved} of {self.amount}"


class RefundApprovalRule(Recorded):
    """Above this amount a refund needs a second person, per currency.

    `amount` is minor units; a plan of exactly this much needs one person only. Null: one person
    is always enough.
    """

    EVENT = "refund_approval_rule"

    currency = models.CharField(max_length=3, unique=True)
    amount = MinorUnits(null=True, blank=True)

    objects = ApprovalRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="approval_rule_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.currency


class ProviderMessage(models.Model):
    """A webhook of a payment provider, taken in once, and what it did.

    One that names no attempt of ours books nothing: it is kept for a person.
    """

    class Verdict(models.TextChoices):
        BOOKED = "booked", _("Settled the attempt")
        KNOWN = "known", _("Said what was known already")
        UNKNOWN_KEY = "unknown_key", _("Names no refund of ours")
        CONTRADICTS = "contradicts", _("Contradicts what we know")
        IGNORED = "ignored", _("Is not about a refund")

    FOR_A_PERSON = (Verdict.UNKNOWN_KEY, Verdict.CONTRADICTS)

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=80, blank=True, help_text="the idempotency key it names")
    verdict = models.CharField(max_length=12, choices=Verdict)
    document = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=timezone.now)

    objects = ProviderMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="provider_message_once")
        ]
        indexes = [
            models.Index(
                fields=["-id"],
                condition=models.Q(verdict__in=["unknown_key", "contradicts"]),
                name="provider_message_to_read",
            )
        ]

    def __str__(self) -> str:
        return self.event_id
