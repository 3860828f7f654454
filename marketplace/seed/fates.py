"""What became of an order: sent, cancelled in part or whole, returned, or still here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from marketplace.seed.buying import OrderRows, PartRows
from marketplace.seed.parcels import HANDED_OVER, half_known, journey, send, split
from marketplace.seed.requests import CUSTOMER, Cancelling, ended
from marketplace.seed.sheets import Sheets
from orders.history import Step
from orders.models import OrderItem, OrderStatus
from orders.policies import status_of

CANCELLED = 0.04  # of the orders, in part or whole
RETURNED = 0.034  # of what has arrived long ago
ASKED = 0.3  # of what is packed these days, or dear, and would have to be answered by a person
MINUTE = timedelta(minutes=1)


def live_out(sheets: Sheets, rows: OrderRows, random: Random) -> None:
    """Everything that has happened to the order until now, and the statuses that follow."""
    unwanted = _unwanted(rows, random)
    for part in rows.parts:
        _part(sheets, rows, part, unwanted.get(part.seller_order.pk, []), random)
    for part in rows.parts:
        _name(part)
    rows.order.status = status_of(item.status for part in rows.parts for item in part.items)
    touched = [item.updated_at for part in rows.parts for item in part.items]
    rows.order.updated_at = max(touched)


def _name(part: PartRows) -> None:
    own, statuses = part.seller_order, [item.status for item in part.items]
    own.status = status_of(statuses)
    own.has_cancelled = OrderStatus.CANCELLED in statuses
    own.has_returned = OrderStatus.RETURNED in statuses
    own.updated_at = max(item.updated_at for item in part.items)


def _unwanted(rows: OrderRows, random: Random) -> dict[int, list[OrderItem]]:
    """What will be cancelled, by seller order."""
    if random.random() >= CANCELLED:
        return {}
    if random.random() < 0.6:
        return {part.seller_order.pk: list(part.items) for part in rows.parts}
    part = random.choice(rows.parts)
    count = random.randint(1, max(1, len(part.items) - 1))
    return {part.seller_order.pk: random.sample(part.items, count)}


def _part(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    unwanted: Sequence[OrderItem],
    random: Random,
) -> None:
    now = sheets.shape.now
    steps = journey(rows.placed_at, now, random)
    if unwanted and now - rows.placed_at > 10 * MINUTE:
        if len(unwanted) == len(part.items):
            _cancel_all(sheets, rows, part, steps, random)
            return
        _cancel_some(sheets, rows, part, unwanted, steps, random)
    else:
        unwanted = []
    rest = [item for item in part.items if item not in unwanted]
    for items in _parcels_of(rest, random):
        if steps:
            known = steps if rows.live else half_known(steps, random)
            send(sheets, rows, part, items, known, random)
        if rows.live:
            _ask(sheets, rows, part, items, steps, random)
        else:
            _return(sheets, rows, part, items, steps, random)
        steps = journey(rows.placed_at, now, random)  # the next one goes its own way


def _parcels_of(items: list[OrderItem], random: Random) -> list[list[OrderItem]]:
    """Mostly one for all; many things sometimes go in two."""
    if len(items) > 2 and random.random() < 0.2:
        return [items[:2], items[2:]]
    return [items] if items else []


def _cancel_all(
    sheets: Sheets, rows: OrderRows, part: PartRows, steps: list[Step], random: Random
) -> None:
    """A part of an order that nobody wants or has any more; sometimes it was packed already."""
    at = _moment(rows.placed_at, rows.placed_at + timedelta(hours=14), sheets, random)
    before = [step for step in steps if step.at and step.at < at]
    if any(step.status in HANDED_OVER for step in before):
        at, before = _before_packing(rows, steps, sheets, random), []
    items, staying = part.items, []
    if rows.live and not before and len(items) == 1 and items[0].quantity > 1:
        staying = list(items)
        items = [split(sheets, staying[0], 1, CUSTOMER, at)]
        part.items += items
    parcel = send(sheets, rows, part, items, before, random) if before else None
    if rows.live:
        Cancelling(sheets, rows, part, random, parcel).made(items, at)
    else:
        ended(sheets, rows, part, items, OrderStatus.CANCELLED, at, random, parcel)
    if staying and steps:
        send(sheets, rows, part, staying, steps, random)


def _cancel_some(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    unwanted: Sequence[OrderItem],
    steps: list[Step],
    random: Random,
) -> None:
    """Some of it goes, before anything was packed."""
    at = _before_packing(rows, steps, sheets, random)
    if rows.live:
        Cancelling(sheets, rows, part, random, None).made(unwanted, at)
    else:
        ended(sheets, rows, part, unwanted, OrderStatus.CANCELLED, at, random)


def _before_packing(rows: OrderRows, steps: list[Step], sheets: Sheets, random: Random) -> datetime:
    packed_at = steps[0].at if steps else None
    return _moment(rows.placed_at, packed_at or sheets.shape.now, sheets, random)


def _moment(first: datetime, last: datetime, sheets: Sheets, random: Random) -> datetime:
    """Some whole second between the two, a minute from both and from now."""
    last = min(last, sheets.shape.now - MINUTE)
    seconds = (last - first).total_seconds()
    return first + timedelta(seconds=int(60 + max(seconds - 120, 0) * random.random()))


def _ask(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    items: Sequence[OrderItem],
    steps: list[Step],
    random: Random,
) -> None:
    """Somebody may want to cancel what is not sent yet, and wait for an answer."""
    now = sheets.shape.now
    since = max(steps[-1].at or now if steps else rows.placed_at, now - timedelta(hours=44))
    if not items[0].is_unshipped or now - since < 10 * MINUTE or random.random() > ASKED:
        return
    at = _moment(since, now, sheets, random)
    cancelling = Cancelling(sheets, rows, part, random, None)
    if not cancelling.verdict(items, at).approved:
        cancelling.waits(items, at)


def _return(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    items: Sequence[OrderItem],
    steps: list[Step],
    random: Random,
) -> None:
    """Some of what has arrived comes back within weeks, and more of what has not."""
    arrived = items[0].status
    failed = arrived == OrderStatus.DELIVERY_FAILED
    if not failed and arrived != OrderStatus.DELIVERED:
        return
    if random.random() > (0.7 if failed else RETURNED):
        return
    at = (steps[-1].at or rows.placed_at) + timedelta(hours=random.randint(40, 430))
    if at < sheets.shape.now - MINUTE:
        back = list(items) if failed or random.random() < 0.7 else [random.choice(items)]
        ended(sheets, rows, part, back, OrderStatus.RETURNED, at, random)
