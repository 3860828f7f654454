"""Packing, packing differently and sending, in any order, and whatever carriers tell of it."""

from datetime import datetime, timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from orders.models import OrderItem
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
from sellers.models import DeliveryOption
from tests.proofs.scenes import CARRIER
from tests.property.choosing import CHOICES, NUMBERS, chosen
from tests.property.model import UNSHIPPED, Package, Piece
from tests.property.stage import Stage

OTHER = "Uncle Jo"  # a carrier that is no delivery option
WAYS = st.sampled_from(["", "fast", "slow", OTHER])
KINDS = st.sampled_from(["shipped", "out_for_delivery", "delivered", "failed"])
KEYS = st.sampled_from(["k-1", "k-2", "k-3", "k-4"])
# When a carrier says that it happened: so many hours before the order, now, or after now.
MOMENTS = st.sampled_from([-2, -1, 0, 0, 0, 1, 2])
FUTURE = 1_000_000  # a step that no example reaches


def any_package(machine) -> bool:
    return bool(machine.order and machine.order.packages)


def anything_unshipped(machine) -> bool:
    return bool(machine.order and any(p.status in UNSHIPPED for p in machine.order.pieces))


class Parcels(Stage):
    retired = False  # whether "slow" is no longer offered
    _step = 0

    def now(self) -> int:
        """The model's clock: each act is later than the ones before."""
        self._step += 1
        return self._step

    def pick(self, which: int) -> Package:
        return self.order.packages[which % len(self.order.packages)]

    def units(self, wanted: dict[Piece, int]) -> dict[int, int]:
        return {self.item_ids[piece]: count for piece, count in wanted.items()}

    def add(self, package: Package, pieces: list[Piece]) -> None:
        package.put_in(pieces)
        self.order.packages.append(package)
        self.package_ids[package] = self.answer.pk
        package.move("preparing")

    # -- What is in it ------------------------------------------------------------------

    @precondition(anything_unshipped)
    @rule(choices=CHOICES)
    def pack(self, choices):
        wanted = chosen(choices, [p for p in self.order.pieces if p.status in UNSHIPPED])
        rows = OrderItem.objects.in_bulk([self.item_ids[piece] for piece in wanted])
        items = [rows[self.item_ids[piece]] for piece in wanted]
        sellers = {self.seller_of(piece) for piece in wanted}
        refusal = ""
        if len(sellers) > 1 or any(one.status != UNSHIPPED[0] for one in wanted):
            refusal = "not_packable"
        elif any(one.case and count < one.units for one, count in wanted.items()):
            refusal = "request_waiting"
        given = {"order": self.row, "items": items, "units": self.units(wanted)}
        if self.expect(refusal, lambda: start_packaging(**given, actor=self.cast.owner)):
            pieces = [self.order.take(one, n) for one, n in wanted.items()]
            self.add(Package(sellers.pop(), self.now()), pieces)

    def to_take_out(self, package: Package, choices, astray: bool) -> dict[Piece, int]:
        """Some of what is in it; or of the whole order, by mistake."""
        inside = not astray and package.pieces
        return chosen(choices, inside or self.order.pieces)

    @staticmethod
    def refused_to_take_out(package: Package, wanted: dict[Piece, int], *, all_may: bool) -> str:
        inside = {piece: n for piece, n in wanted.items() if piece in package.pieces}
        if any(piece.case for piece in inside):
            return "request_waiting"
        if not all_may and sum(inside.values()) >= package.units:
            return "not_repackable"
        return "" if len(inside) == len(wanted) else "unknown_item"

    @precondition(any_package)
    @rule(which=NUMBERS, choices=CHOICES, astray=st.booleans())
    def split(self, which, choices, astray):
        package = self.pick(which)
        wanted = self.to_take_out(package, choices, astray)
        refusal = "not_repackable"
        if package.status == "preparing" and package.units > 1:
            refusal = self.refused_to_take_out(package, wanted, all_may=False)
        given = {"package": self.package_of(package), "units": self.units(wanted)}
        if self.expect(refusal, lambda: split_package(**given, actor=self.cast.owner)):
            new = Package(package.seller, self.now(), way=package.way)
            self.add(new, [self.order.take(piece, n) for piece, n in wanted.items()])

    @precondition(any_package)
    @rule(which=NUMBERS, to=NUMBERS, choices=CHOICES, astray=st.booleans())
    def move(self, which, to, choices, astray):
        source, target = self.pick(which), self.pick(to)
        wanted = self.to_take_out(source, choices, astray)
        refusal = "not_repackable"
        if (
            source is not target
            and source.seller == target.seller
            and source.status == target.status == "preparing"
        ):
            refusal = self.refused_to_take_out(source, wanted, all_may=True)
        given = {
            "source": self.package_of(source),
            "target": self.package_of(target),
            "units": self.units(wanted),
        }
        if self.expect(refusal, lambda: move_between(**given, actor=self.cast.owner)):
            target.put_in([self.order.take(piece, n) for piece, n in wanted.items()])

    # -- Its carrier and its paper ------------------------------------------------------

    @rule()
    def slow_is_retired_or_comes_back(self):
        self.retired = not self.retired
        DeliveryOption.objects.filter(code="slow").update(active=not self.retired)

    def way_of(self, way: str) -> dict:
        option = self.cast.ways.get(way)
        return {"delivery_option": option, "other_carrier": "" if option else way}

    def not_offered(self, package: Package, way: str) -> bool:
        """What a package has already it keeps."""
        return way == "slow" and self.retired and package.way != way

    @precondition(any_package)
    @rule(which=NUMBERS, way=WAYS)
    def change_carrier(self, which, way):
        package = self.pick(which)
        refusal = "" if way else "invalid"
        if not (package.open or package.status == "delivery_failed"):
            refusal = "not_changeable"
        elif self.not_offered(package, way):
            refusal = "option_not_offered"
        given = {"package": self.package_of(package), **self.way_of(way)}
        if self.expect(refusal, lambda: change_delivery(**given, actor=self.cast.owner)):
            package.way = way

    @precondition(any_package)
    @rule(which=NUMBERS, number=st.sampled_from(["F-1", "F-2", " "]))
    def invoice(self, which, number):
        package = self.pick(which)
        refusal = "" if number.strip() else "invalid"
        if package.status == "cancelled" or (package.status == "delivered" and package.invoice):
            refusal = "not_invoiceable"
        given = {"package": self.package_of(package), "number": number}
        if self.expect(refusal, lambda: give_invoice(**given, actor=self.cast.owner)):
            package.invoice = number

    # -- On its way ---------------------------------------------------------------------

    def leave(self, package: Package, at: int) -> None:
        """It is on its way: what waits for an answer leaves its request."""
        package.move("shipped")
        package.shipped_at = at
        for case in self.order.cases:
            if late := [one for one in self.order.waiting(case) if one in package.pieces]:
                self.order.say_no(case, late)

    def asked_about(self, package: Package) -> bool:
        return any(one.case and one.status in UNSHIPPED for one in package.pieces)

    @precondition(any_package)
    @rule(which=NUMBERS)
    def make_ready(self, which):
        package = self.pick(which)
        refusal = "" if package.status == "preparing" else "invalid_transition"
        row = self.package_of(package)
        if self.expect(refusal, lambda: mark_ready(package=row, actor=self.cast.owner)):
            package.move("ready_to_ship")

    @precondition(any_package)
    @rule(which=NUMBERS, anyway=st.booleans(), way=WAYS)
    def ship(self, which, anyway, way):
        package = self.pick(which)
        refusal = ""
        if package.status not in ("preparing", "ready_to_ship", "delivery_failed"):
            refusal = "invalid_transition"
        elif self.not_offered(package, way):
            refusal = "option_not_offered"
        elif self.asked_about(package) and not anyway:
            refusal = "cancellation_waiting"
        given = {"package": self.package_of(package), "anyway": anyway, **self.way_of(way)}
        if self.expect(refusal, lambda: ship_package(**given, actor=self.cast.owner)):
            package.way = way or package.way
            self.leave(package, self.now())

    @precondition(any_package)
    @rule(which=NUMBERS, by_carrier=st.booleans())
    def deliver(self, which, by_carrier):
        package = self.pick(which)
        refusal = ""
        if self.asked_about(package) and not by_carrier:
            refusal = "cancellation_waiting"
        elif package.status in ("cancelled", "delivered"):
            refusal = "invalid_transition"
        actor = CARRIER if by_carrier else self.cast.owner
        row = self.package_of(package)
        if self.expect(refusal, lambda: deliver_package(package=row, actor=actor)):
            now = self.now()
            if package.open:
                self.leave(package, now)
            self.arrive(package, now)

    def arrive(self, package: Package, at: int) -> None:
        package.move("delivered")
        package.delivered_at = at

    @precondition(any_package)
    @rule(which=NUMBERS)
    def fail_to_deliver(self, which):
        package = self.pick(which)
        refusal = "" if package.status == "shipped" else "invalid_transition"
        row = self.package_of(package)
        if self.expect(refusal, lambda: fail_delivery(package=row, actor=CARRIER)):
            self.fail(package, self.now())

    @staticmethod
    def fail(package: Package, at: int) -> None:
        package.move("delivery_failed")
        package.failed_at = at if package.failed_at is None else max(at, package.failed_at)

    # -- What carriers tell -------------------------------------------------------------

    @precondition(any_package)
    @rule(which=NUMBERS, kind=KINDS, key=KEYS, moment=MOMENTS)
    def report(self, which, kind, key, moment):
        package, now = self.pick(which), self.now()
        row, occurred_at = self.package_of(package), self._real_moment(moment)
        take_report(package=row, kind=kind, key=key, occurred_at=occurred_at, actor=CARRIER)
        if key in package.reports:
            return
        at = now if not moment else moment if moment < 0 else FUTURE + moment
        said = package.reports[key] = package.hear(kind, at)
        if said == "moved":
            self.follow(package, kind, at, now)

    def _real_moment(self, moment: int) -> datetime:
        begin = self.row.placed_at if moment < 0 else timezone.now()
        return begin + timedelta(hours=moment)

    def follow(self, package: Package, kind: str, at: int, now: int) -> None:
        """A carrier reports what has happened: what nobody had said that it left has left."""
        happened = package.within_life(at, now)
        if package.open or kind == "shipped":
            self.leave(package, happened)
        if kind == "delivered":
            self.arrive(package, happened)
        elif kind == "failed":
            self.fail(package, at)
