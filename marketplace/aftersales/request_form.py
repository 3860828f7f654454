"""The customer's form: which items, how many, why, with which photos. Shape only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from cancellations.operations import Selection
from core.evidence.models import StoredFile
from marketplace.aftersales.asking import Possible, Way
from orders.models import OrderItem, Reason
from orders.reasons import LONGEST_NOTE
from returns.forms.files import FilesField, KeepsFiles
from returns.models import ReturnRequest
from returns.operations import ReturnSelection

# Where a refusal's pointer ("return/items/0/reason") stands on the page.
FIELD_OF = {
    "item": "take",
    "quantity": "quantity",
    "reason": "reason",
    "note": "note",
    "files": "files",
}


@dataclass(frozen=True)
class Row:
    """One item of the form with its fields."""

    possible: Possible
    take: BoundField
    quantity: BoundField
    reason: BoundField
    note: BoundField
    files: BoundField | None
    kept: Sequence[StoredFile] = ()

    @property
    def item(self) -> OrderItem:
        return self.possible.item

    @property
    def way(self) -> Way:
        return self.possible.way

    @property
    def taken(self) -> bool:
        return bool(self.take.value())

    @property
    def each(self) -> int | None:
        """What one of several came to (minor units), where they can be told apart to the cent."""
        amount, left = divmod(self.item.captured_product, self.item.quantity)
        return amount if self.item.quantity > 1 and not left else None


class RequestForm(KeepsFiles, forms.Form):
    """Items that may be chosen, each with the reasons for what applies to it."""

    wish = forms.ChoiceField(
        label=_("What would you like?"),
        choices=ReturnRequest.Wish.choices,
        initial=ReturnRequest.Wish.REFUND,
        required=False,
        widget=forms.RadioSelect,
    )
    pay_to = forms.ChoiceField(
        label=_("Where should the money go?"),
        choices=ReturnRequest.PayTo.choices,
        initial=ReturnRequest.PayTo.ORIGINAL,
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "Store credit is yours at once when the refund is paid, and pays for your next order."
        ),
    )
    accept = forms.BooleanField(
        label=_("I have read and accept the cancellation and return policy"),
        error_messages={"required": _("Please read and accept the policy.")},
    )

    def __init__(
        self,
        *args,
        possible: Sequence[Possible],
        reasons: dict[str, Sequence[Reason]],
        **options,
    ):
        super().__init__(*args, **options)
        self.possible = list(possible)
        for one in self.possible:
            self._add_fields(one, reasons[one.way])

    def _add_fields(self, one: Possible, reasons: Sequence[Reason]) -> None:
        item = one.item
        self.fields[f"take-{item.pk}"] = forms.BooleanField(label=item.line.name, required=False)
        self.fields[f"quantity-{item.pk}"] = forms.IntegerField(
            label=_("How many"), required=False, initial=item.quantity
        )
        self.fields[f"reason-{item.pk}"] = forms.ChoiceField(
            label=_("Reason"),
            required=False,
            choices=[
                ("", _("Choose a reason")),
                *((reason.code, _words_of(reason)) for reason in reasons),
            ],
        )
        self.fields[f"note-{item.pk}"] = forms.CharField(
            label=_("What happened"),
            required=False,
            max_length=LONGEST_NOTE,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        if one.way is Way.RETURN:
            self.fields[f"files-{item.pk}"] = FilesField()

    @property
    def rows(self) -> list[Row]:
        return [self._row(one) for one in self.possible]

    def _row(self, one: Possible) -> Row:
        pk = one.item.pk
        fields = (self[f"{name}-{pk}"] for name in ("take", "quantity", "reason", "note"))
        files = self[f"files-{pk}"] if one.way is Way.RETURN else None
        return Row(one, *fields, files, self.kept(f"files-{pk}"))

    @property
    def has_returns(self) -> bool:
        return any(one.way is Way.RETURN for one in self.possible)

    def clean(self):
        given = super().clean()
        taken = [one.item for one in self.possible if given.get(f"take-{one.item.pk}")]
        if not taken:
            self.add_error(None, _("Choose at least one item."))
        for item in taken:
            if given.get(f"reason-{item.pk}") == "":
                self.add_error(f"reason-{item.pk}", _("Choose a reason."))
            if given.get(f"quantity-{item.pk}", 0) is None:
                self.add_error(f"quantity-{item.pk}", _("Say how many."))
        return given

    def _chosen(self, way: Way) -> list[OrderItem]:
        given = self.cleaned_data
        return [
            one.item for one in self.possible if one.way is way and given.get(f"take-{one.item.pk}")
        ]

    @property
    def cancels(self) -> list[Selection]:
        """What a valid form asks to cancel."""
        return [Selection(**self._given(item)) for item in self._chosen(Way.CANCEL)]

    @property
    def goes_back(self) -> list[ReturnSelection]:
        """What a valid form asks to return."""
        return [
            ReturnSelection(**self._given(item), files=self.kept(f"files-{item.pk}"))
            for item in self._chosen(Way.RETURN)
        ]

    def _given(self, item: OrderItem) -> dict:
        given = self.cleaned_data
        return {
            "item_id": item.pk,
            "quantity": given[f"quantity-{item.pk}"],
            "reason_code": given[f"reason-{item.pk}"],
            "note": given[f"note-{item.pk}"],
        }

    # -- As far as it is filled in, for the estimate --

    @property
    def wanted(self) -> dict[int, int]:
        """Ticked items and quantities that make sense: {item id: units}."""
        wanted = {}
        for row in self.rows:
            quantity = str(row.quantity.value())
            if row.taken and quantity.isdecimal() and 1 <= int(quantity) <= row.item.quantity:
                wanted[row.item.pk] = int(quantity)
        return wanted

    def wanted_by(self, way: Way) -> dict[int, int]:
        of_way = {one.item.pk for one in self.possible if one.way is way}
        return {pk: units for pk, units in self.wanted.items() if pk in of_way}

    @property
    def wanted_back(self) -> list[ReturnSelection]:
        return [
            ReturnSelection(pk, units, str(self[f"reason-{pk}"].value() or ""))
            for pk, units in self.wanted_by(Way.RETURN).items()
        ]

    def chosen_wish(self, name: str) -> str:
        """`wish` or `pay_to` as it stands, or what it begins with."""
        field, value = self.fields[name], str(self[name].value())
        return value if value in dict(field.choices) else field.initial

    def field_at(self, pointer: str | None) -> str | None:
        """The form's field for a refusal's pointer; None when it is about the whole form."""
        way, _sep, rest = (pointer or "").partition("/")
        if way in ("wish", "pay_to"):
            return way
        parts = rest.split("/")
        if way not in list(Way) or len(parts) < 2 or not parts[1].isdecimal():
            return None
        chosen = self._chosen(Way(way))
        if int(parts[1]) >= len(chosen):
            return None
        part = parts[2] if len(parts) > 2 else "item"
        name = f"{FIELD_OF.get(part, 'take')}-{chosen[int(parts[1])].pk}"
        return name if name in self.fields else f"take-{chosen[int(parts[1])].pk}"


def _words_of(reason: Reason) -> str:
    if reason.needs_evidence:
        return _("%(reason)s (with a photo)") % {"reason": reason.text}
    return reason.text
