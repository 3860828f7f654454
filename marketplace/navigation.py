"""The entries of the frames: what each kind of reader finds in the sidebar or the header.

An entry names an address; one that is not installed is left out. Counts are for work that waits
for somebody, and cost one query each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu. `count` is asked per request; `urgent` shows it as a warning."""

    name: str
    label: str | Promise
    icon: str
    sub: bool = False
    urgent: bool = False
    count: Callable[[Actor], int] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as one reader sees it on one page."""

    url: str
    label: str | Promise
    icon: str
    sub: bool
    urgent: bool
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class Surface:
    label: str | Promise
    home: str
    icon: str
    entries: tuple[Entry, ...]


def _waiting_cases(actor: Actor) -> int:
    from orders.models import Case

    return Case.objects.visible_to(actor).filter(status="waiting").count()


SURFACES: dict[Role, Surface] = {
    Role.OWNER: Surface(
        _("Owner console"),
        "orders:owner_list",
        "landmark",
        (
            Entry("dashboards:owner", _("Overview"), "layout-dashboard"),
            Entry("orders:owner_list", _("Orders"), "inbox"),
            Entry(
                "aftersales:owner_list",
                _("Cancellation/Return Requests"),
                "hourglass",
                sub=True,
                urgent=True,
                count=_waiting_cases,
            ),
            Entry("packages:owner_list", _("Package List"), "package"),
            Entry("sellers:owner_list", _("Sellers"), "store"),
            Entry("finance:owner_list", _("Finance"), "landmark"),
            Entry("exports:owner_list", _("Exports"), "download"),
            Entry("jobs:owner_list", _("Jobs"), "list-checks"),
            Entry("sellers:owner_settings", _("Settings"), "settings"),
        ),
    ),
    Role.SELLER: Surface(
        _("Seller Center"),
        "orders:seller_list",
        "store",
        (
            Entry("dashboards:seller", _("Overview"), "layout-dashboard"),
            Entry("orders:seller_list", _("Orders"), "inbox"),
            Entry(
                "aftersales:seller_list",
                _("Cancellation/Return Requests"),
                "hourglass",
                sub=True,
                urgent=True,
                count=_waiting_cases,
            ),
            Entry("packages:seller_list", _("Package List"), "package"),
            Entry("finance:seller_list", _("Finance"), "landmark"),
            Entry("exports:seller_list", _("Exports"), "download"),
            Entry("sellers:seller_settings", _("Settings"), "settings"),
        ),
    ),
    Role.CUSTOMER: Surface(
        _("My Orders"),
        "orders:my_list",
        "shopping-bag",
        (
            Entry("orders:my_list", _("My Orders"), "shopping-bag"),
            Entry("account_email", _("E-mail"), "mail"),
        ),
    ),
}


@cache
def address(name: str) -> str | None:
    """The address of a page without arguments; None when it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def lines_for(actor: Actor, path: str) -> list[Line]:
    """The menu of this actor's surface, the entry that holds `path` marked as current."""
    surface = SURFACES.get(actor.role)
    installed = [
        (entry, url)
        for entry in (surface.entries if surface else ())
        if (url := address(entry.name)) is not None
    ]
    holding = [url for _entry, url in installed if path.startswith(url)]
    current = max(holding, key=len, default=None)
    return [
        Line(
            url=url,
            label=entry.label,
            icon=entry.icon,
            sub=entry.sub,
            urgent=entry.urgent,
            count=entry.count(actor) if entry.count else None,
            current=url == current,
        )
        for entry, url in installed
    ]


def other_surfaces(user, actor: Actor | None) -> list[Line]:
    """The ways to the other surfaces this person may enter, for the account menu."""
    if user is None or not user.is_authenticated or actor is None:
        return []
    from core.accounts.models import StaffMember
    from sellers.models import SellerMember

    open_to = {Role.CUSTOMER: True}
    open_to[Role.OWNER] = StaffMember.objects.valid().filter(user=user).exists()
    open_to[Role.SELLER] = SellerMember.objects.valid().filter(user=user).exists()
    return [
        Line(url, surface.label, surface.icon, False, False, None, False)
        for role, surface in SURFACES.items()
        if role != actor.role and open_to[role] and (url := address(surface.home))
    ]
