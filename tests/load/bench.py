"""`make bench`: the floor and ours side by side, in one run, as one table.

Only the ratios count; absolute figures move with the machine. The two servers take turns, each
with two sync workers, on a database of its own that is made and filled here and dropped again.

    BENCH_ORDERS   orders in the table (3000)
    BENCH_SECONDS  per measurement (3)
    BENCH_ROUNDS   measurements of each, in turn (3); the median counts
"""

import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ORDERS = int(os.environ.get("BENCH_ORDERS", "3000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CLIENTS = 8
SELLERS = 20
DATABASE = os.environ.get("BENCH_DATABASE", "bench_marketplace")
REDIS_DATABASE = 14
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Operation:
    """One thing measured on both sides. A request is (method, path, body)."""

    name: str
    bar: float
    floor: Iterator
    ours: Iterator
    figures: dict[str, list[float]] = field(default_factory=lambda: {"floor": [], "ours": []})
    latencies: dict[str, list[float]] = field(default_factory=lambda: {"floor": [], "ours": []})


def main() -> None:
    server = _make_database()
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
    os.environ["REDIS_URL"] = _own_redis()
    os.environ["API_REQUESTS_PER_MINUTE"] = "100000000"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    tokens, seller_id, numbers = _fill()
    servers = {
        "floor": Server("tests.load.floor:application", "tests.load.floor_settings"),
        "ours": Server("marketplace.wsgi:application", "marketplace.settings"),
    }
    try:
        operations = _operations(seller_id, numbers)
        for operation in operations:
            for _round in range(ROUNDS):
                for side, running in servers.items():
                    _measure(operation, side, running, tokens)
        _print(operations)
    finally:
        for running in servers.values():
            running.stop()
        _drop_database(server)


def _connect(url: str):
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def _make_database() -> str:
    """The address of the server in use; DATABASE is made on it afresh."""
    from marketplace.demo import embedded

    embedded.start(
        postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL")
    )
    url = os.environ.get("DATABASE_URL") or embedded.database_url()
    connection = _connect(url)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    return url


def _own_redis() -> str:
    """A Redis database of its own: no worker may hear the nudges of the orders made here."""
    import redis

    from marketplace.demo import embedded

    given = os.environ.get("REDIS_URL") or embedded.redis_url()
    own = urlunsplit(urlsplit(given)._replace(path=f"/{REDIS_DATABASE}"))
    with redis.Redis.from_url(own) as client:
        client.flushdb()
    return own


def _drop_database(url: str) -> None:
    from django.db import connection as ours

    ours.close()
    connection = _connect(url)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    connection.close()


def _fill() -> tuple[dict[str, str], int, list[str]]:
    """The owner's and one seller's token, that seller's id, and numbers of orders to cancel."""
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from core.actors import IMPORTER
    from orders.incoming import read_order
    from orders.operations import place_orders
    from sellers.models import Seller

    call_command("migrate", verbosity=0)
    Seller.objects.bulk_create(
        Seller(code=f"s{n}", name=f"Seller {n}", commission_rate="0.12") for n in range(SELLERS)
    )
    now = timezone.now()
    for start in range(0, ORDERS, 500):
        batch = [
            read_order(order_json(f"B-{n}", n % SELLERS, now - timedelta(minutes=n)))
            for n in range(start, min(start + 500, ORDERS))
        ]
        place_orders(batch, actor=IMPORTER)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seller = Seller.objects.get(code="s0")
    tokens = _tokens(seller)
    return tokens, seller.pk, [f"B-{n}" for n in range(ORDERS)]


def _tokens(seller) -> dict[str, str]:
    from core.accounts.models import StaffMember, User
    from core.accounts.operations import create_token
    from core.accounts.scopes import scopes_for
    from core.actors import Actor, Rank, Role
    from sellers.models import SellerMember

    user = User.objects.create_user("bench@example.com", name="Bench")
    StaffMember.objects.create(user=user, rank=Rank.ADMIN)
    SellerMember.objects.create(user=user, seller=seller, rank=Rank.ADMIN)
    actors = {
        "owner": Actor(Role.OWNER, user_id=user.pk, rank=Rank.ADMIN),
        "seller": Actor(Role.SELLER, user_id=user.pk, seller_id=seller.pk, rank=Rank.ADMIN),
    }
    return {
        name: create_token(
            name="bench",
            scopes=[scope.code for scope in scopes_for(actor.role, actor.rank)],
            actor=actor,
        )[1]
        for name, actor in actors.items()
    }


def order_json(number: str, seller: int, placed_at) -> dict:
    """An order of three lines of one seller."""
    items = [
        {
            "sku": f"SKU-{number}-{position}",
            "name": f"Product {position}",
            "seller": f"s{seller}",
            "quantity": 1,
            "unit_price": 1000 + 10 * position,
            "shipping": 190,
        }
        for position in range(3)
    ]
    total = sum(item["unit_price"] + item["shipping"] for item in items)
    return {
        "number": number,
        "channel": "bench",
        "placed_at": placed_at.isoformat(),
        "currency": "EUR",
        "customer": {
            "external_id": f"c{number}",
            "first_name": "Ana",
            "last_name": number,
            "email": f"{number.lower()}@example.com",
        },
        "shipping_address": {"city": "Porto", "country": "PT"},
        "items": items,
        "payments": [{"method": "credit_card", "amount": total}],
        "total": total,
    }


def _operations(seller_id: int, numbers: list[str]) -> list[Operation]:
    from django.utils import timezone

    now = timezone.now()
    status = "waiting_packaging"

    def forever(method: str, path: str, body=None):
        return itertools.repeat((method, path, body))

    def details(prefix: str):
        return itertools.cycle([("GET", f"{prefix}/{number}/", None) for number in numbers])

    def creations(path: str):
        for n in itertools.count():
            yield "POST", path, order_json(f"N-{uuid.uuid4().hex[:12]}", n % SELLERS, now)

    half = len(numbers) // 2

    def cancels(prefix: str, pool: list[str]):
        """Each of an order's three items once, so that there are enough for every round."""
        for item in ("1.1", "2.1", "3.1"):
            wish = {"items": [{"item": item, "quantity": 1, "reason": "changed_mind"}]}
            for number in pool:
                yield "POST", f"{prefix}/{number}/cancellations/", wish

    api = "/api/v1/orders"
    return [
        Operation(
            "list JSON, first page",
            0.36,
            forever("GET", f"/sellers/{seller_id}/orders/?status={status}"),
            forever("GET", f"{api}/?status={status}&page_size=50"),
        ),
        Operation("order detail JSON", 0.32, details("/orders"), details(api)),
        Operation("create order, 3 items", 0.31, creations("/orders/"), creations(f"{api}/")),
        Operation(
            "cancel with plan, events, outbox",
            0.33,
            cancels("/orders", numbers[:half]),
            cancels(api, numbers[half:]),
        ),
    ]


class Server:
    """gunicorn with two sync workers on a free loopback port."""

    def __init__(self, application: str, settings: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", application, "--workers", "2"]
        self.process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "ERROR"},
        )
        for _try in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{application} did not start.")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


def _measure(operation: Operation, side: str, server: Server, tokens: dict[str, str]) -> None:
    requests = getattr(operation, side)
    lock = threading.Lock()
    end = time.monotonic() + SECONDS
    done: list[float] = []
    wrong: list[str] = []
    role = "seller" if operation.name.startswith("list") else "owner"

    def client() -> None:
        while time.monotonic() < end and not wrong:
            with lock:
                request = next(requests, None)
            if request is None:
                return
            method, path, body = request
            started = time.monotonic()
            connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
            headers = {
                "Authorization": f"Bearer {tokens[role]}",
                "Content-Type": "application/json",
                "Idempotency-Key": uuid.uuid4().hex,
            }
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            text = response.read()
            connection.close()
            done.append(time.monotonic() - started)
            if response.status not in (200, 201):
                wrong.append(f"{method} {path}: {response.status} {text[:300]!r}")

    started = time.monotonic()
    threads = [threading.Thread(target=client) for _client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"bench: {side}: {wrong[0]}")
    if time.monotonic() < end:
        raise SystemExit(f"bench: {operation.name}: {side} ran out of orders; set BENCH_ORDERS.")
    operation.figures[side].append(len(done) / (time.monotonic() - started))
    operation.latencies[side] += done


def _print(operations: list[Operation]) -> None:
    print(
        f"\n{ORDERS} orders, {CLIENTS} clients, 2 workers, {ROUNDS} × {SECONDS:g} s, per second\n"
    )
    print(
        f"{'operation':<36}{'floor':>9}{'ours':>9}{'ratio':>8}{'bar':>7}{'p50 ms':>9}{'p99 ms':>9}"
    )
    for operation in operations:
        floor = statistics.median(operation.figures["floor"])
        ours = statistics.median(operation.figures["ours"])
        times = sorted(operation.latencies["ours"])
        p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
        print(
            f"{operation.name:<36}{floor:>9.0f}{ours:>9.0f}{ours / floor:>8.2f}"
            f"{operation.bar:>7.2f}{p50:>9.1f}{p99:>9.1f}"
        )


if __name__ == "__main__":
    main()
