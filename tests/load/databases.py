"""What the bench measures on: orders that it places itself, or a seeded database that stays."""

import os
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

ORDERS = int(os.environ.get("BENCH_ORDERS", "9000"))
SEEDED = os.environ.get("BENCH_ON", "")  # the name of a database that is read and kept
DATABASE = os.environ.get("BENCH_DATABASE", "bench_marketplace")
SELLERS = 20
REDIS_DATABASE = 14


@contextmanager
def prepared():
    """The environment of both servers; with a database of its own, which is dropped again, or
    with the seeded one."""
    server = _address_of_server()
    if not SEEDED:
        _run(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        _run(server, f"CREATE DATABASE {DATABASE}")
    name = SEEDED or DATABASE
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    os.environ["REDIS_URL"] = _own_redis()
    os.environ["API_REQUESTS_PER_MINUTE"] = "100000000"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    try:
        yield
    finally:
        from django.db import connection

        connection.close()
        if not SEEDED:
            _run(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _address_of_server() -> str:
    from marketplace.demo import embedded

    embedded.start(
        postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL")
    )
    return os.environ.get("DATABASE_URL") or embedded.database_url()


def _run(url: str, statement: str) -> None:
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def _own_redis() -> str:
    """A Redis database of its own: no worker may hear the nudges of the orders made here."""
    import redis

    from marketplace.demo import embedded

    given = os.environ.get("REDIS_URL") or embedded.redis_url()
    own = urlunsplit(urlsplit(given)._replace(path=f"/{REDIS_DATABASE}"))
    with redis.Redis.from_url(own) as client:
        client.flushdb()
    return own


def fill() -> list[str]:
    """Sellers and ORDERS orders in the empty database; the orders' numbers, newest first."""
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
    return [f"B-{n}" for n in range(ORDERS)]


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


@contextmanager
def signed_in(seller):
    """Headers of an owner's token, of a token of this seller, and of a session on its pages. They
    open nothing any more afterwards."""
    from django.utils import timezone

    from core.accounts.models import ApiToken, StaffMember, User
    from core.accounts.operations import create_token
    from core.accounts.scopes import scopes_for
    from core.accounts.sessions import end_sessions
    from core.actors import Actor, Rank, Role
    from sellers.models import SellerMember

    user, is_new = User.objects.get_or_create(email="bench@example.com", defaults={"name": "Bench"})
    if is_new:
        StaffMember.objects.create(user=user, rank=Rank.ADMIN)
    SellerMember.objects.get_or_create(user=user, seller=seller, defaults={"rank": Rank.ADMIN})
    actors = {
        "owner": Actor(Role.OWNER, user_id=user.pk, rank=Rank.ADMIN),
        "seller": Actor(Role.SELLER, user_id=user.pk, seller_id=seller.pk, rank=Rank.ADMIN),
    }
    headers = {}
    for name, actor in actors.items():
        scopes = [scope.code for scope in scopes_for(actor.role, actor.rank)]
        secret = create_token(name="bench", scopes=scopes, actor=actor)[1]
        headers[name] = {"Authorization": f"Bearer {secret}"}
    headers["pages"] = {"Cookie": _session_of(user, seller)}
    try:
        yield headers
    finally:
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
        end_sessions(user)


def _session_of(user, seller) -> str:
    from django.conf import settings
    from django.test import Client

    from marketplace.middleware import PICKED_SELLER

    client = Client()
    client.force_login(user)
    session = client.session
    session[PICKED_SELLER] = seller.pk
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
