from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.states import Stateful
from orders.models import Case, Order, SellerOrder
from returns.models.requests import ReturnItem
from returns.querysets import ReceivedUnitsQuerySet, ReturnParcelQuerySet


class ReturnParcel(Stateful):
    """The goods of one approved return, on their way back. One per case.

    `code` is the return code: on the label, and what is scanned or typed when it arrives.
    `send_by` and `confirm_by` are the deadlines' instants, copied for lists.
    """

    class Status(models.TextChoices):
        AWAITED = "awaited", _("To be sent")
        SENT = "sent", _("On its way back")
        PARTLY_RECEIVED = "partly_received", _("Partly received")
        RECEIVED = "received", _("Received")
        NEVER_CAME = "never_came", _("Never came")

    EVENT = "return_parcel"
    TRANSITIONS = {
        Status.AWAITED: {
            Status.SENT,
            Status.PARTLY_RECEIVED,
            Status.RECEIVED,
            Status.NEVER_CAME,
        },
        Status.SENT: {Status.PARTLY_RECEIVED, Status.RECEIVED, Status.NEVER_CAME},
        Status.PARTLY_RECEIVED: {Status.RECEIVED},
        # Awaited once more where a dispute decides that other goods come back, too.
        Status.RECEIVED: {Status.AWAITED},
        # Received after all is received without a refund.
        Status.NEVER_CAME: {Status.RECEIVED, Status.AWAITED},
    }

    code = models.CharField(max_length=20, unique=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="return_parcel")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey("sellers.Seller", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=Status, default=Status.AWAITED)
    delivery_option = models.ForeignKey(
        "sellers.DeliveryOption",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    other_carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    send_by = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    confirm_by = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)

    objects = ReturnParcelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(delivery_option=None) | models.Q(other_carrier=""),
                name="return_parcel_one_carrier",
            ),
        ]
        indexes = [
            models.Index(
                fields=["seller", "status", "-id"],
                name="return_parcel_by_seller",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ReceivedUnits(models.Model):
    """What came out of a returned parcel: so many units of an item, in this condition.

    `missing` are units that should have been inside and were not; `extra` came besides what was
    asked for and belongs to no item (`entry` is then null). Written once, never changed.
    """

    class Condition(models.TextChoices):
        OK = "ok", _("As sold")
        DAMAGED = "damaged", _("Damaged")
        MISSING = "missing", _("Missing")
        WRONG = "wrong", _("Something else")
        EXTRA = "extra", _("Not asked for")

    class Disposition(models.TextChoices):
        RESTOCK = "restock", _("Back into stock")
        DISPOSE = "dispose", _("Dispose of it")
        SEND_BACK = "send_back", _("Send it back to the customer")
        NOTHING = "nothing", _("Nothing to do")

    parcel = models.ForeignKey(ReturnParcel, on_delete=models.PROTECT, related_name="received")
    entry = models.ForeignKey(
        ReturnItem, null=True, blank=True, on_delete=models.PROTECT, related_name="received"
    )
    condition = models.CharField(max_length=8, choices=Condition)
    quantity = models.PositiveIntegerField()
    disposition = models.CharField(max_length=10, choices=Disposition)
    note = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ReceivedUnitsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="received_something"),
            models.CheckConstraint(
                condition=models.Q(condition="extra", entry__isnull=True)
                | ~models.Q(condition="extra") & models.Q(entry__isnull=False),
                name="received_of_an_item_or_extra",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.condition} of {self.parcel_id}"
