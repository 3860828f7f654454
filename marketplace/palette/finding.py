"""Things by their numbers and people: a few of each, each found through an index.

One query for each kind, of what the actor may see. More than a few are for the lists: the
palette's last line goes there with the same words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import formats
from core.actors import Actor, Role
from marketplace import navigation
from orders.models import Case, Customer
from orders.numbering import in_full
from orders.querysets import LIST_ORDER
from orders.tabs import listed
from packages.models import Package
from refunds.models import RefundPlan
from sellers.models import Seller

MOST = 5  # of each kind
LEAST_OF_NUMBER = 2  # characters; a single one begins everything
LEAST_OF_NAME = 3  # characters; shorter ones have no trigram to look up
PEOPLE = 50  # customers of that name whose orders are looked at


@dataclass(frozen=True, slots=True)
class Found:
    """One line: where it goes and what it says. `status` is a code of core.badges."""

    url: str
    label: str | Promise
    icon: str
    detail: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Finds:
    label: str | Promise
    lines: list[Found]


def things_found(actor: Actor, words: str) -> Iterator[Finds]:
    """Orders, packages, requests, refund plans and sellers that begin with, or go by, `words`."""
    if len(words) < LEAST_OF_NUMBER:
        return
    yield Finds(_("Orders"), _orders(actor, words))
    if actor.role is not Role.CUSTOMER:
        yield Finds(_("Packages"), _packages(actor, words))
    yield Finds(_("Requests"), _requests(actor, words))
    if actor.role is not Role.CUSTOMER:
        yield Finds(_("Refund plans"), _plans(actor, words))
    if actor.role is Role.OWNER:
        yield Finds(_("Sellers"), _sellers(actor, words))


def _orders(actor: Actor, words: str) -> list[Found]:
    rows = listed(actor)
    order = rows.ORDER
    by_number = _begin_with(rows, f"{order}number", words)
    if full := in_full(words):
        by_number += _begin_with(rows, f"{order}number", full)
    if actor.role is Role.CUSTOMER:
        found = rows.holding(words)  # a customer's own few: by number or product
    elif len(words) >= LEAST_OF_NAME:
        people = Customer.objects.known_as(words).order_by().values("pk")
        if actor.role is Role.OWNER:  # of all customers; a seller's own orders bound theirs
            people = people[:PEOPLE]
        of_people = rows.filter(**{f"{order}customer__in": people}).order_by(*LIST_ORDER)
        found = rows.filter(pk__in=_together([*by_number, of_people]))
    else:
        found = rows.filter(pk__in=_together(by_number))
    facts = found.order_by(*LIST_ORDER).values_list(
        f"{order}number",
        "status",
        "placed_at",
        f"{order}customer__first_name",
        f"{order}customer__last_name",
    )[:MOST]
    return [
        Found(
            url=_address(actor, "order_detail", number),
            label=number,
            icon="inbox",
            detail=_and(f"{first} {last}".strip(), formats.recently(placed_at)),
            status=status,
        )
        for number, status, placed_at, first, last in facts
    ]


def _packages(actor: Actor, words: str) -> list[Found]:
    rows = Package.objects.visible_to(actor)
    tracked = rows.exclude(tracking_number="")  # the index holds no others
    parts = _begin_with(rows, "number", words) + _begin_with(tracked, "tracking_number", words)
    facts = (
        rows.filter(pk__in=_together(parts))
        .order_by("-pk")
        .values_list("number", "status", "tracking_number", "order__number")[:MOST]
    )
    return [
        Found(
            url=_address(actor, "package_detail", number),
            label=number,
            icon="package",
            detail=_and(order, tracking),
            status=status,
        )
        for number, status, tracking, order in facts
    ]


def _requests(actor: Actor, words: str) -> list[Found]:
    rows = Case.objects.visible_to(actor)
    parts = _begin_with(rows, "number", words)
    facts = (
        rows.filter(pk__in=_together(parts))
        .order_by("-pk")
        .values_list("number", "kind", "status", "order__number")[:MOST]
    )
    return [
        Found(
            url=_address(actor, "case_detail", number),
            label=number,
            icon="hourglass",
            detail=_and(str(Case.Kind(kind).label), order),
            status=status,
        )
        for number, kind, status, order in facts
    ]


def _plans(actor: Actor, words: str) -> list[Found]:
    rows = RefundPlan.objects.visible_to(actor)
    parts = _begin_with(rows, "number", words)
    facts = (
        rows.filter(pk__in=_together(parts))
        .order_by("-pk")
        .values_list("number", "status", "total", "currency", "order__number")[:MOST]
    )
    return [
        Found(
            url=_address(actor, "refund_plan_detail", number),
            label=number,
            icon="banknote",
            detail=_and(f"{formats.figure(total, currency)} {currency}", order),
            status=status,
        )
        for number, status, total, currency, order in facts
    ]


def _sellers(actor: Actor, words: str) -> list[Found]:
    """Each leads to their orders."""
    known = Q(name__icontains=words) | Q(code__istartswith=words)
    facts = Seller.objects.visible_to(actor).filter(known).order_by("name")
    orders = _address(actor, "order_list")
    return [
        Found(
            url=f"{orders}?{urlencode({'seller': code})}",
            label=name,
            icon="store",
            detail=_("Orders of %(code)s") % {"code": code},
        )
        for code, name in facts.values_list("code", "name")[:MOST]
    ]


def _begin_with(rows: QuerySet, column: str, words: str) -> list[QuerySet]:
    """The rows whose `column` begins with `words`, for each way to write them: as typed, and in
    one case. `LIKE 'x%'` walks the index and ends after a few; `ILIKE` would read all rows."""
    spellings = sorted({words, words.upper(), words.lower()})
    return [rows.filter(**{f"{column}__startswith": one}).order_by() for one in spellings]


def _together(parts: list[QuerySet]) -> QuerySet:
    """The keys of the first few of each part, so that no part costs more than a few rows."""
    first, *others = [part.values("pk")[:MOST] for part in parts]
    return first.union(*others)


def _address(actor: Actor, name: str, *args: str) -> str:
    return reverse(f"{navigation.SURFACES[actor.role].namespace}:{name}", args=args)


def _and(*words: str) -> str:
    return " · ".join(word for word in words if word)


def search_line(actor: Actor, words: str) -> Found:
    """The way to all that the list of orders finds."""
    query = urlencode({"search": words})
    return Found(
        url=f"{_address(actor, 'order_list')}?{query}",
        label=_("Search all orders for “%(words)s”") % {"words": words},
        icon="search",
    )
