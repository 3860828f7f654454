"""Shapes of the settings forms for sellers and delivery."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from sellers.models import DeliveryOption, Seller, ShippingCompany


class SellerForm(forms.ModelForm):
    """Never saved: its cleaned data goes to `create_seller` or `change_seller`."""

    class Meta:
        model = Seller
        fields = [
            "code",
            "name",
            "commission_rate",
            "email",
            "phone",
            "city",
            "state",
            "postcode",
            "country",
            "time_zone",
            "active",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keep_code(self)

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError(_("Two letters after ISO 3166, like BR or DE."))
        return country

    def clean_time_zone(self) -> str:
        zone = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("A name like America/Sao_Paulo or Europe/Berlin."))
        return zone


class CompanyForm(forms.ModelForm):
    class Meta:
        model = ShippingCompany
        fields = ["code", "name", "contact_email", "active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keep_code(self)


class OptionForm(forms.ModelForm):
    class Meta:
        model = DeliveryOption
        fields = [
            "company",
            "code",
            "name",
            "tracking_pattern",
            "tracking_url",
            "priority",
            "active",
            "is_default",
            "easy_return",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keep_code(self)

    def _get_validation_exclusions(self) -> set[str]:
        """That there is one default is the operation's business: it takes it from the others."""
        return super()._get_validation_exclusions() | {"is_default"}


def keep_code(form: forms.ModelForm) -> None:
    """What integrators call a thing stays as it is once it exists."""
    if form.instance.pk is not None:
        form.fields["code"].disabled = True


class DeliveryChoiceForm(forms.Form):
    """A seller's own choice among the ways that are offered."""

    options = forms.ModelMultipleChoiceField(
        label=_("Ways you use"),
        queryset=DeliveryOption.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means that all of them may be used."),
    )
    default = forms.ModelChoiceField(
        label=_("The usual one"),
        queryset=DeliveryOption.objects.none(),
        required=False,
        empty_label=_("The marketplace's default"),
        help_text=_("New packages go this way until you say otherwise."),
    )
    easy_return = forms.ModelChoiceField(
        label=_("Easy return"),
        queryset=DeliveryOption.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("What returned goods travel with; one of the ways the marketplace allows."),
    )

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("options", "default"):
            self.fields[name].queryset = offered
        self.fields["easy_return"].queryset = offered.filter(easy_return=True)
