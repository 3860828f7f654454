from django.db import models
from django.utils.translation import gettext_lazy as _

from core.money import MinorUnits
from core.states import Recorded
from refunds.models import RefundPlan
from returns.querysets import ReturnPolicyQuerySet


class ReturnPolicy(Recorded):
    """The owner's rules about returns: of the marketplace, a category, a seller, or both.

    A column that is empty is not said here: the next wider policy says it (seller and category,
    seller, category, marketplace, then `returns.defaults`). Amounts are minor units of
    `currency` and mean nothing to orders of another one.
    """

    class OnDeliveryFailed(models.TextChoices):
        NOTHING = "nothing", _("Wait: it may be shipped again")
        OPEN = "open", _("Open a return")

    EVENT = "return_policy"
    PayableWhen = RefundPlan.PayableWhen

    seller = models.ForeignKey(
        "sellers.Seller", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    category = models.CharField(_("category"), max_length=80, blank=True)
    currency = models.CharField(_("currency of the amounts"), max_length=3, blank=True)
    window_days = models.PositiveSmallIntegerField(
        _("days after delivery"), null=True, blank=True, help_text=_("0: no returns.")
    )
    payable_when = models.CharField(
        _("money leaves"), max_length=12, choices=PayableWhen, blank=True
    )
    keep_goods_up_to = MinorUnits(
        _("refund without return up to"),
        null=True,
        blank=True,
        help_text=_("Worth no more than this, the goods need not come back."),
    )
    restocking_rate = models.DecimalField(
        _("restocking fee"),
        max_digits=6,
        decimal_places=5,
        null=True,
        blank=True,
        help_text=_("Share of the product amount, 0.1 is 10 %, where it is the customer's fault."),
    )
    return_shipping_fee = MinorUnits(
        _("return shipping"),
        null=True,
        blank=True,
        help_text=_("Per request, where the customer pays the way back."),
    )
    silence_approves_up_to = MinorUnits(
        _("silence approves up to"),
        null=True,
        blank=True,
        help_text=_("Above this amount the marketplace owner is asked."),
    )
    on_delivery_failed = models.CharField(
        _("when a delivery fails"), max_length=8, choices=OnDeliveryFailed, blank=True
    )

    objects = ReturnPolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "return policies"
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "category"], nulls_distinct=False, name="return_policy_once"
            ),
            models.CheckConstraint(
                condition=models.Q(restocking_rate=None)
                | models.Q(restocking_rate__gte=0, restocking_rate__lte=1),
                name="return_policy_rate_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    keep_goods_up_to=None, return_shipping_fee=None, silence_approves_up_to=None
                )
                | ~models.Q(currency=""),
                name="return_policy_amounts_have_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_id or '*'} {self.category or '*'}"
