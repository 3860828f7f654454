from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Stateful
from orders.models.orders import Order, SellerOrder
from orders.querysets import CaseQuerySet, ReasonQuerySet


class CaseKind(models.TextChoices):
    CANCEL = "cancel", _("Cancellation")
    RETURN = "return", _("Return")


class ReasonKind(models.TextChoices):
    CANCEL = "cancel", _("Cancellation")
    RETURN = "return", _("Return")
    REJECTION = "rejection", _("Rejection of a return")


class Reason(models.Model):
    """Why something is cancelled or returned, or a return refused: a row that the owner edits."""

    class Fault(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        SELLER = "seller", _("Seller")
        CARRIER = "carrier", _("Carrier")
        MARKETPLACE = "marketplace", _("Marketplace")

    Kind = ReasonKind

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=ReasonKind)
    text = models.CharField(_("text"), max_length=120)
    fault = models.CharField(_("fault"), max_length=12, choices=Fault)
    for_customer = models.BooleanField(_("customers may pick it"), default=False)
    for_seller = models.BooleanField(_("sellers may pick it"), default=False)
    for_owner = models.BooleanField(_("the owner may pick it"), default=True)
    for_system = models.BooleanField(_("the system may use it"), default=False)
    needs_note = models.BooleanField(_("needs a note"), default=False)
    needs_evidence = models.BooleanField(_("needs evidence"), default=False)
    needs_goods_back = models.BooleanField(_("needs the goods back"), default=False)
    shipping_paid_by = models.CharField(
        _("return shipping paid by"),
        max_length=12,
        choices=Fault,
        default=Fault.CUSTOMER,
    )
    active = models.BooleanField(_("active"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="reason_code_once")]
        indexes = [models.Index(fields=["kind", "sort_order"], name="reason_in_order")]

    def __str__(self) -> str:
        return self.text


class Case(Stateful):
    """One request of one seller order. Decisions stand on its items (product.md §3).

    The details of a cancellation or a return are one-to-one with it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        COMPLETED = "completed", _("Completed")
        CLOSED = "closed", _("Closed")

    class Origin(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        SELLER = "seller", _("Seller")
        OWNER = "owner", _("Marketplace owner")
        SYSTEM = "system", _("System")

    EVENT = "case"
    Kind = CaseKind
    TRANSITIONS = {
        Status.WAITING: {Status.APPROVED, Status.REJECTED, Status.WITHDRAWN},
        # Closed: a return was approved, and its goods never came.
        Status.APPROVED: {Status.COMPLETED, Status.CLOSED},
        Status.REJECTED: {Status.APPROVED},  # overruled by the owner, or a dispute decided
        Status.WITHDRAWN: set(),
        Status.COMPLETED: set(),
        Status.CLOSED: set(),
    }

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=CaseKind)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="cases")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="cases")
    seller = models.ForeignKey("sellers.Seller", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    origin = models.CharField(max_length=10, choices=Origin)
    opened_at = models.DateTimeField(null=True, help_text="null: an imported past does not know")
    due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    imported = models.BooleanField(default=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "seller_order"], name="case_with_seller_order"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(status="waiting"),
                name="case_waiting_by_due",
            ),
            models.Index(
                fields=["seller", "due_at"],
                condition=models.Q(status="waiting"),
                name="case_waiting_by_seller",
            ),
            # What was cancelled lately, and must not be handed over.
            models.Index(
                fields=["decided_at"],
                condition=models.Q(kind="cancel", status__in=["approved", "completed"]),
                name="case_cancelled_lately",
            ),
            models.Index(fields=["order", "id"], name="case_by_order"),
            models.Index(fields=["seller", "kind", "-id"], name="case_by_seller"),
        ]

    def __str__(self) -> str:
        return self.number
