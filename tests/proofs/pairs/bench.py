"""The packing bench: three mugs and two bowls, in packages, and what is done to these."""

from collections import Counter

from django.utils import timezone

from cancellations.operations import evaluate_cancellation, request_cancellation
from orders.models import OrderItem, OrderLine
from packages.models import CarrierReport, Package, PackageItem
from packages.operations import (
    change_delivery,
    deliver_package,
    fail_delivery,
    give_invoice,
    mark_ready,
    move_between,
    ship_package,
    split_package,
    start_packaging,
    take_report,
)
from tests.factories import items_of
from tests.proofs.acts import Act
from tests.proofs.pairs.meeting import Pair
from tests.proofs.scenes import CARRIER, People, Scene

MUGS, BOWLS = 3, 2


class Bench(Scene):
    """`item` are the mugs, which everybody wants; `source` is the package with them."""

    source: Package
    target: Package

    def __init__(self, people: People):
        super().__init__(people, MUGS, BOWLS)

    def packed(self, *items: OrderItem) -> Package:
        return start_packaging(order=self.order, items=items, actor=self.people.seller)

    def standing(self) -> str:
        """The mugs by their status, then the packages in the order in which they were made, each
        with its carrier and its invoice where it has one."""
        mugs = OrderItem.objects.filter(line=self.item.line_id).order_by("pk")
        packages = Package.objects.filter(order=self.order).order_by("pk")
        words = [f"{item.quantity} {item.status}" for item in mugs]
        for package in packages:
            also = (package.other_carrier, package.invoice_number)
            words.append(" ".join(["/", package.status, *filter(None, also)]))
        return " ".join(words)


def bench(name: str, scene, first: Act, second: Act, *allowed: str) -> Pair:
    return Pair(name, scene, first, second, frozenset(allowed), no_unit_lost_or_doubled)


def no_unit_lost_or_doubled(scene: Scene) -> None:
    items = OrderItem.objects.filter(order=scene.order)
    units: Counter[int] = Counter()
    for item in items:
        units[item.line_id] += item.quantity
    bought = OrderLine.objects.filter(order=scene.order).values_list("pk", "quantity")
    assert units == Counter(dict(bought))
    inside = Counter(
        PackageItem.objects.inside()
        .filter(package__order=scene.order)
        .exclude(package__status=Package.Status.CANCELLED)
        .values_list("item_id", flat=True)
    )
    under_way = {item.pk for item in items if item.is_live and item.status != "waiting_packaging"}
    assert inside == Counter(under_way)


# -- How it stands when two meet --------------------------------------------------------------


def unpacked(people: People) -> Bench:
    return Bench(people)


def together(people: People) -> Bench:
    """All in one package."""
    scene = Bench(people)
    scene.source = scene.packed(*items_of(scene.order))
    return scene


def apart(people: People) -> Bench:
    """The mugs in one package, the bowls in another."""
    scene = Bench(people)
    scene.source, scene.target = (scene.packed(item) for item in items_of(scene.order))
    return scene


def invoiced(people: People) -> Bench:
    """All in one package, which is on its way with its invoice."""
    scene = together(people)
    invoice(scene)
    ship(scene)
    return scene


def on_its_way(people: People) -> Bench:
    scene = together(people)
    ship(scene)
    return scene


def not_handed_over(people: People) -> Bench:
    scene = on_its_way(people)
    fail_delivery(package=scene.source, actor=CARRIER)
    return scene


# -- What people do to it ---------------------------------------------------------------------


def pack(scene: Bench) -> object:
    return scene.packed(scene.item)


def split(scene: Bench) -> object:
    units = {scene.item.pk: 2}
    return split_package(package=scene.source, units=units, actor=scene.people.seller)


def _move(scene: Bench, units: int) -> object:
    return move_between(
        source=scene.source,
        target=scene.target,
        units={scene.item.pk: units},
        actor=scene.people.seller,
    )


def move(scene: Bench) -> object:
    return _move(scene, MUGS)


def move_some(scene: Bench) -> object:
    return _move(scene, 2)


def move_bowls(scene: Bench) -> object:
    """The other way round: the bowls to the mugs."""
    _mugs, bowls = items_of(scene.order)
    return move_between(
        source=scene.target,
        target=scene.source,
        units={bowls.pk: BOWLS},
        actor=scene.people.seller,
    )


def make_ready(scene: Bench) -> object:
    return mark_ready(package=scene.source, actor=scene.people.seller)


def make_target_ready(scene: Bench) -> object:
    return mark_ready(package=scene.target, actor=scene.people.seller)


def ship(scene: Bench) -> object:
    return ship_package(package=scene.source, actor=scene.people.seller)


def deliver(scene: Bench) -> object:
    return deliver_package(package=scene.source, actor=scene.people.seller)


def send_with_jo(scene: Bench) -> object:
    return change_delivery(package=scene.source, other_carrier="Jo", actor=scene.people.seller)


def send_with_may(scene: Bench) -> object:
    return change_delivery(package=scene.source, other_carrier="May", actor=scene.people.owner)


def invoice(scene: Bench) -> object:
    return give_invoice(package=scene.source, number="F-1", actor=scene.people.seller)


def invoice_again(scene: Bench) -> object:
    return give_invoice(package=scene.source, number="F-2", actor=scene.people.owner)


def cancel(scene: Bench) -> object:
    """The customer asks for all mugs, and the worker answers."""
    customer, wanted = scene.people.customer, scene.choice(MUGS)
    for request in request_cancellation(order=scene.order, selections=wanted, actor=customer):
        evaluate_cancellation(request_id=request.pk)
    return None


# -- What carriers tell of it -----------------------------------------------------------------


def _tell(kind: str) -> Act:
    def report(scene: Bench) -> CarrierReport:
        return take_report(
            package=scene.source, kind=kind, key=kind, occurred_at=timezone.now(), actor=CARRIER
        )

    return report


report_shipped = _tell("shipped")
report_failed = _tell("failed")
report_delivered = _tell("delivered")
