from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.money import MinorUnits
from core.states import Stateful
from orders.models import Case, Order, OrderItem, Reason, SellerOrder
from refunds.models import RefundPlan
from returns.querysets import OfferQuerySet, ReturnItemQuerySet, ReturnRequestQuerySet


class ReturnRequest(models.Model):
    """What is particular to a case of kind `return`.

    Two axes that never decide each other: the answer stands on the items, where the goods are on
    the parcel (`ReturnParcel`). Received without a refund and refunded without a receipt exist.
    """

    class Wish(models.TextChoices):
        REFUND = "refund", _("Money back")
        EXCHANGE = "exchange", _("The same again")
        MISSING_PART = "missing_part", _("The part that is missing")

    PayTo = RefundPlan.PayTo

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="return_request")
    wish = models.CharField(max_length=12, choices=Wish, default=Wish.REFUND)
    pay_to = models.CharField(max_length=12, choices=PayTo, default=PayTo.ORIGINAL)
    estimate = MinorUnits(help_text="what the customer was told before submitting, fees taken off")
    held_by = models.CharField(
        max_length=60, blank=True, help_text="the rule that leaves the answer to the owner"
    )

    objects = ReturnRequestQuerySet.as_manager()

    def __str__(self) -> str:
        return self.case.number


class ReturnItem(models.Model):
    """One item of a request, and the decision about it.

    `settled`: the customer keeps it and is paid `agreed_amount` (minor units), because they took
    an offer. `goods_back`: it has to come back before money or a replacement leaves.

    The terms that were told when it was asked for stand here (`returns.policies.Terms`): the
    owner's rules may change before it is answered. `return_shipping` is minor units.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        SETTLED = "settled", _("Keeps it, partly refunded")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    request = models.ForeignKey(ReturnRequest, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="returns")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    estimate = MinorUnits(help_text="of this item: what is given back less its fees")
    goods_back = models.BooleanField(default=True)
    payable_when = models.CharField(
        max_length=12,
        choices=RefundPlan.PayableWhen,
        default=RefundPlan.PayableWhen.ON_RECEIPT,
        help_text="when its money leaves; at once where the goods need not come back",
    )
    restocking_rate = models.DecimalField(
        max_digits=6, decimal_places=5, default=Decimal(0), help_text="share of the product amount"
    )
    return_shipping = MinorUnits(default=0, help_text="what its customer pays for the way back")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    agreed_amount = MinorUnits(null=True, blank=True)
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
    rejection = models.ForeignKey(
        Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_note = models.CharField(
        max_length=500, blank=True, help_text="what the customer is told about the decision"
    )

    objects = ReturnItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "item"], name="return_item_once"),
            models.CheckConstraint(
                condition=models.Q(status="settled", agreed_amount__gt=0)
                | ~models.Q(status="settled") & models.Q(agreed_amount=None),
                name="return_item_settled_for_an_amount",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="rejected") | models.Q(rejection__isnull=False),
                name="return_item_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(goods_back=True) | models.Q(payable_when="at_once"),
                name="return_item_waits_only_for_goods",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    restocking_rate__gte=0, restocking_rate__lte=1, return_shipping__gte=0
                ),
                name="return_item_fees_are_fees",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.request_id}"


class Offer(Stateful):
    """Keep it, and be paid a part of its price: for one item of a waiting request.

    `amount` is minor units of the order's currency. An item has one open offer at a time.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    EVENT = "offer"
    TRANSITIONS = {
        Status.OPEN: {Status.ACCEPTED, Status.DECLINED, Status.LAPSED, Status.WITHDRAWN},
        Status.ACCEPTED: set(),
        Status.DECLINED: set(),
        Status.LAPSED: set(),
        Status.WITHDRAWN: set(),
    }

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="offers")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey("sellers.Seller", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(ReturnItem, on_delete=models.PROTECT, related_name="offers")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    amount = MinorUnits()
    message = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by_role = models.CharField(max_length=10)
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(status="open"), name="offer_one_open"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="offer_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.entry_id}"
