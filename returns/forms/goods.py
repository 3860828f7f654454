"""What is typed about goods on their way back, and about what came. Shape only."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.evidence.models import StoredFile
from core.money import currency_exponent
from packages.forms import DeliveryForm
from refunds.forms import minor_units
from returns.forms.files import FilesField, KeepsFiles
from returns.forms.places import place_of
from returns.goods_policies import Condition, Disposition, Received
from returns.models import ReturnItem, ReturnParcel
from returns.operations import Found

LONGEST_REASON = 200  # as a line of a plan holds it
EXTRA = "extra"
# What becomes of units in this condition, unless somebody says otherwise.
USUAL = {
    Condition.OK: Disposition.RESTOCK,
    Condition.DAMAGED: Disposition.DISPOSE,
    Condition.MISSING: Disposition.NOTHING,
    Condition.WRONG: Disposition.SEND_BACK,
    Condition.EXTRA: Disposition.SEND_BACK,
}
COUNTED = (Condition.OK, Condition.DAMAGED, Condition.MISSING, Condition.WRONG)


def typed_amount(amount: int, currency: str) -> Decimal:
    """Minor units as people type them: 1250 EUR is 12.50."""
    return Decimal(amount).scaleb(-currency_exponent(currency))


class ShipmentForm(DeliveryForm):
    """How the customer sends the goods: with the carrier of the label, or another one."""

    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"), required=False, max_length=80
    )
    field_order = ["tracking_number", "delivery_option", "other_carrier"]

    def __init__(self, *args, parcel: ReturnParcel, **options):
        label = str(parcel.delivery_option) if parcel.delivery_option else ""
        keep = _("As on the label: %(carrier)s") % {"carrier": label} if label else _("Choose")
        super().__init__(*args, keep=keep, **options)
        self.fields["delivery_option"].label = _("Carrier")
        self.fields["other_carrier"].help_text = _("Only with “Other”.")
        self.fields["tracking_number"].initial = parcel.tracking_number


class ReceiveCodeForm(forms.Form):
    """The code on the label, scanned or typed."""

    code = forms.CharField(
        label=gettext_lazy("Return code"),
        max_length=300,
        help_text=gettext_lazy("Scan the label, or type the code under it, such as RT-7K2M9Q."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Count:
    """How many units of an item came in one condition, and what becomes of them."""

    condition: Condition
    quantity: BoundField
    disposition: BoundField | None


@dataclass(frozen=True)
class ReceiptRow:
    """One expected item with its fields; `left` are the units nobody has accounted for yet."""

    entry: ReturnItem
    left: int
    counts: Sequence[Count]
    note: BoundField
    files: BoundField
    kept: Sequence[StoredFile]
    amount: BoundField | None
    reason: BoundField | None


class Deducting:
    """Fields to keep a part of what an item pays, with the reason that the customer reads."""

    currency: str
    fields: dict[str, forms.Field]
    cleaned_data: dict

    def add_deduction(self, entry: ReturnItem) -> None:
        self.fields[f"amount-{entry.pk}"] = forms.DecimalField(
            label=_("Deduct"), required=False, min_value=0, max_digits=12
        )
        self.fields[f"why-{entry.pk}"] = forms.CharField(
            label=_("Why, for the customer"), required=False, max_length=LONGEST_REASON
        )

    def clean_deductions(self, entries: Sequence[ReturnItem]) -> None:
        """`deductions` is what was typed; `said` also has the items of which nothing shall be
        kept, with a typed 0."""
        self.deductions: list[Found] = []
        self.said: set[int] = set()
        for entry in entries:
            amount = self.cleaned_data.get(f"amount-{entry.pk}")
            if amount is not None:
                self.said.add(entry.pk)
            if not amount:
                continue
            why = self.cleaned_data.get(f"why-{entry.pk}", "").strip()
            if not why:
                self.add_error(f"why-{entry.pk}", _("Say why; the customer reads it."))
                continue
            try:
                kept = minor_units(amount, self.currency)
            except forms.ValidationError as error:
                self.add_error(f"amount-{entry.pk}", error)
            else:
                self.deductions.append(Found(entry.pk, kept, why))

    def field_of_deduction(self, place: str, part: str) -> str | None:
        """The field for a refusal at "deductions/<place>/<part>"."""
        found = getattr(self, "deductions", [])
        if not place.isdecimal() or int(place) >= len(found):
            return None
        name = "why" if part == "reason" else "amount"
        return f"{name}-{found[int(place)].entry_id}"


class ReceiptForm(Deducting, KeepsFiles, forms.Form):
    """What came out of a parcel, item by item and condition by condition."""

    extra_quantity = forms.IntegerField(
        label=gettext_lazy("Units of something else"), required=False, min_value=0, initial=0
    )
    extra_note = forms.CharField(label=gettext_lazy("What it is"), required=False, max_length=500)
    last = forms.BooleanField(
        label=gettext_lazy("Nothing more will come: what is left is missing"), required=False
    )

    def __init__(
        self,
        *args,
        entries: Sequence[ReturnItem],
        left: dict[int, int],
        currency: str,
        may_deduct: bool,
        **options,
    ):
        super().__init__(*args, **options)
        self.currency, self.left, self.may_deduct = currency, left, may_deduct
        self.entries = [entry for entry in entries if left[entry.pk]]
        for entry in self.entries:
            self._add_fields(entry)

    def _add_fields(self, entry: ReturnItem) -> None:
        name, left = entry.item.line.name, self.left[entry.pk]
        for condition in COUNTED:
            self.fields[f"{condition}-{entry.pk}"] = forms.IntegerField(
                label=f"{condition.label}: {name}",
                required=False,
                min_value=0,
                max_value=left,
                initial=left if condition is Condition.OK else 0,
            )
            if condition is not Condition.MISSING:
                self.fields[f"{condition}-for-{entry.pk}"] = forms.ChoiceField(
                    label=_("What becomes of it"),
                    required=False,
                    choices=Disposition.choices,
                    initial=USUAL[condition],
                )
        self.fields[f"note-{entry.pk}"] = forms.CharField(
            label=_("What you found"), required=False, max_length=500
        )
        self.fields[f"files-{entry.pk}"] = FilesField()
        if self.may_deduct:
            self.add_deduction(entry)

    @property
    def rows(self) -> list[ReceiptRow]:
        return [self._row(entry) for entry in self.entries]

    def _row(self, entry: ReturnItem) -> ReceiptRow:
        pk = entry.pk
        counts = [
            Count(
                condition,
                self[f"{condition}-{pk}"],
                None if condition is Condition.MISSING else self[f"{condition}-for-{pk}"],
            )
            for condition in COUNTED
        ]
        deducts = f"amount-{pk}" in self.fields
        return ReceiptRow(
            entry=entry,
            left=self.left[pk],
            counts=counts,
            note=self[f"note-{pk}"],
            files=self[f"files-{pk}"],
            kept=self.kept(f"files-{pk}"),
            amount=self[f"amount-{pk}"] if deducts else None,
            reason=self[f"why-{pk}"] if deducts else None,
        )

    def clean(self):
        given = super().clean()
        self.clean_deductions(self.entries if self.may_deduct else [])
        return given

    @property
    def all_as_sold(self) -> list[Received]:
        """What an untouched form says: everything that is left came as it was sold."""
        return [
            Received(entry.pk, Condition.OK, self.left[entry.pk], USUAL[Condition.OK])
            for entry in self.entries
        ]

    @property
    def units(self) -> list[Received]:
        """What a valid form says came. Note and photos stand with the first units of an item."""
        units = []
        for entry in self.entries:
            said: dict = {
                "note": self.cleaned_data.get(f"note-{entry.pk}", ""),
                "files": self.kept(f"files-{entry.pk}"),
            }
            # What is not as sold comes first: the note and the photos are about it.
            for condition in reversed(COUNTED):
                quantity = self.cleaned_data.get(f"{condition}-{entry.pk}") or 0
                if quantity:
                    units.append(
                        Received(entry.pk, condition, quantity, self._for(condition, entry), **said)
                    )
                    said = {}
        extra = self.cleaned_data.get("extra_quantity") or 0
        if extra:
            note = self.cleaned_data.get("extra_note", "")
            units.append(Received(None, Condition.EXTRA, extra, USUAL[Condition.EXTRA], note))
        return units

    def _for(self, condition: Condition, entry: ReturnItem) -> str:
        chosen = self.cleaned_data.get(f"{condition}-for-{entry.pk}")
        return chosen or USUAL[condition]

    def field_at(self, pointer: str | None) -> str | None:
        """The form's field for a refusal's pointer ("units/0/quantity"); None: the whole form."""
        kind, place, part = place_of(pointer)
        if kind == "deductions":
            return self.field_of_deduction(place, part)
        units = self.units
        if kind != "units" or not place.isdecimal() or int(place) >= len(units):
            return None
        one = units[int(place)]
        if one.entry_id is None:
            return "extra_note" if part == "note" else "extra_quantity"
        names = {
            "note": f"note-{one.entry_id}",
            "disposition": f"{one.condition}-for-{one.entry_id}",
        }
        return names.get(part, f"{one.condition}-{one.entry_id}")


class InspectionForm(Deducting, forms.Form):
    """What is kept of the money for goods that have come, before it is paid. It begins with what
    the rules propose; whoever leaves an amount empty keeps nothing."""

    def __init__(
        self,
        *args,
        entries: Sequence[ReturnItem],
        currency: str,
        proposed: Sequence[Found],
        **options,
    ):
        super().__init__(*args, **options)
        self.entries, self.currency = list(entries), currency
        for entry in self.entries:
            self.add_deduction(entry)
        for one in proposed:
            self.initial.setdefault(f"amount-{one.entry_id}", typed_amount(one.amount, currency))
            self.initial.setdefault(f"why-{one.entry_id}", one.reason)

    @property
    def rows(self) -> list[tuple[ReturnItem, BoundField, BoundField]]:
        return [
            (entry, self[f"amount-{entry.pk}"], self[f"why-{entry.pk}"]) for entry in self.entries
        ]

    def clean(self):
        given = super().clean()
        self.clean_deductions(self.entries)
        return given

    def field_at(self, pointer: str | None) -> str | None:
        kind, place, part = place_of(pointer)
        return self.field_of_deduction(place, part) if kind == "deductions" else None
