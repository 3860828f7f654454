"""What is typed where packages are made, changed and sent. Shape only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import OrderItem
from packages.models import Package
from sellers.models import DeliveryOption

OTHER = "-other-"  # no option's code: a carrier outside of the marketplace's terms
QUANTITY, TRACKING = "quantity-", "tracking-"


@dataclass(frozen=True)
class ItemRow:
    """An item, with the field that says how many of it."""

    item: OrderItem
    quantity: BoundField


@dataclass(frozen=True)
class TrackingRow:
    """A package, with the field for its tracking number."""

    package: Package
    tracking: BoundField


class DeliveryForm(forms.Form):
    """One of `options`, or the name of another carrier. `keep` are the words for neither, where
    that is possible; `package` begins with what it has, even where that is no longer offered."""

    delivery_option = forms.ChoiceField(label=gettext_lazy("Delivery option"), required=False)
    other_carrier = forms.CharField(
        label=gettext_lazy("Other carrier"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Only with “Other”. The customer gets no tracking link."),
    )

    def __init__(
        self,
        *args,
        options: Iterable[DeliveryOption],
        package: Package | None = None,
        keep: str = "",
        with_other: bool = True,
        **rest,
    ):
        super().__init__(*args, **rest)
        self.options = {option.code: option for option in options}
        current = package.delivery_option if package else None
        if current:
            self.options.setdefault(current.code, current)
        if not (current or keep or (package and package.other_carrier)):
            keep = _("Not chosen")
        field = self.fields["delivery_option"]
        field.choices = [
            *([("", keep)] if keep else []),
            *((code, str(option)) for code, option in self.options.items()),
            *([(OTHER, _("Other"))] if with_other else []),
        ]
        if not with_other:
            del self.fields["other_carrier"]
        if package and not keep:
            field.initial = current.code if current else OTHER if package.other_carrier else None
            self.fields["other_carrier"].initial = package.other_carrier

    def clean(self):
        given = super().clean()
        is_other = given.get("delivery_option") == OTHER
        if is_other and not given.get("other_carrier"):
            self.add_error("other_carrier", _("Name the carrier."))
        elif not is_other and given.get("other_carrier") and "other_carrier" in self.changed_data:
            self.add_error("other_carrier", _("Choose “Other” to send it by this carrier."))
        return given

    @property
    def way(self) -> dict[str, Any]:
        """What a valid form chooses, as operations take it."""
        given = self.cleaned_data
        is_other = given["delivery_option"] == OTHER
        return {
            "delivery_option": self.options.get(given["delivery_option"]),
            "other_carrier": given["other_carrier"] if is_other else "",
        }


class QuantityForm(forms.Form):
    """How many of each of `items`; fields are named after the item.

    An item that the page did not offer is passed on too: the operation says that there is none.
    """

    def __init__(self, *args, items: Sequence[OrderItem], full: bool = False, **rest):
        super().__init__(*args, **rest)
        self.items = list(items)
        for pk in self._asked() - {item.pk for item in self.items}:
            self.fields[f"{QUANTITY}{pk}"] = forms.IntegerField(required=False)
        for item in self.items:
            self.fields[f"{QUANTITY}{item.pk}"] = forms.IntegerField(
                label=item.line.name,
                required=False,
                min_value=0,
                max_value=item.quantity,
                initial=item.quantity if full else 0,
                error_messages={
                    "invalid": _("Say how many, 0 to %(most)s.") % {"most": item.quantity},
                    "max_value": _("There are only %(most)s.") % {"most": item.quantity},
                    "min_value": _("Say how many, 0 to %(most)s.") % {"most": item.quantity},
                },
            )

    def _asked(self) -> set[int]:
        names = (name.removeprefix(QUANTITY) for name in self.data if name.startswith(QUANTITY))
        return {int(pk) for pk in names if pk.isdecimal() and len(pk) < 18}

    @property
    def rows(self) -> list[ItemRow]:
        return [ItemRow(item, self[f"{QUANTITY}{item.pk}"]) for item in self.items]

    @property
    def units(self) -> dict[int, int]:
        """{item id: units} of a valid form; what is left at none is not in it."""
        return {
            int(name.removeprefix(QUANTITY)): count
            for name, count in self.cleaned_data.items()
            if name.startswith(QUANTITY) and count
        }


class PackForm(QuantityForm, DeliveryForm):
    """What goes into a new package, and how it travels."""


class SplitForm(QuantityForm):
    """What leaves for a package of its own."""


class MoveForm(QuantityForm):
    """What goes over, and into which package of the same order."""

    package = forms.CharField(
        label=gettext_lazy("Into package"),
        error_messages={"required": gettext_lazy("Choose the package they go into.")},
    )

    def __init__(self, *args, targets: Sequence[Package], **rest):
        super().__init__(*args, **rest)
        choices = [(target.number, target.number) for target in targets]
        self.fields["package"].widget = forms.Select(choices=choices)


class InvoiceForm(forms.Form):
    """Number, date, and where the invoice is: at an address, or in a file."""

    number = forms.CharField(
        label=gettext_lazy("Invoice number"),
        max_length=60,
        error_messages={"required": gettext_lazy("An invoice has a number.")},
    )
    date = forms.DateField(
        label=gettext_lazy("Invoice date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    link = forms.URLField(
        label=gettext_lazy("Address of the invoice"),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG or PNG, 5 MB at most."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )


class ShipForm(DeliveryForm):
    """Tracking number, carrier, and the second confirmation where a customer asked to cancel."""

    field_order = ["tracking_number", "delivery_option", "other_carrier", "anyway"]

    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"), required=False, max_length=80
    )
    anyway = forms.BooleanField(label=gettext_lazy("Ship it anyway"), required=False)


class FailForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What the carrier says"), required=False, max_length=200
    )


class BulkForm(DeliveryForm):
    """The choices for many packages: one carrier for all, a tracking number for each."""

    LEAVE_OUT, ANYWAY = "leave_out", "anyway"

    requests = forms.ChoiceField(
        choices=[(LEAVE_OUT, LEAVE_OUT), (ANYWAY, ANYWAY)], required=False, initial=LEAVE_OUT
    )

    def __init__(self, *args, packages: Sequence[Package] = (), **rest):
        super().__init__(*args, **rest)
        self.packages = list(packages)
        for package in self.packages:
            self.fields[f"{TRACKING}{package.number}"] = forms.CharField(
                label=_("Tracking number of %(number)s") % {"number": package.number},
                required=False,
                max_length=80,
                initial=package.tracking_number,
            )

    @property
    def rows(self) -> list[TrackingRow]:
        return [TrackingRow(one, self[f"{TRACKING}{one.number}"]) for one in self.packages]

    @property
    def leaves_out(self) -> bool:
        return not self.ships_anyway

    @property
    def ships_anyway(self) -> bool:
        return self["requests"].value() == self.ANYWAY

    @property
    def tracking(self) -> Mapping[str, str]:
        """{package number: tracking number} of a valid form, where one was given."""
        return {
            name.removeprefix(TRACKING): number.strip()
            for name, number in self.cleaned_data.items()
            if name.startswith(TRACKING) and number.strip()
        }


class TrackingFileForm(forms.Form):
    """A file of tracking numbers, or what was read of it before."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
