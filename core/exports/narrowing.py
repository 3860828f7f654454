"""What an address of a list narrows it by, in the words of its filters, and how much is left."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from core import formats
from core.actors import Actor
from core.exports.sources import FiltersNotValid, Source

SEARCH = "search"  # its label says all that it looks through
CAP = 10_000  # from here on a count costs more than it tells


class Told(NamedTuple):
    """One filter that is on: what it is called, and what was chosen."""

    label: str
    value: str


@dataclass(frozen=True)
class Asker:
    """What filters ask of a request: who is asking."""

    actor: Actor


def narrowed_by(source: Source, actor: Actor, query: QueryDict) -> list[Told]:
    """The filters of this address in words, in the order of the list's filters; those that are
    not valid say nothing here."""
    if source.filterset_class is None or not query:
        return []
    nothing = source.model._default_manager.none()
    form = source.filterset_class(query, queryset=nothing, request=Asker(actor)).form
    form.is_valid()
    return [
        Told(str(_("Search") if field.name == SEARCH else field.label), words)
        for field in form
        if (words := _words_of(field, form.cleaned_data.get(field.name)))
    ]


def _words_of(field: Any, value: Any) -> str:
    if value in (None, "", []):
        return ""
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices.get(one, one)) for one in value)
    if isinstance(value, date):  # as it was chosen: a day stands for one of its ends
        return str(field.data)
    return str(choices.get(value, value))


class Amount(NamedTuple):
    """A number of rows; `more`: there are more than these."""

    rows: int
    more: bool = False

    def __str__(self) -> str:
        return f"{formats.grouped(self.rows)}+" if self.more else formats.grouped(self.rows)


def amount_of(
    source: Source, actor: Actor, query: QueryDict, chosen: list[str] | None = None
) -> Amount | None:
    """How many rows a file would have; None where the filters are not valid."""
    try:
        rows = source.rows(actor, query, chosen)
    except FiltersNotValid:
        return None
    counted = rows.order_by()[: CAP + 1].count()
    return Amount(min(counted, CAP), more=counted > CAP)
