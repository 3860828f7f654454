from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cancellations.querysets import CancellationItemQuerySet, CancellationQuerySet
from core.money import MinorUnits
from orders.models import Case, Order, OrderItem, OrderStatus, Reason, SellerOrder
from refunds.models import RefundPlan


class CancellationRequest(models.Model):
    """What is particular to a case of kind `cancel`."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="cancellation")
    estimate = MinorUnits(help_text="what the customer was told before submitting")
    evaluated_at = models.DateTimeField(null=True, blank=True)
    held_by = models.CharField(
        max_length=60, blank=True, help_text="the rule that leaves the answer to a person"
    )

    objects = CancellationQuerySet.as_manager()

    # The rows that were written with it in this process; None where it was read.
    opened: "OpenedRequest | None" = None

    def __str__(self) -> str:
        return self.case.number


class CancellationItem(models.Model):
    """One item of a request, and the decision about it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    request = models.ForeignKey(CancellationRequest, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="cancellations")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_role = models.CharField(max_length=10, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_rule = models.CharField(
        max_length=60, blank=True, help_text="which rule decided, when no person did"
    )
    decision_note = models.CharField(max_length=500, blank=True)

    objects = CancellationItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "item"], name="cancellation_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.request_id}"


@dataclass(frozen=True)
class OpenedRequest:
    """What a new request consists of, so that who made it need not read it again."""

    order: Order
    entries: list[CancellationItem]
    plan: RefundPlan


class AutoApprovalPolicy(models.Model):
    """When a cancellation is approved by itself: the owner's one row (product.md §4.3).

    Everything empty is the default policy: whatever has not shipped is approved.
    """

    up_to_status = models.CharField(
        _("up to the status"),
        max_length=20,
        choices=[
            (status, status.label)
            for status in (
                OrderStatus.WAITING_PACKAGING,
                OrderStatus.PREPARING,
                OrderStatus.READY_TO_SHIP,
            )
        ],
        default=OrderStatus.READY_TO_SHIP,
    )
    within_minutes = models.PositiveIntegerField(_("within minutes of placement"), null=True)
    up_to_amount = MinorUnits(_("up to the amount"), null=True)
    currency = models.CharField(_("currency of the amount"), max_length=3, blank=True)
    singleton = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name_plural = "auto approval policies"
        constraints = [
            models.UniqueConstraint(fields=["singleton"], name="auto_approval_policy_once"),
            models.CheckConstraint(
                condition=models.Q(singleton=True), name="auto_approval_policy_one_row"
            ),
        ]

    def __str__(self) -> str:
        return f"up to {self.up_to_status}"
