"""What stands on paper: slips and labels per package, and one list to pick from. No prices.

A slip goes into the parcel, and a parcel may be a present: what was paid stands in the invoice and
under My Orders, where the slip's QR code leads.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.db.models import Prefetch, Sum
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor
from core.errors import InvalidInput
from core.formats import reader_locale
from core.notifications.wording import known_language
from orders.models import OrderItem
from packages.models import Package, PackageItem
from packages.operations.locking import UnknownPackage
from packages.paper.symbols import barcode_svg, can_be_barcode, qr_svg

MOST = 500  # packages in one document


class Kind(StrEnum):
    SLIP = "slip"
    LABEL = "label"
    PICKLIST = "picklist"


TITLES = {
    Kind.SLIP: gettext_lazy("Packing slips"),
    Kind.LABEL: gettext_lazy("Shipping labels"),
    Kind.PICKLIST: gettext_lazy("Pick list"),
}


@dataclass(frozen=True)
class Product:
    """So many units of one line in one package, however many items they are in the books."""

    sku: str
    name: str
    barcode: str
    quantity: int
    asked_to_cancel: bool


@dataclass(frozen=True)
class Sheet:
    """One package, as its slip and its label show it."""

    package: Package
    products: list[Product]
    more_to_come: bool  # other units of the order travel in other parcels

    @property
    def language(self) -> str:
        """The customer's: the slip is theirs to read."""
        customer = self.package.order.customer
        return known_language(
            customer.language or (customer.user.language if customer.user else "")
        )

    @property
    def units(self) -> int:
        return sum(product.quantity for product in self.products)

    @property
    def country(self) -> str:
        """The country it goes to, in words of the active language."""
        code = str(self.package.order.shipping_address.get("country", "")).upper()
        return reader_locale().territories.get(code, code)

    @property
    def scanned(self) -> str:
        """What the barcode says: the carrier's number, or ours until there is one."""
        tracking = self.package.tracking_number
        return tracking if can_be_barcode(tracking) else self.package.number

    @property
    def barcode(self) -> SafeString:
        return barcode_svg(self.scanned)

    @property
    def order_code(self) -> SafeString:
        """Leads the customer to the order, to follow, cancel or return it."""
        order = self.package.order
        address = settings.BASE_URL + reverse("my:order_detail", args=[order.number])
        return qr_svg(address, _("Order %(number)s online") % {"number": order.number})

    @property
    def package_code(self) -> SafeString:
        """For the camera at the packing table: where the carrier shows it, or its number."""
        package = self.package
        return qr_svg(package.tracking_link or package.number, package.number)


@dataclass
class Pick:
    """One product to fetch, and into which packages it then goes."""

    sku: str
    name: str
    barcode: str
    quantity: int = 0
    parts: list[tuple[Package, Product]] = field(default_factory=list)

    @property
    def asked_to_cancel(self) -> bool:
        return any(product.asked_to_cancel for _package, product in self.parts)


@dataclass(frozen=True)
class PickList:
    """What one seller's packages need from the shelves, in the order of the shelves: by SKU."""

    seller: str
    picks: list[Pick]
    packages: int

    @property
    def units(self) -> int:
        return sum(pick.quantity for pick in self.picks)


def sheets_of(numbers: Sequence[str], actor: Actor) -> list[Sheet]:
    """The packages with these numbers, in this order, each once.

    Cancelled packages are left out: nothing travels in them. Raises UnknownPackage when the actor
    may not see one of them, InvalidInput for none or more than 500.
    """
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise InvalidInput(_("Choose the packages to print."), field="numbers")
    if len(wanted) > MOST:
        raise InvalidInput(
            _("At most %(most)s packages in one document.") % {"most": MOST}, field="numbers"
        )
    found = {package.number: package for package in _packages(wanted, actor)}
    if len(found) != len(wanted):
        raise UnknownPackage(_("There is no such package."))
    packages = [found[number] for number in wanted]
    live = _live_units({package.order_id for package in packages})
    return [
        _sheet(package, live[package.order_id])
        for package in packages
        if package.status != Package.Status.CANCELLED
    ]


def _packages(numbers: list[str], actor: Actor):
    inside = PackageItem.objects.inside().select_related("item__line")
    return (
        Package.objects.visible_to(actor)
        .filter(number__in=numbers)
        .select_related("order__customer__user", "seller", "delivery_option__company")
        .prefetch_related(
            Prefetch("contents", inside.order_by("item__line__position", "item_id"), to_attr="held")
        )
    )


def _live_units(order_ids: set[int]) -> dict[int, int]:
    """How many units of each order still travel or will."""
    units = OrderItem.objects.live().filter(order__in=order_ids).order_by().values("order")
    counted = units.annotate(units=Sum("last_unit") - Sum("first_unit"))
    return dict.fromkeys(order_ids, 0) | dict(counted.values_list("order", "units"))


def _sheet(package: Package, live: int) -> Sheet:
    lines: dict[int, list[OrderItem]] = {}
    for held in package.held:
        lines.setdefault(held.item.line_id, []).append(held.item)
    products = [
        Product(
            sku=items[0].line.sku,
            name=items[0].line.name,
            barcode=items[0].line.barcode,
            quantity=sum(item.quantity for item in items),
            asked_to_cancel=any(item.is_unshipped and item.open_case_id for item in items),
        )
        for items in lines.values()
    ]
    return Sheet(package, products, live > sum(product.quantity for product in products))


def pick_lists(sheets: Sequence[Sheet]) -> list[PickList]:
    """One list per seller (they have shelves of their own), walked once from end to end."""
    lists = []
    by_seller: dict[int, list[Sheet]] = {}
    for sheet in sheets:
        by_seller.setdefault(sheet.package.seller_id, []).append(sheet)
    for own in by_seller.values():
        picks: dict[tuple[str, str], Pick] = {}
        for sheet in own:
            for product in sheet.products:
                key = product.sku, product.name
                pick = picks.setdefault(key, Pick(product.sku, product.name, product.barcode))
                pick.quantity += product.quantity
                pick.parts.append((sheet.package, product))
        walked = sorted(picks.values(), key=lambda pick: (_place(pick.sku), pick.name))
        lists.append(PickList(own[0].package.seller.name, walked, len(own)))
    return lists


def _place(sku: str) -> list[tuple[int, int, str]]:
    """SKUs as shelves count them: A-2 stands before A-10."""
    parts = re.findall(r"\d+|\D+", sku.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
