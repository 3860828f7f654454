"""What lists, deep pages and searches ask is answered through the index made for it.

Asked of some thousand rows with statistics, spread over sellers and statuses as in life: most is
delivered long ago. The planner then chooses as it does with a million rows.
"""

from datetime import timedelta
from itertools import islice

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.actors import Actor, Role
from core.keyset import page_of
from orders.models import Customer, Order, SellerOrder
from orders.querysets import LIST_ORDER
from packages.models import Package
from packages.tabs import Listing, listed
from packages.work_order import work_page
from sellers.models import Seller
from tests.factories import make_seller

ROWS = 6_000
SELLERS = 40
OPEN_EVERY = 50
OWNER = Actor(Role.OWNER)
FEW = 10


@pytest.fixture(scope="module")
def seller(django_db_setup, django_db_blocker):
    """A seller with orders, in tables that are large enough to have a plan; the rows are made
    once for all questions and taken away again."""
    with django_db_blocker.unblock():
        sellers = [make_seller(f"explain-{n}") for n in range(SELLERS)]
        customers = Customer.objects.bulk_create(_customer(n) for n in range(ROWS))
        orders = Order.objects.bulk_create(_order(n, customers) for n in range(ROWS))
        parts = SellerOrder.objects.bulk_create(
            _part(n, order, sellers[n % SELLERS]) for n, order in enumerate(orders)
        )
        Package.objects.bulk_create(_package(n, part) for n, part in enumerate(parts))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield sellers[0]
        for rows in (Package, SellerOrder, Order, Customer):
            rows.objects.all().delete()
        Seller.objects.filter(pk__in=[one.pk for one in sellers]).delete()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _customer(n: int) -> Customer:
    name = {"first_name": f"First{n % 97}", "last_name": f"Last{n % 89}"}
    return Customer(channel="x", external_id=f"c{n}", email=f"c{n}@example.com", **name)


def _order(n: int, customers: list[Customer]) -> Order:
    return Order(
        number=f"EX-{n:06}",
        channel="x",
        customer=customers[n % len(customers)],
        status="delivered" if n % OPEN_EVERY else "preparing",
        currency="EUR",
        placed_at=timezone.now() - timedelta(minutes=ROWS - n),
        product_total=100,
        total=100,
        captured=100,
    )


def _part(n: int, order: Order, seller: Seller) -> SellerOrder:
    return SellerOrder(
        order=order,
        seller=seller,
        status=order.status,
        placed_at=order.placed_at,
        unit_count=1,
        product_total=100,
        total=100,
    )


def _package(n: int, part: SellerOrder) -> Package:
    return Package(
        number=f"EP-{n:06}",
        order_id=part.order_id,
        seller_order=part,
        seller_id=part.seller_id,
        status="delivered" if n % OPEN_EVERY else "preparing",
        tracking_number="" if n % 7 else f"TR{n:08}",
        created_at=part.placed_at,
        ship_by=part.placed_at + timedelta(days=2),
    )


def plans_of(ask) -> str:
    """The plans of all that `ask()` reads."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    found = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), None)
            found += [row[0] for row in cursor.fetchall()]
    assert found, "nothing was asked"
    return "\n".join(found)


def whole(rows):
    return list(rows.values_list("pk"))


def deep(rows, ordering=LIST_ORDER) -> str:
    """The cursor of a page far down."""
    row = list(islice(rows.order_by(*ordering), ROWS // 10, ROWS // 10 + 2))
    later = rows.filter(pk__in=[one.pk for one in row])
    return page_of(later, ordering, 1).next or ""


def asks(seller: Seller) -> dict:
    """{what is asked: (the index that is made for it, the question)}."""
    of_seller = Actor(Role.SELLER, seller_id=seller.pk)
    orders, parts = Order.objects.visible_to(OWNER), SellerOrder.objects.visible_to(of_seller)
    packages, own = Package.objects.visible_to(OWNER), Package.objects.visible_to(of_seller)
    work = listed(Listing.PREPARING, of_seller)
    far_order, far_part, far_package = deep(orders), deep(parts), deep(own, ("-id",))
    by_update = ("updated_at", "id")
    late = work_page(work, FEW).next or ""

    def page(rows, cursor="", ordering=LIST_ORDER):
        return lambda: page_of(rows, ordering, FEW, cursor)

    return {
        "orders": ("order_newest", page(orders)),
        "orders, deep": ("order_newest", page(orders, far_order)),
        "orders by status": ("order_by_status", page(orders.in_status("preparing"))),
        "orders by change": ("order_by_update", page(orders, ordering=by_update)),
        "seller's orders": ("seller_order_newest", page(parts)),
        "seller's orders, deep": ("seller_order_newest", page(parts, far_part)),
        "seller's orders by status": (
            "seller_order_by_status",
            page(parts.in_status("preparing")),
        ),
        "seller's packages": ("package_of_seller", page(own, ordering=("-id",))),
        "seller's packages, deep": ("package_of_seller", page(own, far_package, ("-id",))),
        "packages by change": ("package_by_update", page(packages, ordering=by_update)),
        "packages to ship": ("package_open_by_seller", lambda: work_page(work, FEW)),
        "packages to ship, deep": ("package_open_by_seller", lambda: work_page(work, FEW, late)),
        "order by number": ("orders_order_number", lambda: whole(orders.searched("EX-000042"))),
        "order by a customer's name": (
            "customer_by_name",
            lambda: whole(orders.searched("unseen-name")),
        ),
        "package by number": (
            "packages_package_number",
            lambda: whole(packages.searched("EP-000042")),
        ),
        "package by tracking number": (
            "package_by_tracking",
            lambda: whole(packages.searched("TR00000042")),
        ),
    }


@pytest.mark.django_db
def test_each_question_has_its_index(seller):
    """All in one test: making the rows takes longer than asking."""
    found = {name: (index, plans_of(ask)) for name, (index, ask) in asks(seller).items()}

    missed = [
        f"{name}: no {index}\n{plan}" for name, (index, plan) in found.items() if index not in plan
    ]
    assert not missed, "\n\n".join(missed)


@pytest.mark.django_db
def test_a_deep_page_sorts_nothing(seller):
    """Paging by key walks the index: no page of a list reads more rows than it shows."""
    paged = [
        (name, ask)
        for name, (_index, ask) in asks(seller).items()
        if not any(word in name for word in ("by number", "by tracking", "by a customer"))
    ]

    for name, ask in paged:
        plan = plans_of(ask)
        assert "Sort" not in plan, f"{name}\n{plan}"
        assert "Seq Scan" not in plan, f"{name}\n{plan}"
