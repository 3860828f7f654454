"""The keys of the pages. What stands here is what the help lists and what the script obeys."""

from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Role
from marketplace import navigation
from marketplace.navigation import address


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys` are pressed one after the other ("g o"). A shortcut goes to the page `name` of the
    surface, or has `act`, which assets/js/shortcuts.js knows; with neither, the browser's own
    keys do it, and the help only tells."""

    keys: str
    label: str | Promise
    name: str = ""
    act: str = ""
    url: str = ""

    @property
    def pressed(self) -> list[str]:
        return self.keys.split()


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    shortcuts: tuple[Shortcut, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """What the frame of one surface needs to know: where the palette asks, and the keys."""

    url: str
    groups: tuple[Group, ...]


ANYWHERE = (
    Shortcut("/", _("Search in this list"), act="search"),
    Shortcut("?", _("Keyboard shortcuts"), act="help"),
)
GO_TO = (
    Shortcut("g h", _("Go to the overview"), name="overview"),
    Shortcut("g o", _("Go to orders"), name="order_list"),
    Shortcut("g p", _("Go to packages"), name="package_list"),
    Shortcut("g r", _("Go to requests"), name="request_list"),
    Shortcut("g e", _("Go to exports"), name="export_list"),
)
IN_A_LIST = (
    Shortcut("j", _("Next row"), act="next-row"),
    Shortcut("k", _("Previous row"), act="previous-row"),
    Shortcut("x", _("Tick the row, or take the tick off"), act="tick"),
    Shortcut("Enter", _("Open the row")),
    Shortcut("n", _("Next page"), act="next-page"),
    Shortcut("p", _("Previous page"), act="previous-page"),
    Shortcut("e", _("Export"), act="export"),
)
GO_TO_OF_CUSTOMER = (Shortcut("g o", _("Go to my orders"), name="order_list"),)
PAGES = tuple(one for one in IN_A_LIST if one.act.endswith("-page"))


@cache
def keys_of(role: Role) -> Keys:
    """What the frame of this role's surface knows. Pages that are not installed have no key."""
    surface = navigation.SURFACES[role].namespace
    customer = role is Role.CUSTOMER
    go_to = tuple(
        Shortcut(one.keys, one.label, url=url)
        for one in (GO_TO_OF_CUSTOMER if customer else GO_TO)
        if (url := address(f"{surface}:{one.name}"))
    )
    return Keys(
        url=address(f"{surface}:palette") or "",
        groups=(
            Group(_("Anywhere"), ANYWHERE),
            Group(_("Go to"), go_to),
            Group(_("In a list"), PAGES if customer else IN_A_LIST),
        ),
    )
