from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.evidence.models import StoredFile
from core.money import MinorUnits
from core.states import Stateful
from orders.models import Case, Order, Reason, SellerOrder
from returns.models.requests import ReturnItem
from returns.querysets import (
    DecisionQuerySet,
    DisputeQuerySet,
    ReturnEvidenceQuerySet,
    ReturnMessageQuerySet,
)


class Dispute(Stateful):
    """The seller rejected items of a return: the owner decides, once, and once more on appeal.

    One per case; it holds every item that the seller rejected. `statement_by` and `appeal_by` are
    the deadlines' instants, copied for pages.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for the customer's side")
        DECIDING = "deciding", _("Waits for a decision")
        DECIDED = "decided", _("Decided")
        APPEALED = "appealed", _("Appealed")
        CLOSED = "closed", _("Closed")

    EVENT = "dispute"
    TRANSITIONS = {
        Status.OPEN: {Status.DECIDING, Status.DECIDED},
        Status.DECIDING: {Status.DECIDED},
        Status.DECIDED: {Status.APPEALED, Status.CLOSED},
        Status.APPEALED: {Status.CLOSED},
        Status.CLOSED: set(),
    }

    number = models.CharField(max_length=20, unique=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="dispute")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey("sellers.Seller", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    statement_by = models.DateTimeField(null=True, blank=True)
    stated_at = models.DateTimeField(null=True, blank=True)
    appeal_by = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["opened_at", "id"],
                condition=models.Q(status__in=["open", "deciding", "appealed"]),
                name="dispute_to_decide",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DisputeItem(models.Model):
    """An item whose return the seller rejected."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="items")
    entry = models.OneToOneField(ReturnItem, on_delete=models.PROTECT, related_name="disputed")

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.dispute_id}"


class Decision(models.Model):
    """What the owner decided: whose fault it is, who pays the way back, and what is paid back.

    Round 1 is the decision, round 2 the one on appeal, which can only add to it. `note` is for
    both parties, `internal_note` for the marketplace alone.
    """

    class Outcome(models.TextChoices):
        FULL = "full", _("All of it is paid back")
        PARTIAL = "partial", _("A part is paid back")
        NONE = "none", _("Nothing is paid back")

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    fault = models.CharField(max_length=12, choices=Reason.Fault)
    shipping_paid_by = models.CharField(max_length=12, choices=Reason.Fault)
    goods_back = models.BooleanField(default=False, help_text="paid only when they are received")
    note = models.CharField(max_length=1000)
    internal_note = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "round"], name="decision_once_per_round"),
            models.CheckConstraint(
                condition=models.Q(round__in=[1, 2]), name="decision_appealed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} in {self.dispute_id}"


class DecisionLine(models.Model):
    """How much of one disputed item is paid back by a decision, in minor units; 0 is nothing."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="lines")
    entry = models.ForeignKey(ReturnItem, on_delete=models.PROTECT, related_name="decisions")
    amount = MinorUnits()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "entry"], name="decision_line_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="decision_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.entry_id}"


class ReturnMessage(models.Model):
    """Something a party says about a return. The owner reads all; the others what is for them."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="return_messages")
    author_role = models.CharField(max_length=10)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(max_length=2000)
    for_customer = models.BooleanField(default=True)
    for_seller = models.BooleanField(default=True)
    written_at = models.DateTimeField(default=timezone.now)

    objects = ReturnMessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="return_message_by_case")]

    def __str__(self) -> str:
        return f"{self.author_role} about {self.case_id}"


class ReturnEvidence(models.Model):
    """A photo or document about a return. Who may see it is said here, and asked per download."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    entry = models.ForeignKey(
        ReturnItem, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    message = models.ForeignKey(
        ReturnMessage, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    given_by_role = models.CharField(max_length=10)
    for_customer = models.BooleanField(default=True)
    for_seller = models.BooleanField(default=True)

    objects = ReturnEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "return evidence"
        indexes = [models.Index(fields=["case", "id"], name="return_evidence_by_case")]

    def __str__(self) -> str:
        return f"{self.file_id} of {self.case_id}"
