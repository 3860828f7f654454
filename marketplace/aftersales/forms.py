"""What is typed where items are cancelled and requests answered. Shape only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cancellations.models import CancellationItem
from cancellations.operations import Selection
from cancellations.policies import LONGEST_NOTE
from marketplace.aftersales.answers import Answer
from orders.models import OrderItem, Reason
from returns.models import ReturnRequest


@dataclass(frozen=True)
class Row:
    """One selected item, with the field that says how many of it."""

    item: OrderItem
    quantity: BoundField


class ReasonForm(forms.Form):
    """Why, out of `reasons`, and in one's own words."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("The customer and the seller can read the reason and the note."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, reasons: Sequence[Reason], **options):
        super().__init__(*args, **options)
        self.reasons = list(reasons)
        self.fields["reason"].choices = [
            ("", _("Choose a reason")),
            *((reason.code, self._words_of(reason)) for reason in self.reasons),
        ]

    def _words_of(self, reason: Reason) -> str:
        return _("%(reason)s (fault: %(fault)s)") % {
            "reason": reason.text,
            "fault": reason.get_fault_display().lower(),
        }

    @property
    def chosen_reason(self) -> Reason | None:
        code = self["reason"].value()
        return next((reason for reason in self.reasons if reason.code == code), None)


class TransactionForm(ReasonForm):
    """One reason for all of `items`; fields are named after the item. `returns`: with what the
    customer wishes for."""

    field_order = ["reason", "note"]

    def __init__(self, *args, items: Sequence[OrderItem], returns: bool = False, **options):
        super().__init__(*args, **options)
        self.items = list(items)
        if returns:
            self._add_wishes()
        for item in self.items:
            self.fields[f"quantity-{item.pk}"] = forms.IntegerField(
                label=item.line.name,
                initial=item.quantity,
                error_messages={"required": _("Say how many.")},
            )

    def _add_wishes(self) -> None:
        for name, label, choices in (
            ("wish", _("The customer would like"), ReturnRequest.Wish.choices),
            ("pay_to", _("Money goes to"), ReturnRequest.PayTo.choices),
        ):
            first = choices[0][0]
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, initial=first, required=False
            )

    @property
    def wishes(self) -> dict[str, str]:
        """What is wished for of a return, as far as it is chosen; empty for the others."""
        return {
            name: str(self[name].value() or self.fields[name].initial)
            for name in ("wish", "pay_to")
            if name in self.fields
        }

    @property
    def rows(self) -> list[Row]:
        return [Row(item, self[f"quantity-{item.pk}"]) for item in self.items]

    @property
    def selections(self) -> list[Selection]:
        """What a valid form asks for."""
        given = self.cleaned_data
        return [
            Selection(
                item_id=item.pk,
                quantity=given[f"quantity-{item.pk}"],
                reason_code=given["reason"],
                note=given["note"],
            )
            for item in self.items
        ]

    @property
    def wanted(self) -> dict[int, int]:
        """Quantities as far as they make sense, for the estimate."""
        wanted = {}
        for row in self.rows:
            quantity = str(row.quantity.value())
            if quantity.isdecimal() and 1 <= int(quantity) <= row.item.quantity:
                wanted[row.item.pk] = int(quantity)
        return wanted

    def field_at(self, pointer: str | None) -> str | None:
        """The form's field for a refusal's pointer ("items/0/reason"); None: the whole form."""
        kind, _sep, rest = (pointer or "").partition("/")
        position, _sep, part = rest.partition("/")
        if kind != "items" or not position.isdecimal() or int(position) >= len(self.items):
            return None
        return part if part in ("reason", "note") else f"quantity-{self.items[int(position)].pk}"


class AnswerForm(forms.Form):
    """Which of the `entries` are answered, and what the customer reads about it."""

    answer = forms.ChoiceField(
        choices=[(answer, answer) for answer in Answer],
        error_messages={"required": gettext_lazy("Choose what to do.")},
    )
    items = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Items"), coerce=int, required=False, widget=forms.MultipleHiddenInput
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("A rejection needs one: the customer reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, entries: Sequence[CancellationItem], **options):
        super().__init__(*args, **options)
        self.entries = list(entries)
        self.fields["items"].choices = [
            (entry.item_id, entry.item.line.name) for entry in self.entries
        ]

    @property
    def chosen(self) -> set[int]:
        """The ticked items; all of them while nobody has chosen."""
        if not self.is_bound:
            return {entry.item_id for entry in self.entries}
        return {int(value) for value in self["items"].value() or () if str(value).isdecimal()}

    def clean(self):
        given = super().clean()
        if given.get("answer") != Answer.WITHDRAW and not given.get("items", True):
            self.add_error("items", _("Tick at least one item."))
        return given
