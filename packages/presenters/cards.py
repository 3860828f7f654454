"""Where a customer's things are, a card per package, in their words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.together import read_known
from orders.models import Order, OrderItem, OrderStatus
from packages.models import CarrierReport, Package, PackageItem
from packages.presenters.of_order import packages_of

Status = Package.Status
Kind = CarrierReport.Kind
Outcome = CarrierReport.Outcome
UNDER_WAY = (Status.SHIPPED, Status.DELIVERY_FAILED)
# What a step is called, and its icon.
ORDERED = (_("Ordered"), "shopping-bag")
PACKED = (_("Packed"), "package")
SHIPPED = (_("Shipped"), "truck")
OUT = (_("Out for delivery"), "map-pin")
HOME = (_("Delivered"), "house")
FAILED = (_("Delivery failed"), "triangle-alert")
AHEAD = (PACKED, SHIPPED, HOME)
TITLES: dict[str, Promise] = {
    OrderStatus.WAITING_PACKAGING: _("Waiting to be packed"),
    Status.PREPARING: _("Being prepared"),
    Status.READY_TO_SHIP: _("Ready to ship"),
    Status.SHIPPED: _("On the way"),
    Status.DELIVERED: _("Delivered"),
    Status.DELIVERY_FAILED: _("Could not be delivered"),
}
# How many steps lie behind a package that stands here.
BEHIND = {
    OrderStatus.WAITING_PACKAGING: 1,
    Status.PREPARING: 1,
    Status.READY_TO_SHIP: 2,
    Status.SHIPPED: 2,
    Status.DELIVERY_FAILED: 3,
    Status.DELIVERED: 4,
}


@dataclass(frozen=True)
class Step:
    """One step of a card: done, now, next or bad. `at` is when it happened; `by` the day on which
    it is expected to."""

    words: str | Promise
    icon: str
    state: str
    at: datetime | None = None
    by: datetime | None = None


@dataclass(frozen=True)
class Told:
    """What the carrier told last of a package since it left."""

    out_at: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class PackageCard:
    """Where some of an order's things are, in the customer's words."""

    status: str
    seller: str
    names: list[str]
    steps: list[Step]
    ship_by: datetime | None = None
    expected_at: datetime | None = None
    delivered_at: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    tracking_link: str = ""
    invoice_number: str = ""
    invoice_link: str = ""
    told: Told = field(default_factory=Told)

    @property
    def title(self) -> str | Promise:
        if self.status == Status.SHIPPED and self.told.out_at:
            return _("Out for delivery")
        return TITLES[self.status]

    @property
    def tracking(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()


def cards_of(order: Order, actor: Actor) -> list[PackageCard]:
    """A card per package, and one per seller for what is not packed yet: to the customer that is
    one package too (product.md §3). The least advanced first; cancelled ones are not shown."""
    packages, waiting = read_known(_under_way, actor=actor, order=order.pk)
    packed = [_card(order, package) for package in packages]
    return [
        *_waiting_cards(order, waiting),
        *sorted(packed, key=lambda card: BEHIND[card.status]),
    ]


def _under_way(actor: Actor, order: int) -> tuple[QuerySet[Package], QuerySet[OrderItem]]:
    items = OrderItem.objects.visible_to(actor).select_related("line", "seller_order__seller")
    waiting = items.filter(order=order, status=OrderStatus.WAITING_PACKAGING)
    packages = packages_of(order, actor).filter(status__in=TITLES)
    return _with_the_way(packages, actor), waiting.order_by("line__position", "pk")


def _with_the_way(packages: QuerySet[Package], actor: Actor) -> QuerySet[Package]:
    """With what is inside, and what carriers told of each."""
    inside = PackageItem.objects.inside().select_related("item__line")
    reports = CarrierReport.objects.visible_to(actor).filter(
        kind__in=[Kind.OUT_FOR_DELIVERY, Kind.FAILED]
    )
    known = reports.exclude(outcome=Outcome.SUPERSEDED).order_by("occurred_at", "pk")
    return packages.prefetch_related(
        Prefetch("contents", inside.order_by("item__line__position")), Prefetch("reports", known)
    )


def _told_of(package: Package) -> Told:
    """What carriers told of one that is under way."""
    told = Told()
    if package.status not in UNDER_WAY:
        return told
    for report in package.reports.all():
        if report.kind == Kind.FAILED:
            told = replace(told, out_at=None, failed_at=report.occurred_at, reason=report.reason)
        elif _is_of_this_try(report, package):
            told = replace(told, out_at=report.occurred_at)
    return told


def _is_of_this_try(report: CarrierReport, package: Package) -> bool:
    """After a failed delivery it leaves again, and what was told before is history. Clocks
    differ: what came in after it left counts too."""
    return package.shipped_at is None or report.received_at >= package.shipped_at


def _waiting_cards(order: Order, items: Iterable[OrderItem]) -> Iterator[PackageCard]:
    by_seller: dict[int, list[OrderItem]] = {}
    for item in items:
        by_seller.setdefault(item.seller_id, []).append(item)
    for own in by_seller.values():
        yield PackageCard(
            status=OrderStatus.WAITING_PACKAGING,
            seller=own[0].seller_order.seller.name,
            names=list(dict.fromkeys(item.line.name for item in own)),
            steps=_steps(order, None, Told()),
            ship_by=min((item.line.ship_by for item in own if item.line.ship_by), default=None),
        )


def _card(order: Order, package: Package) -> PackageCard:
    told = _told_of(package)
    names = (content.item.line.name for content in package.contents.all())
    return PackageCard(
        status=package.status,
        seller=package.seller.name,
        names=list(dict.fromkeys(names)),
        steps=_steps(order, package, told),
        ship_by=package.ship_by,
        expected_at=package.expected_at or order.promised_by,
        delivered_at=package.delivered_at,
        carrier=package.carrier if package.shipped_at or package.tracking_number else "",
        tracking_number=package.tracking_number,
        tracking_link=package.tracking_link,
        invoice_number=package.invoice_number,
        invoice_link=_invoice_link(package),
        told=told,
    )


def _invoice_link(package: Package) -> str:
    """Where the customer reads the invoice: the seller's own address, else the file we keep."""
    if package.invoice_link or not package.invoice_file:
        return package.invoice_link
    return reverse("my:package_invoice_file", args=[package.number])


def _steps(order: Order, package: Package | None, told: Told) -> list[Step]:
    """Ordered, packed, shipped, delivered; out for delivery while it is."""
    if package is None:
        return _until(1, [(ORDERED, order.placed_at), *((step, None) for step in AHEAD)])
    known = (package.created_at, package.shipped_at, package.delivered_at)
    way = [(ORDERED, order.placed_at), *zip(AHEAD, known, strict=True)]
    behind = BEHIND[package.status]
    if package.status == Status.SHIPPED and told.out_at:
        way.insert(3, (OUT, told.out_at))
        behind = 3
    steps = _until(behind, way, under_way=package.status == Status.SHIPPED)
    if package.status == Status.SHIPPED:
        steps[-1] = replace(steps[-1], by=package.expected_at or order.promised_by)
    elif package.status == Status.DELIVERY_FAILED:
        steps[-1] = Step(*FAILED, "bad", told.failed_at or package.updated_at)
    return steps


def _until(
    behind: int,
    way: Sequence[tuple[tuple[Promise, str], datetime | None]],
    *,
    under_way: bool = False,
) -> list[Step]:
    """The steps of a way of which so many are done. The one that is now has a date only where it
    has happened and lasts: what is under way."""
    return [
        Step(words, icon, "done", at)
        if place < behind
        else Step(words, icon, "now", at if under_way else None)
        if place == behind
        else Step(words, icon, "next")
        for place, ((words, icon), at) in enumerate(way)
    ]
