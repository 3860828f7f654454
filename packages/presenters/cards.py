"""Where a customer's things are, a card per package, in their words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from orders.models import Order, OrderItem, OrderStatus
from packages.models import Package, PackageItem
from packages.presenters.of_order import packages_of

Status = Package.Status
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
    """One dated step of a card: done, now, next or bad."""

    words: str | Promise
    icon: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class PackageCard:
    """Where some of an order's things are, in the customer's words."""

    status: str
    seller: str
    names: list[str]
    steps: list[Step]
    ship_by: datetime | None = None
    promised_by: datetime | None = None
    delivered_at: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    tracking_link: str = ""
    title: str | Promise = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "title", TITLES[self.status])

    @property
    def tracking(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip() if self.tracking_number else ""


def cards_of(order: Order, actor: Actor) -> list[PackageCard]:
    """A card per package, and one per seller for what is not packed yet: to the customer that is
    one package too (product.md §3). The least advanced first; cancelled ones are not shown."""
    packages = [package for package in packages_of(order, actor) if package.status in TITLES]
    names = _names_in(packages)
    waiting = list(
        OrderItem.objects.visible_to(actor)
        .filter(order=order, status=OrderStatus.WAITING_PACKAGING)
        .select_related("line", "seller_order__seller")
        .order_by("line__position", "pk")
    )
    packed = [_card(order, package, names.get(package.pk, [])) for package in packages]
    return [
        *_waiting_cards(order, waiting),
        *sorted(packed, key=lambda card: BEHIND[card.status]),
    ]


def _names_in(packages: Iterable[Package]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    inside = PackageItem.objects.inside().filter(package__in=packages)
    for package_id, name in inside.order_by("item__line__position").values_list(
        "package_id", "item__line__name"
    ):
        names.setdefault(package_id, []).append(name)
    return {package_id: list(dict.fromkeys(own)) for package_id, own in names.items()}


def _waiting_cards(order: Order, items: Iterable[OrderItem]) -> Iterator[PackageCard]:
    by_seller: dict[int, list[OrderItem]] = {}
    for item in items:
        by_seller.setdefault(item.seller_id, []).append(item)
    for own in by_seller.values():
        yield PackageCard(
            status=OrderStatus.WAITING_PACKAGING,
            seller=own[0].seller_order.seller.name,
            names=list(dict.fromkeys(item.line.name for item in own)),
            steps=_steps(order, None),
            ship_by=min((item.line.ship_by for item in own if item.line.ship_by), default=None),
        )


def _card(order: Order, package: Package, names: list[str]) -> PackageCard:
    option = package.delivery_option
    return PackageCard(
        status=package.status,
        seller=package.seller.name,
        names=names,
        steps=_steps(order, package),
        ship_by=package.ship_by,
        promised_by=order.promised_by,
        delivered_at=package.delivered_at,
        carrier=option.company.name if option else "",
        tracking_number=package.tracking_number,
        tracking_link=package.tracking_link,
    )


def _steps(order: Order, package: Package | None) -> list[Step]:
    status = package.status if package else OrderStatus.WAITING_PACKAGING
    moments = [
        (_("Ordered"), "shopping-bag", order.placed_at),
        (_("Packed"), "package", package and package.created_at),
        (_("Shipped"), "truck", package and package.shipped_at),
        (_("Delivered"), "house", package and package.delivered_at),
    ]
    behind = BEHIND[status]
    steps = []
    for place, (words, icon, at) in enumerate(moments):
        state = "done" if place < behind else "now" if place == behind else "next"
        if status == Status.DELIVERY_FAILED and place == behind:
            words, icon, state = _("Delivery failed"), "triangle-alert", "bad"
        # What is under way has a date only once it is done; shipping is both.
        dated = state == "done" or (state == "now" and status == Status.SHIPPED)
        steps.append(Step(words, icon, state, at if dated else None))
    return steps
