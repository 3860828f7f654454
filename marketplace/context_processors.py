"""What every page may ask: the site, the reader, the theme, the menu of their surface.

Everything that costs something is a callable: templates call it where they show it, and parts
of pages that show no frame pay nothing.
"""

import json

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.accounts.models import MemberRank
from marketplace.navigation import (
    SURFACES,
    Line,
    address,
    counts_for,
    lines_for,
    other_surfaces,
)
from marketplace.palette.shortcuts import Keys, keys_of

THEMES = ("system", "light", "dark")
DEMO_LABELS = {
    "owner": _("Marketplace owner: all orders, rules, refunds"),
    "seller": _("Seller: pack, ship, answer requests"),
    "customer": _("Customer: see orders, cancel, return"),
}


def theme_of(request) -> str:
    """The theme the reader chose, from their cookie; "system" when none."""
    chosen = request.COOKIES.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def demo_sign_ins() -> list[dict]:
    """The demo's accounts for the sign-in page: role, name, email, password. Demo mode only."""
    if not settings.DEMO_MODE:
        return []
    try:
        found = json.loads((settings.LOCAL_DIR / "demo.json").read_text())["sign_ins"]
    except (OSError, ValueError, KeyError):
        return []
    return [
        {"role": role, "label": DEMO_LABELS.get(role, role), "name": account["email"], **account}
        for role, account in found.items()
    ]


def reader_zone() -> str:
    """The city of the reader's zone, for "Times are shown in Lisbon time"."""
    return timezone.get_current_timezone_name().rsplit("/", 1)[-1].replace("_", " ")


class Frame:
    """The parts of a layout that depend on who reads and where."""

    def __init__(self, request):
        user = getattr(request, "user", None)
        self.user = user if user and user.is_authenticated else None
        self.actor = getattr(request, "actor", None)
        self.membership = getattr(request, "membership", None)
        self.memberships = getattr(request, "memberships", None)
        self.path = request.path
        self.surface = SURFACES.get(self.actor.role) if self.actor else None
        self._lines: list[Line] | None = None  # a page shows its menu twice: sidebar and drawer
        self._others: list[Line] | None = None

    @cached_property
    def counts(self) -> dict[str, int]:
        return counts_for(self.actor)

    def navigation(self) -> list[Line]:
        if self._lines is None:
            self._lines = lines_for(self.actor, self.path, self.counts) if self.actor else []
        return self._lines

    def surface_label(self):
        """The seller's name for its members, else what the surface is called."""
        if self.membership and self.membership.name:
            return self.membership.name
        return self.surface.label if self.surface else ""

    def home_url(self) -> str:
        return (self.surface and self.surface.home) or address("home") or "/"

    def palette(self) -> Keys | None:
        """Where the command palette of this surface asks, and the keys of its pages."""
        return keys_of(self.actor.role) if self.surface else None

    def bell_url(self) -> str | None:
        return address(f"{self.surface.namespace}:notification_list") if self.surface else None

    def bell_count(self) -> int:
        return self.counts["bell"] if self.actor else 0

    def reader_name(self) -> str:
        return str(self.user) if self.user else ""

    def reader_first_name(self) -> str:
        return self.user.get_short_name() if self.user else ""

    def reader_role(self):
        """ "Admin", "Manager", "Employee" for members, else their e-mail."""
        if self.actor and self.actor.rank:
            return MemberRank(self.actor.rank.value).label
        return self.user.email if self.user else ""

    def other_surfaces(self) -> list[Line]:
        if self._others is None:
            self._others = other_surfaces(self.user, self.actor, self.memberships)
        return self._others


def site(request) -> dict:
    """Named in settings.TEMPLATES: what every template may use."""
    frame = Frame(request)
    return {
        "SITE_NAME": settings.SITE_NAME,
        "DEMO_MODE": settings.DEMO_MODE,
        "theme": theme_of(request),
        "navigation": frame.navigation,
        "surface_label": frame.surface_label,
        "home_url": frame.home_url,
        "palette": frame.palette,
        "bell_url": frame.bell_url,
        "bell_count": frame.bell_count,
        "reader_name": frame.reader_name,
        "reader_first_name": frame.reader_first_name,
        "reader_role": frame.reader_role,
        "reader_zone": reader_zone,
        "other_surfaces": frame.other_surfaces,
        "demo_sign_ins": demo_sign_ins,
        "demo_mail_url": address("demo_mail") if settings.DEMO_MODE else None,
    }
