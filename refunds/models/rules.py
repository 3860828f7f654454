from django.db import models

from core.money import MinorUnits
from core.states import Recorded
from orders.models import Order
from refunds.querysets import ApprovalRuleQuerySet


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
