"""The owner's decision about a dispute. Shape only."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Reason
from refunds.forms import minor_units
from returns.dispute_policies import LONGEST_NOTE
from returns.forms.places import place_of
from returns.models import Decision
from returns.operations import DecidedLine
from returns.presenters import Entry


class DecisionForm(forms.Form):
    """Full, a part of each item, or nothing; whose fault; who pays the way back."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Refund"),
        choices=Decision.Outcome.choices,
        error_messages={"required": gettext_lazy("Choose what is paid back.")},
    )
    fault = forms.ChoiceField(label=gettext_lazy("Fault"), choices=Reason.Fault.choices)
    shipping_paid_by = forms.ChoiceField(
        label=gettext_lazy("Return shipping"), choices=Reason.Fault.choices
    )
    goods_back = forms.BooleanField(
        label=gettext_lazy("The goods come back before the money leaves"), required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Reason, both sides read it"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    internal_note = forms.CharField(
        label=gettext_lazy("Internal note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("Only the marketplace reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, entries: Sequence[Entry], currency: str, **options):
        super().__init__(*args, **options)
        self.entries, self.currency = list(entries), currency
        for entry in self.entries:
            self.fields[f"amount-{entry.row.pk}"] = forms.DecimalField(
                label=entry.name, required=False, min_value=0, max_digits=12
            )

    @property
    def rows(self) -> list[tuple[Entry, BoundField]]:
        return [(entry, self[f"amount-{entry.row.pk}"]) for entry in self.entries]

    @property
    def chosen(self) -> str:
        return str(self["outcome"].value() or "")

    def clean(self):
        given = super().clean()
        if given.get("outcome") != Decision.Outcome.PARTIAL:
            return given
        for entry in self.entries:
            name = f"amount-{entry.row.pk}"
            try:
                given[name] = minor_units(given.get(name) or Decimal(0), self.currency)
            except forms.ValidationError as error:
                self.add_error(name, error)
        return given

    @property
    def lines(self) -> list[DecidedLine]:
        """What is paid per item where a part is; minor units."""
        if self.cleaned_data.get("outcome") != Decision.Outcome.PARTIAL:
            return []
        return [
            DecidedLine(entry.row.pk, self.cleaned_data.get(f"amount-{entry.row.pk}") or 0)
            for entry in self.entries
        ]

    def field_at(self, pointer: str | None) -> str | None:
        kind, place, _part = place_of(pointer)
        if kind != "lines" or not place.isdecimal() or int(place) >= len(self.entries):
            return None
        return f"amount-{self.entries[int(place)].row.pk}"


def yes_words(amount: str, outcome: str) -> str:
    """The button says what happens."""
    if outcome == Decision.Outcome.NONE:
        return _("Let the rejection stand")
    return _("Decide: refund %(amount)s") % {"amount": amount}
