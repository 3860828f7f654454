"""The customer's form: which items, how many, why. Shape only; the rules are in policies."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from cancellations.operations import Selection
from cancellations.policies import LONGEST_NOTE
from orders.models import OrderItem, Reason

# Where a refusal's pointer ("items/0/reason") stands on the page.
FIELD_OF = {"item": "take", "quantity": "quantity", "reason": "reason", "note": "note"}


@dataclass(frozen=True)
class Row:
    """One item of the form with its four fields."""

    item: OrderItem
    take: BoundField
    quantity: BoundField
    reason: BoundField
    note: BoundField

    @property
    def taken(self) -> bool:
        return bool(self.take.value())

    @property
    def each(self) -> int | None:
        """What one of several came to (minor units), where they can be told apart to the cent."""
        amount, left = divmod(self.item.captured_product, self.item.quantity)
        return amount if self.item.quantity > 1 and not left else None


class CancellationForm(forms.Form):
    """`items` may be chosen from; `reasons` may be picked. Fields are named after the item."""

    accept = forms.BooleanField(
        label=_("I have read and accept the cancellation policy"),
        error_messages={"required": _("Please read and accept the cancellation policy.")},
    )

    def __init__(self, *args, items: Sequence[OrderItem], reasons: Sequence[Reason], **options):
        super().__init__(*args, **options)
        self.items = list(items)
        choices = [("", _("Choose a reason")), *((reason.code, reason.text) for reason in reasons)]
        for item in self.items:
            self._add_fields(item, choices)

    def _add_fields(self, item: OrderItem, choices: list) -> None:
        self.fields[f"take-{item.pk}"] = forms.BooleanField(label=item.line.name, required=False)
        self.fields[f"quantity-{item.pk}"] = forms.IntegerField(
            label=_("How many"), required=False, initial=item.quantity
        )
        self.fields[f"reason-{item.pk}"] = forms.ChoiceField(
            label=_("Reason"), required=False, choices=choices
        )
        self.fields[f"note-{item.pk}"] = forms.CharField(
            label=_("What happened"),
            required=False,
            max_length=LONGEST_NOTE,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def rows(self) -> list[Row]:
        names = ("take", "quantity", "reason", "note")
        return [Row(item, *(self[f"{name}-{item.pk}"] for name in names)) for item in self.items]

    def clean(self):
        given = super().clean()
        taken = [item for item in self.items if given.get(f"take-{item.pk}")]
        if not taken:
            self.add_error(None, _("Choose at least one item to cancel."))
        for item in taken:
            if given.get(f"reason-{item.pk}") == "":
                self.add_error(f"reason-{item.pk}", _("Choose a reason."))
            if given.get(f"quantity-{item.pk}", 0) is None:
                self.add_error(f"quantity-{item.pk}", _("Say how many."))
        return given

    @property
    def selections(self) -> list[Selection]:
        """What a valid form asks for."""
        given = self.cleaned_data
        return [
            Selection(
                item_id=item.pk,
                quantity=given[f"quantity-{item.pk}"],
                reason_code=given[f"reason-{item.pk}"],
                note=given[f"note-{item.pk}"],
            )
            for item in self.items
            if given[f"take-{item.pk}"]
        ]

    @property
    def wanted(self) -> dict[int, int]:
        """Ticked items and quantities as far as they make sense, for the estimate."""
        wanted = {}
        for row in self.rows:
            quantity = str(row.quantity.value())
            if row.taken and quantity.isdecimal() and 1 <= int(quantity) <= row.item.quantity:
                wanted[row.item.pk] = int(quantity)
        return wanted

    def field_at(self, pointer: str | None) -> str | None:
        """The form's field for a refusal's pointer; None when it is about the whole form."""
        kind, _sep, rest = (pointer or "").partition("/")
        position, _sep, part = rest.partition("/")
        chosen = self.selections
        if kind != "items" or not position.isdecimal() or int(position) >= len(chosen):
            return None
        return f"{FIELD_OF.get(part, 'take')}-{chosen[int(position)].item_id}"
