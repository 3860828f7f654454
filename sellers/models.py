from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.accounts.models import MemberRank, User
from core.states import Recorded
from sellers.querysets import (
    DeliveryOptionQuerySet,
    SellerDeliveryOptionQuerySet,
    SellerMemberQuerySet,
    SellerQuerySet,
    ShippingCompanyQuerySet,
)


class Seller(Recorded):
    """A shop on the marketplace. `code` is what integrators call it."""

    EVENT = "seller"

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("contact e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=40, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, default="America/Sao_Paulo")
    commission_rate = models.DecimalField(
        _("commission rate"),
        max_digits=6,
        decimal_places=5,
        default=0,
        help_text=_("Share of the product amount, 0.12 is 12 %. Frozen per line at placement."),
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Where an imported past ends and rates begin to count (product.md §7).
    live_since = models.DateTimeField(null=True, blank=True)

    objects = SellerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_rate__gte=0, commission_rate__lt=1),
                name="seller_commission_is_a_share",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def about(self) -> dict[str, int | None]:
        return {"order_id": None, "seller_id": self.pk}


class SellerMember(Recorded):
    """A person who works for a seller, from … to; invariants ask who was a member when."""

    EVENT = "seller_member"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seller_memberships")
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="members")
    rank = models.CharField(_("role"), max_length=10, choices=MemberRank)
    valid_from = models.DateTimeField(default=timezone.now)
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = SellerMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "seller"],
                condition=models.Q(valid_to=None),
                name="seller_member_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="seller_member_from_before_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.seller} ({self.rank})"


class ShippingCompany(Recorded):
    """A carrier. Its contact is told of rejected returns (seed 004)."""

    EVENT = "shipping_company"

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    objects = ShippingCompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "shipping companies"

    def __str__(self) -> str:
        return self.name


class DeliveryOption(Recorded):
    """A way to send a package that the owner offers to sellers."""

    EVENT = "delivery_option"

    company = models.ForeignKey(ShippingCompany, on_delete=models.PROTECT, related_name="options")
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    tracking_pattern = models.CharField(
        _("tracking number pattern"),
        max_length=120,
        blank=True,
        help_text=_("A regular expression that a whole tracking number must match."),
    )
    tracking_url = models.CharField(
        _("tracking address"),
        max_length=300,
        blank=True,
        help_text=_("{number} stands for the tracking number."),
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=100)
    active = models.BooleanField(_("active"), default=True)
    is_default = models.BooleanField(_("default"), default=False)
    easy_return = models.BooleanField(_("easy return"), default=False)

    objects = DeliveryOptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="delivery_option_one_default",
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.name}"


class SellerDeliveryOption(Recorded):
    """A seller's own choice among the owner's options."""

    EVENT = "seller_delivery_option"

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="delivery_options")
    option = models.ForeignKey(DeliveryOption, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    # What returned goods travel with: one way per seller, which the owner has marked for it.
    is_easy_return = models.BooleanField(default=False)

    objects = SellerDeliveryOptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "option"], name="seller_option_once"),
            models.UniqueConstraint(
                fields=["seller"],
                condition=models.Q(is_default=True),
                name="seller_option_one_default",
            ),
            models.UniqueConstraint(
                fields=["seller"],
                condition=models.Q(is_easy_return=True),
                name="seller_option_one_easy_return",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.option} for {self.seller}"
