"""Shapes of the owner's settings. Amounts are typed as people write them: 12.50."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cancellations.models import AutoApprovalPolicy
from core.money import currency_exponent, is_currency
from orders.models import Reason
from refunds.forms import minor_units

DAYS = [(30, _("the last 30 days")), (90, _("the last 90 days")), (365, _("the last year"))]


class ReasonForm(forms.ModelForm):
    """Never saved: its cleaned data goes to `save_reason`. Kind and code are for ever."""

    class Meta:
        model = Reason
        fields = [
            "kind",
            "code",
            "text",
            "fault",
            "for_customer",
            "for_seller",
            "for_owner",
            "for_system",
            "needs_note",
            "needs_evidence",
            "needs_goods_back",
            "shipping_paid_by",
            "sort_order",
            "active",
        ]
        help_texts = {
            "code": _("What programs call it: letters, digits and _."),
            "text": _("What people pick from the list."),
            "fault": _("A rejection that is the seller's fault counts in their ratings."),
            "sort_order": _("Smaller numbers stand further up."),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            del self.fields["kind"], self.fields["code"]

    def _get_validation_exclusions(self) -> set[str]:
        """That a code is taken is the operation's business: it says so at the code."""
        return super()._get_validation_exclusions() | {"code"}


class PolicyForm(forms.Form):
    """A policy of automatic approval, and the span to try it on."""

    up_to_status = forms.ChoiceField(
        label=_("Approve by itself, at the latest when it is"),
        choices=AutoApprovalPolicy._meta.get_field("up_to_status").choices,
    )
    within_minutes = forms.IntegerField(
        label=_("Within so many minutes of placement"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("Empty: at any time."),
    )
    up_to_amount = forms.DecimalField(
        label=_("Up to the amount"),
        required=False,
        min_value=0,
        max_digits=12,
        help_text=_("What is paid back. Empty: any amount."),
    )
    currency = forms.CharField(
        label=_("Currency of the amount"),
        required=False,
        max_length=3,
        help_text=_("Such as EUR. Requests in other currencies then wait for a person."),
    )
    days = forms.TypedChoiceField(
        label=_("Try it on requests of"), choices=DAYS, coerce=int, required=False, empty_value=90
    )

    @classmethod
    def initial_of(cls, policy: AutoApprovalPolicy) -> dict[str, Any]:
        """What stands in the form for a policy in force."""
        amount = None
        if policy.up_to_amount is not None:
            amount = Decimal(policy.up_to_amount).scaleb(-currency_exponent(policy.currency))
        return {
            "up_to_status": policy.up_to_status,
            "within_minutes": policy.within_minutes,
            "up_to_amount": amount,
            "currency": policy.currency,
            "days": 90,
        }

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].upper()
        if currency and not is_currency(currency):
            raise forms.ValidationError(_("Not an ISO 4217 currency code, such as EUR."))
        return currency

    def clean(self):
        given = super().clean()
        amount, currency = given.get("up_to_amount"), given.get("currency")
        if amount is None:
            return given
        if "currency" in given and not currency:
            self.add_error("currency", _("Say in which currency the amount is."))
        elif currency:
            try:
                given["up_to_amount"] = minor_units(amount, currency)
            except forms.ValidationError as error:
                self.add_error("up_to_amount", error)
        return given

    @property
    def policy(self) -> dict[str, Any]:
        """What a valid form asks for, as `change_policy` and `checked_policy` take it."""
        names = ("up_to_status", "within_minutes", "up_to_amount", "currency")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def since(self):
        return timezone.now() - timedelta(days=self.cleaned_data["days"])
