"""The owner's rules about returns. Amounts as people write them (12.50), rates in percent."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import currency_exponent, is_currency
from refunds.forms import minor_units
from returns.models import ReturnPolicy
from returns.operations.policy_settings import AMOUNTS
from sellers.models import Seller

UNSAID = [("", _("As the wider rules say"))]


class ReturnPolicyForm(forms.Form):
    """What holds for one place; what is left empty the next wider rules say."""

    seller = forms.ModelChoiceField(
        label=_("Seller"),
        queryset=Seller.objects.order_by("name"),
        required=False,
        empty_label=_("All sellers"),
    )
    category = forms.CharField(
        label=_("Category"),
        required=False,
        max_length=80,
        help_text=_("As the channel calls it. Empty: all categories."),
    )
    window_days = forms.IntegerField(
        label=_("Days after delivery"),
        required=False,
        min_value=0,
        max_value=3650,
        help_text=_("0: no returns. Empty: as wider rules or the deadlines say."),
    )
    payable_when = forms.ChoiceField(
        label=_("Money leaves"),
        required=False,
        choices=[*UNSAID, *ReturnPolicy.PayableWhen.choices],
    )
    on_delivery_failed = forms.ChoiceField(
        label=_("When a delivery fails"),
        required=False,
        choices=[*UNSAID, *ReturnPolicy.OnDeliveryFailed.choices],
    )
    restocking_percent = forms.DecimalField(
        label=_("Restocking fee"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=6,
        decimal_places=3,
        help_text=_("Of the product amount, where the return is the customer's fault."),
    )
    currency = forms.CharField(
        label=_("Currency of the amounts"),
        required=False,
        max_length=3,
        help_text=_("Such as EUR. Orders in other currencies follow wider rules."),
    )
    return_shipping_fee = forms.DecimalField(
        label=_("Return shipping"),
        required=False,
        min_value=0,
        max_digits=12,
        help_text=_("Kept once per request, where the customer pays the way back."),
    )
    keep_goods_up_to = forms.DecimalField(
        label=_("Refund without return up to"),
        required=False,
        min_value=0,
        max_digits=12,
        help_text=_("Worth no more than this, the goods need not come back."),
    )
    silence_approves_up_to = forms.DecimalField(
        label=_("Silence approves up to"),
        required=False,
        min_value=0,
        max_digits=12,
        help_text=_("Above it you are asked when the seller does not answer. Empty: no limit."),
    )

    def __init__(self, *args, policy: ReturnPolicy | None = None, **options):
        super().__init__(*args, **options)
        if policy is not None:
            del self.fields["seller"], self.fields["category"]

    @classmethod
    def initial_of(cls, policy: ReturnPolicy) -> dict[str, Any]:
        """What stands in the form for rules in force."""
        initial: dict[str, Any] = {
            name: getattr(policy, name)
            for name in ("window_days", "payable_when", "on_delivery_failed", "currency")
        }
        rate = policy.restocking_rate
        initial["restocking_percent"] = None if rate is None else (rate * 100).normalize()
        for name in AMOUNTS:
            amount = getattr(policy, name)
            if amount is not None:
                initial[name] = Decimal(amount).scaleb(-currency_exponent(policy.currency))
        return initial

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].upper()
        if currency and not is_currency(currency):
            raise forms.ValidationError(_("Not an ISO 4217 currency code, such as EUR."))
        return currency

    def clean(self):
        given = super().clean()
        currency = given.get("currency")
        typed = [name for name in AMOUNTS if given.get(name) is not None]
        if typed and currency == "":
            self.add_error("currency", _("Say in which currency the amounts are."))
        elif currency:
            for name in typed:
                try:
                    given[name] = minor_units(given[name], currency)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return given

    @property
    def rules(self) -> dict[str, Any]:
        """What a valid form says, as `save_policy` takes it."""
        given = dict(self.cleaned_data)
        percent = given.pop("restocking_percent")
        given["restocking_rate"] = None if percent is None else percent / 100
        return given
