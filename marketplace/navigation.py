"""The entries of the frames: what each kind of reader finds in the sidebar or the header.

An entry names an address; one that is not installed is left out. Counts are for work that waits
for somebody; all of a page are asked in one query.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.accounts.actors import Membership, all_memberships_of
from core.actors import Actor, Rank, Role
from core.counts import counted_each
from core.notifications.operations import unread
from core.statements import Chosen, visible
from orders.models import Case


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu. `name` is an address inside the surface (`order_list`); `counted` are
    rows of which there are so many, shown as a warning when `urgent`; `rank` is the least that may
    open it."""

    name: str
    label: str | Promise
    icon: str
    sub: bool = False
    urgent: bool = False
    counted: Callable[[Actor], Chosen | None] | None = None
    rank: Rank | None = None


class Line(NamedTuple):
    """An entry as one reader sees it on one page."""

    url: str
    label: str | Promise
    icon: str
    sub: bool = False
    urgent: bool = False
    count: int | None = None  # type: ignore[assignment]  # hides the tuple's own
    current: bool = False


@dataclass(frozen=True, slots=True)
class Surface:
    """One of the three doors: its namespace, what it is called, and its menu."""

    namespace: str
    label: str | Promise
    icon: str
    entries: tuple[Entry, ...]

    @property
    def home(self) -> str | None:
        return address(f"{self.namespace}:order_list")


def _waiting_cases(actor: Actor) -> Chosen | None:
    return visible(Case, actor, status=str(Case.Status.WAITING))


ORDERS = Entry("order_list", _("Orders"), "inbox")
REQUESTS = Entry(
    "request_list",
    _("Cancellation/Return Requests"),
    "hourglass",
    sub=True,
    urgent=True,
    counted=_waiting_cases,
)
PACKAGES = Entry("package_list", _("Package List"), "package")
PACKING = Entry("package_to_pack", _("To pack"), "package-open", sub=True)
PREPARING = Entry("package_preparing", _("Packages Preparing"), "package-open", sub=True)
SHIPPED = Entry("package_shipped", _("Shipped Packages"), "truck", sub=True)
PLANS = Entry("refund_plan_list", _("Refund plans"), "banknote")
LEDGER = Entry("ledger", _("Ledger"), "wallet")
EXPORTS = Entry("export_list", _("Exports"), "download", rank=Rank.MANAGER)
JOBS = Entry("job_list", _("Jobs"), "list-checks")
OVERVIEW = Entry("overview", _("Overview"), "layout-dashboard")
SETTINGS = Entry("settings", _("Settings"), "settings", rank=Rank.ADMIN)

SURFACES: dict[Role, Surface] = {
    Role.OWNER: Surface(
        "owner",
        _("Owner console"),
        "landmark",
        (
            OVERVIEW,
            ORDERS,
            REQUESTS,
            PACKAGES,
            PACKING,
            PREPARING,
            SHIPPED,
            PLANS,
            LEDGER,
            Entry("settings_sellers", _("Sellers"), "store", rank=Rank.ADMIN),
            EXPORTS,
            JOBS,
            SETTINGS,
        ),
    ),
    Role.SELLER: Surface(
        "seller",
        _("Seller Center"),
        "store",
        (
            OVERVIEW,
            ORDERS,
            REQUESTS,
            PACKAGES,
            PACKING,
            PREPARING,
            SHIPPED,
            PLANS,
            LEDGER,
            EXPORTS,
            JOBS,
            SETTINGS,
        ),
    ),
    Role.CUSTOMER: Surface(
        "my", _("My Orders"), "shopping-bag", (Entry("order_list", _("My Orders"), "shopping-bag"),)
    ),
}


@cache
def address(name: str) -> str | None:
    """The address of a page without arguments; None when it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def counts_for(actor: Actor) -> dict[str, int]:
    """What the frame of this actor's pages counts: by name of entry, and "bell"."""
    surface = SURFACES.get(actor.role)
    counted = (
        {entry.name: entry.counted for entry in surface.entries if entry.counted} if surface else {}
    )
    rows = [each(actor) for each in counted.values()]
    return dict(zip((*counted, "bell"), counted_each([*rows, unread(actor)]), strict=True))


def lines_for(actor: Actor, path: str, counts: Mapping[str, int] | None = None) -> list[Line]:
    """The menu of this actor's surface, the entry that holds `path` marked as current. `counts`
    are `counts_for` this actor, where they were asked for already."""
    surface = SURFACES.get(actor.role)
    if surface is None:
        return []
    counts = counts_for(actor) if counts is None else counts
    installed = _installed(actor.role, actor.rank, get_language())
    # The overview stands at the surface's root, which is the beginning of every address.
    start = address(f"{surface.namespace}:overview")
    holding = [one.url for one in installed if path.startswith(one.url) and one.url != start]
    if path == start:
        holding = [start]
    current = max(holding, key=len, default=None)
    return [
        one.line._replace(count=counts.get(one.name), current=one.url == current)
        for one in installed
    ]


class _Installed(NamedTuple):
    """An entry that has a page, as everybody of its rank sees it from elsewhere."""

    name: str
    url: str
    line: Line


@cache
def _installed(role: Role, rank: Rank | None, language: str | None) -> list[_Installed]:
    surface, reader = SURFACES[role], Actor(role, rank=rank)
    return [
        _Installed(
            entry.name,
            url,
            Line(url, str(entry.label), entry.icon, sub=entry.sub, urgent=entry.urgent),
        )
        for entry in surface.entries
        if (url := address(f"{surface.namespace}:{entry.name}")) is not None
        and (entry.rank is None or reader.has_rank(entry.rank))
    ]


def other_surfaces(
    user, actor: Actor | None, memberships: Sequence[Membership] | None = None
) -> list[Line]:
    """The ways to the other surfaces this person may enter, and, for somebody who works for
    several sellers, to picking another one: for the account menu. `memberships` are what they may
    act as, where that was asked for already."""
    if user is None or actor is None:
        return []
    if memberships is None:
        memberships = all_memberships_of(user)
    roles = {membership.role for membership in memberships} - {actor.role}
    lines = [
        Line(surface.home, surface.label, surface.icon)
        for role, surface in SURFACES.items()
        if role in roles and surface.home
    ]
    sellers = [found for found in memberships if found.role is Role.SELLER]
    choose = address("seller:choose")
    if actor.role is Role.SELLER and len(sellers) > 1 and choose:
        lines.append(Line(choose, _("Another seller"), "store"))
    return lines
