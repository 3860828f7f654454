"""What stands around the table of an Orders list: tabs, chips of what it is narrowed by, views."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import formats
from core.lists.pages import SORT
from core.lists.saving import VIEW
from core.web import CURSOR
from orders.choices import Tab
from orders.filters import OrderFilter
from orders.models import OrderStatus
from orders.operators import OPERATORS
from orders.search import Search, Term
from orders.tabs import CAP

TABS = ("", *Tab.values)
SEARCH = "search"
# Filters that are chips over the list once they are on; the tab shows itself.
CHIPS = (
    *("number", "status", "request", "overdue", "placed", "placed_after", "placed_before"),
    *("seller", "channel", "payment", "delivery", "reason", "total_from", "total_to"),
)
# What a new search keeps: the tab, the view that it began as, the order of the rows.
KEPT = ("tab", VIEW, SORT)
AS_TYPED = ("placed_after", "placed_before")


@dataclass(frozen=True)
class Chip:
    """One thing that narrows the list; `remove` is the address without it."""

    label: str
    value: str
    remove: str


@dataclass(frozen=True)
class TabLink:
    """`count` is None until the second request has asked for it."""

    tab: str
    label: str
    href: str
    current: bool
    count: str | None = None

    @property
    def needs_action(self) -> bool:
        return self.tab == Tab.ACTION_NEEDED


def tab_links(asked: QueryDict, counts: Mapping[str, int] | None = None) -> list[TabLink]:
    """The tabs as addresses that keep the filters and begin at the first page."""
    return [
        TabLink(
            tab=tab,
            label=_label_of_tab(tab, get_language()),
            href=address_with(asked, tab=tab),
            current=tab == asked.get("tab", ""),
            count=capped(counts[tab], CAP) if counts else None,
        )
        for tab in TABS
    ]


@cache
def _label_of_tab(tab: str, language: str | None) -> str:
    return str(Tab(tab).label) if tab else _("All")


def summary_of(rows: int, *, oldest_first: bool) -> str:
    """What stands under the list: how many rows, in which order."""
    if oldest_first:
        words = ngettext("%(n)s order, oldest first", "%(n)s orders, oldest first", rows)
    else:
        words = ngettext("%(n)s order, newest first", "%(n)s orders, newest first", rows)
    return words % {"n": rows}


def capped(count: int, cap: int) -> str:
    """The count, or "999+" where counting stopped at `cap` = 1000."""
    return f"{formats.grouped(cap - 1)}+" if count >= cap else formats.grouped(count)


def address_with(asked: QueryDict, **changes: str) -> str:
    """The list's address with other parameters (an empty one is left out), from its first page."""
    kept = {name: found for name, found in asked.lists() if name not in (CURSOR, *changes)}
    return f"?{urlencode(kept | {name: word for name, word in changes.items() if word}, True)}"


def is_narrowed(asked: QueryDict) -> bool:
    """Whether anything but the tab, or what only shows the list another way, is on."""
    return any(any(values) for name, values in asked.lists() if name not in (CURSOR, *KEPT))


def chips_of(asked: QueryDict, filters: OrderFilter) -> list[Chip]:
    """A chip for each filter that is on, and for each operator of the search. What is not valid
    has none: it is said where it was typed."""
    if not filters.is_bound:
        return []
    form = filters.form
    given = form.cleaned_data if form.is_valid() else getattr(form, "cleaned_data", {})
    search = given.get(SEARCH)
    terms = list(_terms(asked, search)) if isinstance(search, Search) else []
    return terms + [
        Chip(str(field.label), words, address_with(asked, **{field.name: ""}))
        for field in (form[name] for name in CHIPS if name in form.fields)
        if (words := _words_of(field, given.get(field.name)))
    ]


def _terms(asked: QueryDict, search: Search) -> Iterator[Chip]:
    for term in search.terms:
        left = address_with(asked, **{SEARCH: str(search.without(term))})
        yield Chip(_label_of(term), _value_of(term), left)


def _label_of(term: Term) -> str:
    label = str(OPERATORS[term.operator].label)
    return _("%(filter)s not") % {"filter": label} if term.negated else label


def _value_of(term: Term) -> str:
    if term.operator == "status":
        return str(OrderStatus(OPERATORS["status"].read(term.value)).label)
    return term.value.replace("_", " ")


def _words_of(field: Any, value: Any) -> str:
    """A filter's value as its reader chose it."""
    if value in (None, "", []):
        return ""
    if field.name == "number":
        chosen = ngettext("%(n)s chosen", "%(n)s chosen", len(value)) % {"n": len(value)}
        return value[0] if len(value) == 1 else chosen
    if field.name in AS_TYPED:
        return field.data
    if isinstance(value, Decimal):
        return f"{value:f}"
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices.get(one, one)) for one in value)
    return str(choices.get(value, value))
