"""What is measured: what changes orders on a database of its own, what reads on a seeded one.

The bars are the budgets of the project: ratios to the bare view in the same run.
"""

import itertools
import os
import tempfile
import uuid
from pathlib import Path
from urllib.parse import urlencode

from tests.load.alone import Alone, read
from tests.load.databases import SELLERS, order_json
from tests.load.floor_reads import DETAIL, LIST, LISTS, PACKAGES, PART, by_name
from tests.load.floor_reads import ORDERS as OWNERS
from tests.load.floor_writes import cancel, place
from tests.load.measuring import Operation, Server

API = "/api/v1"
ORDERS = f"{API}/orders/"
DEEP = 1_000  # pages
SMALL_PAGE = 20  # rows: the largest of 300 sellers has more than DEEP pages of so many
ROWS = "<tbody>"
FRAMES = {
    "orders": "/seller/orders/",
    "preparing": "/seller/packages/preparing/",
    "all": "/seller/packages/",
    "shipped": "/seller/packages/shipped/",
}


def forever(path: str):
    return itertools.repeat(("GET", path, None))


def at(path: str, **asked):
    return forever(f"{path}?{urlencode(asked)}")


def placed(seller_id: int, numbers: list[str]) -> list[Operation]:
    """On orders that the bench placed itself."""
    from django.utils import timezone

    now = timezone.now()
    status = "waiting_packaging"

    def details(prefix: str):
        return itertools.cycle([("GET", f"{prefix}/{number}/", None) for number in numbers])

    def new_orders():
        for n in itertools.count():
            yield order_json(f"N-{uuid.uuid4().hex[:12]}", n % SELLERS, now)

    def creations(path: str):
        return (("POST", path, order) for order in new_orders())

    orders = f"{API}/orders"
    return [
        Operation(
            "list JSON, first page",
            0.36,
            forever(f"/sellers/{seller_id}/orders/?status={status}"),
            forever(f"{orders}/?status={status}&page_size=50"),
            who="seller",
            alone=reading(LIST, [seller_id, status]),
        ),
        Operation(
            "order detail JSON",
            0.32,
            details("/orders"),
            details(orders),
            alone=Alone(read, ((DETAIL, [number]) for number in itertools.cycle(numbers))),
        ),
        Operation(
            "create order, 3 items",
            0.31,
            creations("/orders/"),
            creations(f"{orders}/"),
            alone=Alone(place, ((order,) for order in new_orders())),
        ),
        *_cancellations(numbers),
    ]


def _cancellations(numbers: list[str]) -> list[Operation]:
    """Each item once: of a third of the orders by each side, and by PostgreSQL alone. As fast as
    eight clients can; with sixteen; and at a pace that leaves ours some room, because a queue in
    front of two workers says more of the clients than of the answer."""
    third = len(numbers) // 3

    def items(part: int):
        for item in ("1.1", "2.1", "3.1"):
            for number in numbers[part * third : (part + 1) * third]:
                yield number, item

    def calls(prefix: str, part: int):
        for number, item in items(part):
            wish = {"items": [{"item": item, "quantity": 1, "reason": "changed_mind"}]}
            yield "POST", f"{prefix}/{number}/cancellations/", wish

    bare, whole = calls("/orders", 0), calls(f"{API}/orders", 1)
    name = "cancel with plan, events, outbox"
    return [
        Operation(name, 0.33, bare, whole, alone=Alone(cancel, items(2))),
        Operation(f"{name}, 16 clients", 0.33, bare, whole, clients=16),
        Operation(
            "cancel, 16 clients, at 0.6 of what ours can",
            None,
            bare,
            whole,
            clients=16,
            pace=0.6,
            slowest=60,
        ),
    ]


def seeded(seller_id: int) -> list[Operation]:
    """Reading, of all orders and of the seller that has most."""
    seller = f"/read/sellers/{seller_id}"
    return [
        *_sellers_lists(seller_id, seller),
        *_owners_lists(),
        *_one_and_searches(),
        Operation(
            "packages JSON, first page",
            0.36,
            forever(f"{seller}/packages/"),
            forever(f"{API}/packages/"),
            who="seller",
            alone=_packages(seller_id, "all"),
        ),
        _page("page Orders", seller, "orders", reading(PART.format(beyond=""), [seller_id, 50])),
        *(
            _page(name, f"{seller}/packages/{which}", which, _packages(seller_id, which))
            for name, which in (
                ("page Packages Preparing", "preparing"),
                ("page Package List", "all"),
                ("page Shipped Packages", "shipped"),
            )
        ),
    ]


def reading(statement: str, values: list) -> Alone:
    return Alone(read, itertools.repeat((statement, values)))


def _packages(seller_id: int, which: str) -> Alone:
    return reading(PACKAGES.format(which=LISTS[which]), [seller_id])


def _sellers_lists(seller_id: int, seller: str) -> list[Operation]:
    from orders.models import SellerOrder

    parts = SellerOrder.objects.filter(seller_id=seller_id)
    ours, floor = _page_after(parts, DEEP * SMALL_PAGE)
    return [
        Operation(
            "seller's list JSON, first page",
            0.36,
            at(f"{seller}/orders/", size=SMALL_PAGE),
            at(ORDERS, page_size=SMALL_PAGE),
            who="seller",
            alone=reading(PART.format(beyond=""), [seller_id, SMALL_PAGE]),
        ),
        Operation(
            f"seller's list JSON, page {DEEP:,}",
            0.36,
            at(f"{seller}/orders/", size=SMALL_PAGE, **floor),
            at(ORDERS, page_size=SMALL_PAGE, **ours),
            who="seller",
            alone=reading(
                PART.format(beyond="AND (so.placed_at, so.id) < (%s, %s)"),
                [seller_id, floor["placed_at"], floor["id"], SMALL_PAGE],
            ),
        ),
    ]


def _owners_lists() -> list[Operation]:
    from orders.models import Order

    ours, floor = _page_after(Order.objects.all(), DEEP * 50)
    return [
        Operation(
            "owner's list JSON, first page",
            0.36,
            at("/read/orders/"),
            at(ORDERS),
            alone=reading(OWNERS.format(where=""), [50]),
        ),
        Operation(
            f"owner's list JSON, page {DEEP:,}",
            0.36,
            at("/read/orders/", **floor),
            at(ORDERS, **ours),
            alone=reading(
                OWNERS.format(where="WHERE (o.placed_at, o.id) < (%s, %s)"),
                [floor["placed_at"], floor["id"], 50],
            ),
        ),
    ]


def _one_and_searches() -> list[Operation]:
    from orders.models import Order

    newest = Order.objects.order_by("-placed_at", "-id")
    numbers = list(newest.values_list("number", flat=True)[:2000:10])
    customer = newest[0].customer
    words = f"{customer.first_name} {customer.last_name}"

    def each(path: str):
        return itertools.cycle([("GET", path.format(number), None) for number in numbers])

    return [
        Operation(
            "order detail JSON",
            0.32,
            each("/orders/{}/"),
            each(ORDERS + "{}/"),
            alone=Alone(read, ((DETAIL, [number]) for number in itertools.cycle(numbers))),
        ),
        Operation(
            "search by number",
            0.35,
            each("/read/orders/by-number/?search={}"),
            each(ORDERS + "?search={}"),
            alone=Alone(
                read,
                (
                    (OWNERS.format(where="WHERE o.number LIKE %s"), [f"{number}%", 50])
                    for number in itertools.cycle(numbers)
                ),
            ),
        ),
        Operation(
            "search by name",
            0.2,
            at("/read/orders/by-name/", search=words),
            at(ORDERS, search=words),
            alone=reading(*by_name(words)),
        ),
    ]


def _page(name: str, floor_path: str, ours: str, alone: Alone) -> Operation:
    path = f"{floor_path}/orders/page/" if ours == "orders" else f"{floor_path}/page/"
    return Operation(name, 0.34, forever(path), forever(FRAMES[ours]), who="pages", alone=alone)


def _page_after(rows, count: int) -> tuple[dict, dict]:
    """How ours and the floor are asked for what follows the newest `count` rows."""
    from core.keyset import page_of
    from orders.querysets import LIST_ORDER

    last = rows.order_by(*LIST_ORDER)[count - 1]
    # The cursor of a page of one row, of rows that begin with that one.
    upto = rows.filter(placed_at__lte=last.placed_at, id__lte=last.pk)
    cursor = page_of(upto, LIST_ORDER, 1, note="2026-01-01T00:00:00Z").next
    return {"cursor": cursor}, {"placed_at": last.placed_at.isoformat(), "id": last.pk}


def keep_frames(ours: Server, headers: dict[str, str]) -> None:
    """Write what our pages have around their rows into BENCH_FRAMES, for the floor."""
    folder = Path(os.environ["BENCH_FRAMES"])
    for name, address in FRAMES.items():
        status, content = ours.ask("GET", address, headers=headers)
        if status != 200:
            raise SystemExit(f"bench: {address}: {status}")
        before, rows, after = content.decode().partition(ROWS)
        end = after.index("</tbody>") if rows else 0
        (folder / f"{name}.before.html").write_text(before + rows)
        (folder / f"{name}.after.html").write_text(after[end:])


def folder_for_frames() -> str:
    return tempfile.mkdtemp(prefix="bench-frames-")
