"""What each operator of the search box means: `status:shipped`, `total:>100`, `is:overdue`."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import is_currency
from orders import periods, phones
from orders.choices import REQUEST_WORDS, with_request
from orders.models import OrderStatus
from orders.search import Search, Term

Words = str | Promise
AMOUNT = r"\d{1,12}(?:\.\d{1,3})?"
TOTAL = re.compile(
    rf"(?:(?P<sign>>=|<=|>|<)?(?P<one>{AMOUNT})|(?P<low>{AMOUNT})?\.\.(?P<high>{AMOUNT})?)"
    r"\s*(?P<currency>[A-Za-z]{3})?"
)
SMALLEST = Decimal("0.001")  # no currency has smaller units


@dataclass(frozen=True)
class Operator:
    """`read` makes of the text what `narrow(rows, value)` takes; it raises ValueError for what
    cannot be meant, and then `allowed` is said."""

    name: str
    label: Words
    narrow: Callable[[Any, Any], Any]
    allowed: Words
    read: Callable[[str], Any] = str


def _known(words: Iterable[str]) -> Callable[[str], str]:
    """Reads one of these words, however it is joined: "Ready to ship" is ready_to_ship."""
    known = frozenset(words)

    def read(text: str) -> str:
        word = re.sub(r"[\s-]+", "_", text.strip().lower())
        if word not in known:
            raise ValueError(text)
        return word

    return read


def _period(text: str) -> periods.Period:
    return periods.period_of(text)


def _total(text: str) -> tuple[Decimal | None, Decimal | None, str]:
    found = TOTAL.fullmatch(text.replace(",", "."))
    if found is None or text.strip() == "..":
        raise ValueError(text)
    currency = (found["currency"] or "").upper()
    if currency and not is_currency(currency):
        raise ValueError(text)
    if not found["one"]:
        low, high = (Decimal(found[end]) if found[end] else None for end in ("low", "high"))
        return low, high, currency
    amount = Decimal(found["one"])
    low, high = {
        ">": (amount + SMALLEST, None),
        ">=": (amount, None),
        "<": (None, amount - SMALLEST),
        "<=": (None, amount),
    }.get(found["sign"] or "", (amount, amount))
    return low, high, currency


def _phone(text: str) -> str:
    if not phones.ending(text):
        raise ValueError(text)
    return text


STATES: dict[str, Callable[[Any], Any]] = {
    "overdue": lambda rows: rows.overdue(),
    "action_needed": lambda rows: rows.needing_action(),
    "held_back": lambda rows: rows.held_back(),
}
HOLDINGS: dict[str, Callable[[Any], Any]] = {
    "request": lambda rows: rows.waiting_for_answer(),
    "cancelled": lambda rows: rows.with_cancelled(),
    "returned": lambda rows: rows.with_returned(),
}
DATES = gettext_lazy("a day or a month such as 2026-11-20, >2026-11-01, 2026-10..2026-11 or today")
AMOUNTS = gettext_lazy(
    "an amount such as 100, >100, <=99.50 or 50..100, with EUR after it if meant"
)
BEGINNING = gettext_lazy("how it begins")
NAME = gettext_lazy("a code, or part of a name")

OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            "status",
            gettext_lazy("Status"),
            lambda rows, status: rows.in_status(status),
            ", ".join(OrderStatus.values),
            _known(OrderStatus.values),
        ),
        Operator("seller", gettext_lazy("Seller"), lambda rows, text: rows.sold_by(text), NAME),
        Operator(
            "placed",
            gettext_lazy("Placed"),
            lambda rows, span: rows.placed_between(span.after, span.before),
            DATES,
            _period,
        ),
        Operator(
            "channel",
            gettext_lazy("Sales channel"),
            lambda rows, channel: rows.on_channel(channel),
            gettext_lazy("the code of a channel"),
        ),
        Operator(
            "payment",
            gettext_lazy("Payment"),
            lambda rows, method: rows.paid_by(method),
            gettext_lazy("a way to pay such as card, voucher or bank_transfer"),
        ),
        Operator(
            "delivery",
            gettext_lazy("Delivery option"),
            lambda rows, text: rows.sent_by(text),
            NAME,
        ),
        Operator(
            "total",
            gettext_lazy("Total"),
            lambda rows, bounds: rows.of_total(*bounds),
            AMOUNTS,
            _total,
        ),
        Operator(
            "request",
            gettext_lazy("Request"),
            with_request,
            ", ".join(REQUEST_WORDS),
            lambda text: REQUEST_WORDS[_known(REQUEST_WORDS)(text)],
        ),
        Operator("reason", gettext_lazy("Reason"), lambda rows, text: rows.because(text), NAME),
        Operator(
            "number",
            gettext_lazy("Order number"),
            lambda rows, text: rows.numbered_like(text),
            BEGINNING,
        ),
        Operator("sku", gettext_lazy("SKU"), lambda rows, text: rows.with_sku(text), BEGINNING),
        Operator(
            "tracking",
            gettext_lazy("Tracking number"),
            lambda rows, text: rows.tracked_as(text),
            BEGINNING,
        ),
        Operator(
            "customer",
            gettext_lazy("Customer"),
            lambda rows, text: rows.of_customer(text),
            gettext_lazy("part of a name or an e-mail address"),
        ),
        Operator(
            "email",
            gettext_lazy("E-mail"),
            lambda rows, text: rows.with_email(text),
            gettext_lazy("how the address begins, or @ and its domain"),
        ),
        Operator(
            "phone",
            gettext_lazy("Phone"),
            lambda rows, text: rows.with_phone(text),
            gettext_lazy("the number, or at least its last five digits"),
            _phone,
        ),
        Operator(
            "is",
            gettext_lazy("Is"),
            lambda rows, state: STATES[state](rows),
            ", ".join(STATES),
            _known(STATES),
        ),
        Operator(
            "has",
            gettext_lazy("Has"),
            lambda rows, what: HOLDINGS[what](rows),
            ", ".join(HOLDINGS),
            _known(HOLDINGS),
        ),
    )
}


def check(search: Search, known: Collection[str]) -> None:
    """Raises ValidationError: for each operator that is not `known`, and each value that cannot be
    meant, what may be written instead."""
    problems = [problem for term in search.terms if (problem := _problem(term, known))]
    if problems:
        raise ValidationError(problems)


def _problem(term: Term, known: Collection[str]) -> str:
    if term.operator not in known:
        return _(
            "“%(operator)s:” is not known here. Write one of these: %(known)s. "
            "Words in quotation marks are searched for as they stand."
        ) % {"operator": term.operator, "known": ", ".join(f"{name}:" for name in known)}
    operator = OPERATORS[term.operator]
    try:
        if not term.value:
            raise ValueError(term.value)
        operator.read(term.value)
    except (ValueError, KeyError, OverflowError):
        return _("“%(source)s” cannot be meant. After %(operator)s: comes %(allowed)s.") % {
            "source": term.source,
            "operator": term.operator,
            "allowed": operator.allowed,
        }
    return ""


def narrowed(rows: Any, search: Search) -> Any:
    """The rows that the words and every operator leave. Of a `check`ed search."""
    if search.words:
        rows = rows.searched(search.words)
    for name in dict.fromkeys(term.operator for term in search.terms):
        terms = [term for term in search.terms if term.operator == name]
        wanted = [term for term in terms if not term.negated]
        for term in terms:
            if term.negated:
                rows = rows.filter(~_among(rows, term))
        if len(wanted) == 1:
            rows = _narrow(rows, wanted[0])
        elif wanted:
            either = Q()
            for term in wanted:
                either |= _among(rows, term)
            rows = rows.filter(either)
    return rows


def _narrow(rows: Any, term: Term) -> Any:
    operator = OPERATORS[term.operator]
    return operator.narrow(rows, operator.read(term.value))


def _among(rows: Any, term: Term) -> Q:
    """The row is one that the term alone would find: asked row by row, so that however many it
    finds, no list of them is made."""
    if term.operator == "status":
        return Q(status=OPERATORS["status"].read(term.value))
    itself = rows.model.objects.filter(pk=OuterRef("pk"))
    return Q(Exists(_narrow(itself, term).order_by()))
