"""Shapes of the forms about refunds. Amounts are typed as people write them: 12.50."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from core import formats
from core.money import currency_exponent, is_currency
from orders.presenters import method_words
from refunds.models import RefundPart
from refunds.operations.outside import PAID, REFUSED


def minor_units(amount: Decimal, currency: str) -> int:
    """An amount as people write it, in minor units. Raises ValidationError for more decimals
    than the currency has."""
    minor = amount.scaleb(currency_exponent(currency))
    if minor != minor.to_integral_value():
        raise forms.ValidationError(
            _("%(currency)s has no such small amounts.") % {"currency": currency}
        )
    return int(minor)


class SurplusForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount"), max_digits=12)
    note = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the plan; the customer does not see it."),
    )

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int:
        return minor_units(self.cleaned_data["amount"], self.currency)


class ApprovalRuleForm(forms.Form):
    currency = forms.CharField(
        label=_("Currency"), min_length=3, max_length=3, help_text=_("Such as EUR or BRL.")
    )
    amount = forms.DecimalField(
        label=_("One person may approve up to"),
        required=False,
        min_value=0,
        max_digits=12,
        help_text=_("A refund above it waits for a second person. Empty: never."),
    )

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].upper()
        if not is_currency(currency):
            raise forms.ValidationError(_("Not an ISO 4217 currency code, such as EUR."))
        return currency

    def clean_amount(self) -> int | None:
        amount, currency = self.cleaned_data["amount"], self.cleaned_data.get("currency")
        return None if amount is None or not currency else minor_units(amount, currency)


class OutcomeForm(forms.Form):
    payment = forms.TypedChoiceField(label=_("Paid back to"), coerce=int)
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=[(PAID, _("Paid")), (REFUSED, _("Refused"))],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        required=False,
        help_text=_("By which the payment can be found, such as the transfer's number."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args, parts, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["payment"].choices = [
            (part.payment.position, _part_words(part, currency)) for part in parts
        ]


def _part_words(part: RefundPart, currency: str) -> str:
    amount = formats.figure(part.amount, currency)
    return f"{method_words(part.payment.method)}, {amount} {currency}"
