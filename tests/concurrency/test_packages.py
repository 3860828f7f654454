"""Packing and sending against cancelling and against each other: one winner each, the loser is
told why, and no unit is lost or doubled.

PROOF_ROUNDS says how often each pair meets, PROOF_SEED repeats a run's delays.
"""

import os
from collections import Counter
from dataclasses import dataclass

import pytest

from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.actors import Actor
from marketplace.invariants.check import check
from orders.models import Order, OrderItem, OrderLine
from packages.models import Package, PackageItem
from packages.operations import move_between, ship_package, split_package, start_packaging
from tests.factories import items_of, line, make_customer, make_member, make_order
from tests.plugins.soundness import NOT_IN_TESTS
from tests.proofs.pairs.meeting import Pair
from tests.proofs.races import race, runners

ROUNDS = int(os.environ.get("PROOF_ROUNDS", "5"))
SEED = int(os.environ.get("PROOF_SEED", "1"))
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.timeout(120 + 3 * ROUNDS),
]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Tasks are rung for after each commit; here nobody needs to hear it."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


@dataclass
class Scene:
    """Three mugs and two bowls; `mugs` is the item that everybody wants."""

    order: Order
    customer: Actor
    member: Actor
    mugs: OrderItem
    source: Package | None = None
    target: Package | None = None

    def standing(self) -> str:
        """The statuses of the mugs, and of the packages in the order in which they were made."""
        mugs = OrderItem.objects.filter(line=self.mugs.line_id).order_by("pk")
        packages = Package.objects.filter(order=self.order).order_by("pk")
        return " ".join(
            [*(f"{item.quantity} {item.status}" for item in mugs), "/"]
            + [package.status for package in packages]
        )


def placed(_people) -> Scene:
    order = make_order(lines=[line(quantity=3, unit_price=999, shipping=100), line(quantity=2)])
    mugs, _bowls = items_of(order)
    return Scene(order, make_customer(order), make_member(mugs.seller, "employee"), mugs)


def packed(people) -> Scene:
    """All in one package."""
    scene = placed(people)
    items = items_of(scene.order)
    scene.source = start_packaging(order=scene.order, items=items, actor=scene.member)
    return scene


def packed_apart(people) -> Scene:
    """The mugs in one package, the bowls in another."""
    scene = placed(people)
    scene.source, scene.target = (
        start_packaging(order=scene.order, items=[item], actor=scene.member)
        for item in items_of(scene.order)
    )
    return scene


def pack(scene: Scene) -> None:
    start_packaging(order=scene.order, items=[scene.mugs], actor=scene.member)


def split(scene: Scene) -> None:
    split_package(package=scene.source, units={scene.mugs.pk: 2}, actor=scene.member)


def move(scene: Scene) -> None:
    units = {scene.mugs.pk: 3}
    move_between(source=scene.source, target=scene.target, units=units, actor=scene.member)


def move_some(scene: Scene) -> None:
    units = {scene.mugs.pk: 2}
    move_between(source=scene.source, target=scene.target, units=units, actor=scene.member)


def ship(scene: Scene) -> None:
    ship_package(package=scene.source, actor=scene.member)


def cancel(scene: Scene) -> None:
    """The customer asks for all three mugs, and the worker answers."""
    wanted = [Selection(scene.mugs.pk, 3, "changed_mind")]
    for request in request_cancellation(order=scene.order, selections=wanted, actor=scene.customer):
        evaluate_cancellation(request_id=request.pk)


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


def pair(name: str, scene, first, second, *allowed: str) -> Pair:
    return Pair(name, scene, first, second, frozenset(allowed), no_unit_lost_or_doubled)


PAIRS = [
    pair(
        "ship, cancel",
        *(packed, ship, cancel),
        "done + not_cancellable = 3 shipped / shipped",
        "cancellation_waiting + done = 3 cancelled / preparing",
        # Answered before the parcel's turn came: it leaves without the mugs.
        "done + done = 3 cancelled / shipped",
    ),
    pair(
        "split, cancel",
        *(packed, split, cancel),
        "done + quantity_not_left = 1 preparing 2 preparing / preparing preparing",
        "request_waiting + done = 3 cancelled / preparing",
        "unknown_item + done = 3 cancelled / preparing",
    ),
    pair(
        "move, ship",
        *(packed_apart, move, ship),
        "done + invalid_transition = 3 preparing / cancelled preparing",
        "not_repackable + done = 3 shipped / shipped preparing",
    ),
    pair(
        "move some, ship",
        *(packed_apart, move_some, ship),
        "done + done = 1 shipped 2 preparing / shipped preparing",
        "not_repackable + done = 3 shipped / shipped preparing",
    ),
    pair(
        "pack, cancel",
        *(placed, pack, cancel),
        "done + done = 3 cancelled / cancelled",
        "not_packable + done = 3 cancelled /",
    ),
    pair(
        "move, cancel",
        *(packed_apart, move, cancel),
        "done + done = 3 cancelled / cancelled preparing",
        "request_waiting + done = 3 cancelled / cancelled preparing",
        "not_repackable + done = 3 cancelled / cancelled preparing",
        "unknown_item + done = 3 cancelled / cancelled preparing",
    ),
    pair(
        "split, move",
        *(packed_apart, split, move),
        "done + quantity_not_left = 1 preparing 2 preparing / preparing preparing preparing",
        "not_repackable + done = 3 preparing / cancelled preparing",
    ),
    pair(
        "split, split",
        *(packed, split, split),
        "done + quantity_not_left = 1 preparing 2 preparing / preparing preparing",
        "quantity_not_left + done = 1 preparing 2 preparing / preparing preparing",
    ),
]


@pytest.mark.parametrize("meeting", PAIRS, ids=lambda meeting: meeting.name)
def test_one_of_two_acts_on_a_package_wins(meeting, record_property):
    with runners() as two:
        outcomes = race(meeting, None, two, rounds=ROUNDS, seed=SEED)
    record_property("outcomes", dict(outcomes))
    assert not check(leaving_out=NOT_IN_TESTS)
