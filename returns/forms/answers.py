"""How the seller, or the owner, answers a return item by item. Shape only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from core.evidence.models import StoredFile
from orders.models import Reason
from orders.reasons import LONGEST_NOTE
from refunds.forms import minor_units
from returns.forms.files import FilesField, KeepsFiles
from returns.forms.places import place_of
from returns.models import ReturnRequest
from returns.operations.item_by_item import APPROVE, OFFER, REJECT, ItemAnswer
from returns.presenters import Entry

NAMES = ("answer", "amount", "offer-message", "reason", "message", "files")
# Where a refusal's pointer ("answers/0/message") stands on the page.
PARTS = {REJECT: {"message": "message"}, OFFER: {"message": "offer-message"}}


@dataclass(frozen=True)
class AnswerRow:
    """One waiting item with its fields."""

    entry: Entry
    answer: BoundField
    amount: BoundField
    offer_message: BoundField
    reason: BoundField
    message: BoundField
    files: BoundField
    kept: Sequence[StoredFile]

    @property
    def chosen(self) -> str:
        return str(self.answer.value() or "")

    @property
    def approves(self) -> bool:
        return self.chosen == APPROVE

    @property
    def offers(self) -> bool:
        return self.chosen == OFFER

    @property
    def rejects(self) -> bool:
        return self.chosen == REJECT


@dataclass(frozen=True)
class Said:
    """What an answer comes to: "Confirm, lamp", "refund when received", 9400."""

    words: str
    note: str
    amount: int


class AnswerForm(KeepsFiles, forms.Form):
    """Fields are named after the entry of the request."""

    def __init__(
        self, *args, entries: Sequence[Entry], reasons: Sequence[Reason], currency: str, **options
    ):
        super().__init__(*args, **options)
        self.entries, self.currency = list(entries), currency
        choices = [
            ("", _("Choose a reason")),
            *((reason.code, _words_of(reason)) for reason in reasons),
        ]
        for entry in self.entries:
            self._add_fields(entry.row.pk, choices)

    def _add_fields(self, pk: int, reasons: list) -> None:
        add = self.fields
        add[f"answer-{pk}"] = forms.ChoiceField(
            label=_("Answer"),
            required=False,
            choices=[(code, code) for code in (APPROVE, OFFER, REJECT)],
        )
        add[f"amount-{pk}"] = forms.DecimalField(
            label=_("Refund, the customer keeps it"), required=False, min_value=0, max_digits=12
        )
        add[f"offer-message-{pk}"] = forms.CharField(
            label=_("Message to the customer"), required=False, max_length=LONGEST_NOTE
        )
        add[f"reason-{pk}"] = forms.ChoiceField(label=_("Reason"), required=False, choices=reasons)
        add[f"message-{pk}"] = forms.CharField(
            label=_("Message to the customer"),
            required=False,
            max_length=LONGEST_NOTE,
            help_text=_("They read it with the reason."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        add[f"files-{pk}"] = FilesField(label=_("Your evidence"))

    @property
    def rows(self) -> list[AnswerRow]:
        return [
            AnswerRow(
                entry,
                *(self[f"{name}-{entry.row.pk}"] for name in NAMES),
                self.kept(f"files-{entry.row.pk}"),
            )
            for entry in self.entries
        ]

    def clean(self):
        given = super().clean()
        if not any(given.get(f"answer-{entry.row.pk}") for entry in self.entries):
            self.add_error(None, _("Answer at least one item."))
        for entry in self.entries:
            if given.get(f"answer-{entry.row.pk}") == OFFER:
                self._clean_offer(entry.row.pk)
        return given

    def _clean_offer(self, pk: int) -> None:
        name = f"amount-{pk}"
        if name not in self.cleaned_data:
            return
        if self.cleaned_data[name] is None:
            self.add_error(name, _("Say how much you offer."))
            return
        try:
            self.cleaned_data[name] = minor_units(self.cleaned_data[name], self.currency)
        except forms.ValidationError as error:
            self.add_error(name, error)

    @property
    def answered(self) -> list[Entry]:
        given = self.cleaned_data
        return [entry for entry in self.entries if given.get(f"answer-{entry.row.pk}")]

    @property
    def answers(self) -> list[ItemAnswer]:
        """What a valid form says."""
        return [self._answer(entry) for entry in self.answered]

    def _answer(self, entry: Entry) -> ItemAnswer:
        given, pk = self.cleaned_data, entry.row.pk
        match given[f"answer-{pk}"]:
            case "offer":
                return ItemAnswer(
                    entry.item.pk,
                    OFFER,
                    amount=given[f"amount-{pk}"],
                    message=given[f"offer-message-{pk}"],
                )
            case "reject":
                return ItemAnswer(
                    entry.item.pk,
                    REJECT,
                    reason_code=given[f"reason-{pk}"],
                    message=given[f"message-{pk}"],
                    files=self.kept(f"files-{pk}"),
                )
        return ItemAnswer(entry.item.pk, APPROVE)

    def field_at(self, pointer: str | None) -> str | None:
        """The form's field for a refusal's pointer; None when it is about the whole form."""
        kind, place, part = place_of(pointer)
        answered = self.answered
        if kind != "answers" or not place.isdecimal() or int(place) >= len(answered):
            return None
        pk = answered[int(place)].row.pk
        chosen = self.cleaned_data[f"answer-{pk}"]
        name = PARTS.get(chosen, {}).get(part, part)
        return f"{name}-{pk}" if f"{name}-{pk}" in self.fields else f"answer-{pk}"

    @property
    def summary(self) -> list[Said]:
        """What the answers chosen so far come to, for the panel beside them."""
        said = []
        for row in self.rows:
            entry, name = row.entry, row.entry.name
            if row.chosen == APPROVE:
                words = _("Confirm, %(name)s") % {"name": name}
                said.append(Said(words, _what_follows(entry), entry.row.estimate))
            elif row.chosen == OFFER:
                words = _("Offer part, %(name)s") % {"name": name}
                said.append(Said(words, _("paid when accepted"), self._typed(row.amount)))
            elif row.chosen == REJECT:
                words = _("Reject, %(name)s") % {"name": name}
                said.append(Said(words, _("decided by the marketplace"), 0))
        return said

    def _typed(self, field: BoundField) -> int:
        """An amount as far as it makes sense, minor units."""
        try:
            return minor_units(forms.DecimalField(min_value=0).clean(field.value()), self.currency)
        except forms.ValidationError:
            return 0


def _what_follows(entry: Entry) -> str:
    """When a confirmed item is paid, or that something else is sent for it."""
    if entry.shown.request.wish != ReturnRequest.Wish.REFUND:
        return _("sent when received") if entry.row.goods_back else _("sent at once")
    return _("refund when received") if entry.row.goods_back else _("paid at once")


def _words_of(reason: Reason) -> str:
    words = _("%(reason)s (with a photo)") if reason.needs_evidence else "%(reason)s"
    return words % {"reason": reason.text}
