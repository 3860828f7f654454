"""Parcels: what travelled together, how far it has come by now, and who says so."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from core.accounts.models import MemberRank
from core.actors import IMPORTER, Actor, Role, Via
from marketplace.seed.buying import OrderRows, PartRows
from marketplace.seed.catalogue import CARRIERS
from marketplace.seed.ids import number_of
from marketplace.seed.sheets import Sheets
from orders.history import Step
from orders.models import OrderItem, OrderStatus
from packages.models import Package

CARRIER = Actor(Role.CARRIER, via=Via.API)
STUCK_DAYS = 45  # older than this, nothing lies around any more
HANDED_OVER = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.DELIVERY_FAILED)


class Parcel(NamedTuple):
    package: Package
    items: Sequence[OrderItem]
    contents: list[list]


def journey(placed_at: datetime, now: datetime, random: Random) -> list[Step]:
    """How a parcel of this order has moved until now; empty while nobody has packed it.

    Packed within two days, shipped within two more, with the customer within a week. A few are
    forgotten half-way, a few cannot be delivered.
    """

    def hours(least: float, most: float, skew: float = 1.0) -> timedelta:
        return timedelta(seconds=int(3600 * (least + (most - least) * random.random() ** skew)))

    packed_at = placed_at + hours(1, 44, 1.8)
    steps = [Step(OrderStatus.PREPARING, packed_at)]
    ready_at = packed_at + hours(0.2, 8, 2)
    if random.random() < 0.75:
        steps.append(Step(OrderStatus.READY_TO_SHIP, ready_at))
    shipped_at = ready_at + hours(1, 38)
    steps.append(Step(OrderStatus.SHIPPED, shipped_at))
    arrived_at = shipped_at + hours(14, 120, 1.4)
    if random.random() < 0.026:
        steps.append(Step(OrderStatus.DELIVERY_FAILED, arrived_at))
        if random.random() < 0.25:
            steps.append(Step(OrderStatus.DELIVERED, arrived_at + hours(20, 70)))
    else:
        steps.append(Step(OrderStatus.DELIVERED, arrived_at))
    if random.random() < 0.006 and placed_at > now - timedelta(days=STUCK_DAYS):
        del steps[random.randrange(3) :]
    return [step for step in steps if step.at and step.at < now]


def half_known(steps: list[Step], random: Random) -> list[Step]:
    """As some other systems tell it: that it was packed goes without saying."""
    if not steps or random.random() > 0.015:
        return steps
    return [Step(OrderStatus.PREPARING, None, inferred=True), *steps[1:]]


def send(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    items: Sequence[OrderItem],
    steps: Sequence[Step],
    random: Random,
) -> Parcel:
    """Pack these items together and move them along these steps (one at least)."""
    package = _package(sheets, part, steps, live=rows.live)
    _label(package, steps, random)
    contents = [sheets.add_content(package.pk, item) for item in items]
    for step in steps:
        actor = _who(sheets, rows, part, step.status)
        if step.status == OrderStatus.PREPARING:
            sheets.tell(
                package,
                "package.preparing",
                actor,
                step.at,
                inferred=step.inferred,
                to=step.status,
                items=[item.pk for item in items],
                units=sum(item.quantity for item in items),
            )
        else:
            sheets.move(package, step.status, actor, step.at)
        for item in items:
            sheets.move(
                item,
                step.status,
                actor,
                step.at,
                inferred=step.inferred,
                quantity=item.quantity,
                package=package.number,
            )
    return Parcel(package, items, contents)


def call_off(sheets: Sheets, parcel: Parcel, actor: Actor, at: datetime) -> None:
    """Everything in it was cancelled before it left."""
    for content in parcel.contents:
        content[-1] = at
    items = [item.pk for item in parcel.items]
    sheets.move(parcel.package, Package.Status.CANCELLED, actor, at, items=items)


def _package(sheets: Sheets, part: PartRows, steps: Sequence[Step], *, live: bool) -> Package:
    own = part.seller_order
    at = {step.status: step.at for step in steps}
    pk = sheets.ids.next(Package)
    return sheets.add(
        Package(
            pk=pk,
            number=number_of("P", pk),
            order_id=own.order_id,
            seller_order_id=own.pk,
            seller_id=own.seller_id,
            created_at=at[OrderStatus.PREPARING],
            shipped_at=at.get(OrderStatus.SHIPPED),
            delivered_at=at.get(OrderStatus.DELIVERED),
            ship_by=own.ship_by,
            imported=not live,
            updated_at=own.placed_at,
        )
    )


def _label(package: Package, steps: Sequence[Step], random: Random) -> None:
    """The carrier from the start, a tracking number once it left; an invoice once it is ready, of
    the past only: what is given here is told by an event."""
    carrier = package.seller_id % len(CARRIERS)
    if random.random() < 0.2:
        carrier = random.randrange(len(CARRIERS))
    package.delivery_option_id = carrier + 1
    statuses = {step.status for step in steps}
    invoiced = bool(statuses & {OrderStatus.READY_TO_SHIP, OrderStatus.SHIPPED})
    if invoiced and random.random() < 0.6 and package.imported:
        package.invoice_date = _day(package)
        package.invoice_number = f"{package.invoice_date.year}-{package.pk:08d}"
    if statuses.intersection(HANDED_OVER):
        package.tracking_number = f"{CARRIERS[carrier][-1]}{random.randrange(10**9, 10**10)}"


def _day(package: Package) -> date:
    return (package.created_at or package.updated_at).date()


def _who(sheets: Sheets, rows: OrderRows, part: PartRows, status: str) -> Actor:
    if not rows.live:
        return IMPORTER
    if status in (OrderStatus.DELIVERED, OrderStatus.DELIVERY_FAILED):
        return CARRIER
    return sheets.cast.member_of(part.seller_order.seller_id, MemberRank.EMPLOYEE)


def split(sheets: Sheets, item: OrderItem, quantity: int, actor: Actor, at: datetime) -> OrderItem:
    """Split the last `quantity` units off an item, as `split_item` does; the part that leaves."""
    line, cut = item.line, item.last_unit - quantity
    leaving = OrderItem(
        line=line,
        order_id=item.order_id,
        seller_order=item.seller_order,
        seller_id=item.seller_id,
        number=f"{line.position}.2",
        first_unit=cut,
        last_unit=item.last_unit,
        status=item.status,
        **line.shares_of(cut, item.last_unit),
    )
    item.last_unit = cut
    for name, amount in line.shares_of(item.first_unit, cut).items():
        setattr(item, name, amount)
    sheets.add(leaving)
    sheets.tell(item, "order_item.split", actor, at, into=leaving.pk, quantity=quantity)
    sheets.tell(
        leaving,
        "order_item.split_off",
        actor,
        at,
        from_item=item.pk,
        quantity=quantity,
        to=leaving.status,
    )
    return leaving
