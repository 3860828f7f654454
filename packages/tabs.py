"""The tabs of the Packages lists, and how many packages are under each: asked in a second
request, capped, kept for 15 seconds, like the tabs of the Orders list."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.counts import counted
from core.kept_counts import kept
from orders.models import SellerOrder
from orders.tabs import CAP
from packages.filters import HELD_BACK, Due, in_tab
from packages.models import Package

Status = Package.Status
TO_PACK = "to_pack"


class Listing(models.TextChoices):
    """The three lists of packages; their values are addresses and events of nothing else."""

    ALL = "all", _("Package List")
    PREPARING = "preparing", _("Packages Preparing")
    SHIPPED = "shipped", _("Shipped Packages")


TABS: dict[str, tuple[str, ...]] = {
    Listing.ALL: (
        *("", Status.PREPARING, Status.READY_TO_SHIP, Status.SHIPPED),
        *(Status.DELIVERY_FAILED, Status.DELIVERED),
    ),
    Listing.PREPARING: ("", Status.PREPARING, Status.READY_TO_SHIP, Due.TODAY, Due.OVERDUE),
    Listing.SHIPPED: ("", Status.SHIPPED, Status.DELIVERY_FAILED, Status.DELIVERED),
}


@dataclass(frozen=True)
class PackageCounts:
    """`tabs` per tab of one list; `to_pack` parts of orders wait for packaging; `held_back`
    packages were cancelled after packing. All stop counting at `orders.tabs.CAP`."""

    tabs: dict[str, int]
    held_back: int
    to_pack: int


def label_of(tab: str) -> str | Promise:
    if not tab:
        return _("All")
    if tab == HELD_BACK:
        return _("Do not hand over")
    return Due(tab).label if tab in Due.values else Status(tab).label


def listed(listing: str, actor: Actor):
    """The packages that this list is about, as far as the actor may see them."""
    packages = Package.objects.visible_to(actor)
    match listing:
        case Listing.PREPARING:
            return packages.open()
        case Listing.SHIPPED:
            return packages.gone()
    return packages.shown()


def package_counts(listing: str, actor: Actor) -> PackageCounts:
    """The counts of all that this actor may see, without regard to filters."""
    return kept(f"package-tabs:{listing}", actor, lambda: _counted(listing, actor))


def _counted(listing: str, actor: Actor) -> PackageCounts:
    packages = listed(listing, actor).order_by()
    waiting = SellerOrder.objects.visible_to(actor).filter(status="waiting_packaging")
    beside = {HELD_BACK: Package.objects.visible_to(actor).held_back(), TO_PACK: waiting}
    tabs = {tab: in_tab(packages, tab) for tab in TABS[listing]}
    found = counted(tabs | beside, CAP)
    return PackageCounts(held_back=found.pop(HELD_BACK), to_pack=found.pop(TO_PACK), tabs=found)
