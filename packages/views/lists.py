"""The Packages lists of sellers and of the owner: the same pages, each with their own rows."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import Http404, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from core.actors import Role
from core.cells import address
from core.exports.addresses import address_of_export
from core.keyset import CursorNotValid, Page
from core.lists.pages import LookedList
from core.web import CURSOR
from orders.matching import MOST, count_matching
from orders.models import SellerOrder
from orders.presenters.around import KEPT, Chip, address_with, capped, is_narrowed
from orders.tabs import CAP
from packages.columns import LIST_NAMES, SORTS, TO_PACK
from packages.filters import (
    HELD_BACK,
    PackageFilter,
    SellerPackageFilter,
    SellerToPackFilter,
    ToPackFilter,
)
from packages.listing import to_pack
from packages.models import Package
from packages.presenters.around import caption_of, summary_of
from packages.presenters.rows import listed_packages, parts_to_pack
from packages.tabs import TABS, Listing, label_of, listed, package_counts
from packages.work_order import WORK_ORDER, first_work_page, work_page
from sellers.models import DeliveryOption

# Filters that are chips over the list once they are on; the tab and the search show themselves.
CHIPS = (
    *("status", "due", "delivery_option", "carrier", "invoice"),
    *("placed_after", "placed_before", "seller"),
)


@dataclass(frozen=True)
class TabLink:
    """`count` is None until the second request has asked for it."""

    label: str
    href: str
    current: bool
    urgent: bool
    count: str | None = None


class PackagesPage(LookedList):
    """What all lists of packages have in common: tabs, filters and a selection to act on."""

    listing = Listing.ALL
    page_size = 50
    template_name = "packages/console/package_list.html"

    @cached_property
    def is_owner(self) -> bool:
        return self.request.actor.role is not Role.SELLER

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        tab = asked.get("tab", "")
        narrowed = is_narrowed(asked)
        return super().get_context_data(
            is_owner=self.is_owner,
            heading=Listing(self.listing).label,
            listing=self.listing,
            tab=tab,
            search=asked.get("search", ""),
            kept_parameters={name: asked[name] for name in KEPT if asked.get(name)},
            chips=self._chips(),
            narrowed=narrowed,
            nothing_yet=not (self.page.rows or tab or narrowed),
            clear_url=f"?tab={tab}" if tab else "?",
            **kwargs,
        )

    def _chips(self) -> list[Chip]:
        if not self.filter.is_bound or not self.filter.is_valid():
            return []
        given = self.filter.form.cleaned_data
        return [
            Chip(str(field.label), words, address_with(self.request.GET, **{field.name: ""}))
            for field in self.filter.form
            if field.name in CHIPS and (words := _words_of(field, given.get(field.name)))
        ]


class PackageList(PackagesPage):
    """All packages that are not cancelled, newest first."""

    model = Package
    list_name = LIST_NAMES[Listing.ALL]
    sorts = SORTS

    @property
    def filterset_class(self):
        return PackageFilter if self.is_owner else SellerPackageFilter

    @property
    def order(self) -> str:
        """In which order its rows stand: "due", "oldest" or "newest" first."""
        return "due" if self.listing == Listing.PREPARING else self.sort

    def get_queryset(self):
        if self.request.GET.get("tab") == HELD_BACK:  # all of these are cancelled
            packages = Package.objects.visible_to(self.request.actor)
        else:
            packages = listed(self.listing, self.request.actor)
        return packages.with_list_details()

    def get_context_data(self, **kwargs):
        asked, surface = self.request.GET, self.request.resolver_match.namespace
        is_held_back = asked.get("tab") == HELD_BACK
        which = "" if is_held_back else f"listing={self.listing}"
        return super().get_context_data(
            packages=listed_packages(self.page.rows),
            caption=caption_of(self.order),
            summary=summary_of(len(self.page.rows), self.order),
            tabs=tab_links(self.listing, asked),
            tabs_url=f"{address(f'{surface}:package_tabs')}?listing={self.listing}&{asked.urlencode()}",
            export_url=address_of_export(self.request, "packages", which),
            is_held_back=is_held_back,
            is_work=self.listing == Listing.PREPARING,
            is_gone=self.listing == Listing.SHIPPED,
            **kwargs,
        )


class WorkOrder:
    """The earliest deadline first; what has none at the end."""

    sorts: dict[str, tuple[str, ...]] = {}

    @cached_property
    def page(self) -> Page:
        cursor = self.request.GET.get(CURSOR, "")
        if not cursor and (kept := self.kept_statements(WORK_ORDER)):
            return first_work_page(kept.first_rows(), self.page_size)
        rows = self.filtered()
        try:
            return work_page(rows, self.page_size, cursor)
        except CursorNotValid:  # an old link: the first page rather than an error
            return work_page(rows, self.page_size)


class PackagesPreparing(WorkOrder, PackageList):
    listing = Listing.PREPARING
    list_name = LIST_NAMES[Listing.PREPARING]


class ShippedPackages(PackageList):
    listing = Listing.SHIPPED
    list_name = LIST_NAMES[Listing.SHIPPED]


class PackagesToPack(WorkOrder, PackagesPage):
    """Parts of orders with something that waits to be packed."""

    model = SellerOrder
    list_name = TO_PACK
    template_name = "packages/console/to_pack.html"

    @property
    def filterset_class(self):
        return ToPackFilter if self.is_owner else SellerToPackFilter

    def get_queryset(self):
        return to_pack(super().get_queryset())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(parts=parts_to_pack(self.page.rows), **kwargs)
        return context | {"heading": _("To pack")}


class PackageTabs(TemplateView):
    """The tabs of a list with their counts, and what must not be handed over; asked by the page
    once it stands."""

    template_name = "packages/console/_tabs.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET.copy()
        listing = asked.pop("listing", [Listing.ALL])[-1]
        if listing not in Listing.values:
            raise Http404
        actor = self.request.actor
        counts = package_counts(listing, actor)
        found = asked.copy()
        found["listing"] = listing
        matching = count_matching("packages", found.urlencode(), actor=actor)
        return super().get_context_data(
            listing=listing,
            tabs=tab_links(listing, asked, counts.tabs),
            counts=counts,
            held_back=capped(counts.held_back, CAP),
            to_pack=capped(counts.to_pack, CAP),
            surface=self.request.resolver_match.namespace,
            is_held_back=asked.get("tab") == HELD_BACK,
            matching=None if matching is None else capped(matching, MOST + 1),
            options=DeliveryOption.objects.select_related("company").ranked(),
            **kwargs,
        )


def tab_links(
    listing: str, asked: QueryDict, counts: dict[str, int] | None = None
) -> list[TabLink]:
    """The tabs as addresses that keep the filters and begin at the first page."""
    current = asked.get("tab", "")
    names = [*TABS[listing], *([HELD_BACK] if current == HELD_BACK else [])]
    links = []
    for tab in names:
        count = counts.get(tab) if counts else None
        links.append(
            TabLink(
                label=_label_of(tab, get_language()),
                href=address_with(asked, tab=tab),
                current=tab == current,
                urgent=tab == "overdue" and bool(count),
                count=None if count is None else capped(count, CAP),
            )
        )
    return links


@cache
def _label_of(tab: str, language: str | None) -> str:
    return str(label_of(tab))


def _words_of(field, value: Any) -> str:
    """A filter's value as its reader chose it."""
    if not value:
        return ""
    if field.name in ("placed_after", "placed_before"):
        return field.data
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices.get(one, one)) for one in value)
    return str(choices.get(value, value))
