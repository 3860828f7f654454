"""Pages and endpoints cost the same number of queries with 1 row and with 50.

A list of another app is one more row in LISTS; the number is what it may cost at most, session,
user, membership and the frame's counts included.
"""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.accounts.models import User
from core.actors import SYSTEM
from orders.models import OrderItem
from returns.operations import approve_items, make_offer, reject_items
from tests.architecture.order_with_all import order_with_all
from tests.factories import (
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
    make_user,
)
from tests.orders_pages.test_details import cancelled_one
from tests.orders_pages.test_lists import move, waiting_case
from tests.people import bearer, signed_in
from tests.returns.acts import asked, delivered_order

pytestmark = pytest.mark.django_db
MANY = 50

# A search asks one thing more: which way of searching finds anything (core.ways).
LISTS = [
    ("owner", "/owner/orders/", 8),
    ("owner", "/owner/orders/?tab=action_needed", 8),
    ("owner", "/owner/orders/?search=lindqvist&seller=kiln", 8),
    ("owner", "/owner/orders/?search=customer:lindqvist+status:preparing+-is:overdue", 8),
    ("owner", "/owner/order-tabs/", 8),
    ("owner", "/owner/", 8),
    ("owner", "/owner/requests/", 8),
    ("owner", "/owner/refund-plans/", 8),
    ("seller", "/seller/refund-plans/", 8),
    ("owner", "/owner/ledger/", 8),
    ("owner", "/owner/palette/?q=lindqvist", 8),
    ("seller", "/seller/palette/?q=lindqvist", 8),
    ("owner", "/owner/settings/deadlines/", 8),
    ("seller", "/seller/orders/", 8),
    ("seller", "/seller/orders/?tab=cancelled_returned", 8),
    ("seller", "/seller/", 8),
    ("customer", "/my/orders/", 8),
    ("owner", "/owner/packages/", 8),
    ("owner", "/owner/packages/?search=lindqvist&seller=kiln", 8),
    ("owner", "/owner/packages/preparing/", 8),
    ("owner", "/owner/packages/to-pack/", 8),
    ("owner", "/owner/package-tabs/", 8),
    ("seller", "/seller/packages/", 8),
    ("seller", "/seller/packages/preparing/", 8),
    ("seller", "/seller/packages/shipped/", 8),
    ("seller", "/seller/packages/to-pack/", 8),
    ("owner", "/owner/exports/", 8),
    ("owner", "/owner/exports/new/?source=orders&tab=shipped", 8),
    ("seller", "/seller/exports/new/?source=order_items&search=lindqvist", 8),
    ("owner", "/owner/exports/schedules/", 8),
]
ORDERS = [
    ("owner", "/owner/orders/{}/", 12),
    ("owner", "/owner/orders/{}/?tab=requests", 12),
    ("seller", "/seller/orders/{}/", 12),
    ("seller", "/seller/orders/{}/?tab=requests", 12),
    ("customer", "/my/orders/{}/", 12),
]
ENDPOINTS = [("owner", "/api/v1/orders/", 2), ("seller", "/api/v1/orders/", 2)]


@pytest.fixture
def world():
    """Two sellers, one customer, and a way to fill the lists further."""
    sellers = [make_seller("kiln", name="Kiln & Clay"), make_seller("luma", name="Luma")]
    buyer = make_user()
    made = []

    def grow(count: int) -> None:
        for number in range(len(made), count):
            order = make_order(
                lines=[line(sellers[0], 2), line(sellers[1], 1)],
                placed_at=timezone.now() - timedelta(minutes=number),
            )
            customer = make_customer(order, buyer)
            if number % 3 == 0:
                waiting_case(order)
            elif number % 3 == 1:
                cancelled_one(order, customer)
            else:
                move(order, OrderItem.Status.PREPARING)
            made.append(order)

    people = {
        "owner": make_owner(),
        "seller": make_member(sellers[0]),
    }
    grow(2)  # of one something is asked, of the other something was paid back
    people["customer"] = make_customer(made[0], buyer)
    return people, grow, made


def cost(client, address: str, **options) -> tuple[int, list[str]]:
    """How many queries a second look takes, and which: what is kept per process is warm."""
    cache.clear()
    client.get(address, **options)
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address, **options).status_code == 200
    return len(asked), [query["sql"] for query in asked.captured_queries]


def costs(people) -> dict[tuple[str, str], tuple[int, list[str]]]:
    """What every list and endpoint costs now."""
    clients = {who: signed_in(Client(), actor) for who, actor in people.items()}
    pages = {(who, address): cost(clients[who], address) for who, address, _most in LISTS}
    answers = {
        (who, address): cost(Client(), address, headers=bearer(people[who], "orders:read"))
        for who, address, _most in ENDPOINTS
    }
    return pages | answers


def test_lists_cost_the_same_with_many_rows(world):
    """All lists in one test, because fifty orders take their time."""
    people, grow, _made = world
    with_one = costs(people)
    grow(MANY)
    with_many = costs(people)

    for who, address, most in LISTS + ENDPOINTS:
        (one, _queries), (many, queries) = with_one[who, address], with_many[who, address]
        assert one == many <= most, "\n".join([f"{who} {address}: {one}, {many}", *queries])


@pytest.mark.parametrize(
    ("who", "address"), [("owner", "/owner/orders/"), ("seller", "/seller/orders/")]
)
@pytest.mark.parametrize("tab", ["", "?tab=requests"])
def test_an_order_costs_the_same_with_many_items(client, world, who, address, tab):
    """Lines, items, events and requests may be many; panels of other apps are included."""
    people, _grow, made = world
    kiln = made[0].seller_orders.order_by("pk").first().seller
    small = make_order(lines=[line(kiln, 4)])
    large = make_order(lines=[line(kiln, 4) for _line in range(20)])
    for order in (small, large):
        customer = make_customer(order)
        cancelled_one(order, customer)
        move(order, OrderItem.Status.PREPARING, slice(0, 1))
    cancelled_one(large, customer)
    signed_in(client, people[who])

    few, _queries = cost(client, f"{address}{small.number}/{tab}")
    many, queries = cost(client, f"{address}{large.number}/{tab}")

    assert few == many <= 12, "\n".join(queries)


def test_an_order_to_which_everything_has_happened_costs_no_more(world):
    """For each of its readers, and on both tabs."""
    people, _grow, made = world
    sellers = [part.seller for part in made[0].seller_orders.order_by("pk")]
    user = User.objects.get(pk=people["customer"].user_id)
    little, much = (order_with_all(sellers, user, people["owner"], size) for size in (1, 4))

    for who, address, most in ORDERS:
        client = signed_in(Client(), people[who])
        few, _queries = cost(client, address.format(little.number))
        many, queries = cost(client, address.format(much.number))
        assert few == many <= most, "\n".join([f"{who} {address}: {few}, {many}", *queries])


@pytest.mark.parametrize("who", ["owner", "seller"])
def test_returns_cost_the_same_with_many_rows(world, who):
    """Each with an offer, with goods on their way and with a dispute."""
    people, _grow, made = world
    kiln = made[0].seller_orders.order_by("pk").first().seller
    headers = bearer(people[who], "returns:read")

    def grow(count: int) -> None:
        for _number in range(count):
            for answer in (offered, approved, rejected):
                answer(asked(delivered_order(lines=[line(kiln, 2), line(kiln, 1)])))

    grow(1)
    one, _queries = cost(Client(), "/api/v1/returns/", headers=headers)
    grow(4)
    many, queries = cost(Client(), "/api/v1/returns/", headers=headers)

    assert one == many <= 18, "\n".join(queries)


def offered(request) -> None:
    item_id = request.items.first().item_id
    make_offer(request, item_id=item_id, amount=100, actor=SYSTEM)


def approved(request) -> None:
    approve_items(request, actor=SYSTEM)


def rejected(request) -> None:
    admin = make_member(request.case.seller)
    reject_items(request, actor=admin, reason_code="as_described", message="As in the picture.")


def test_an_order_told_to_a_program_costs_the_same_with_many_items(world):
    people, _grow, made = world
    kiln = made[0].seller_orders.order_by("pk").first().seller
    headers = bearer(people["owner"], "orders:read")
    few, many = (
        delivered_order(lines=[line(kiln, 2) for _line in range(count)]) for count in (1, 12)
    )

    one, _queries = cost(Client(), f"/api/v1/orders/{few.number}/", headers=headers)
    twelve, queries = cost(Client(), f"/api/v1/orders/{many.number}/", headers=headers)

    assert one == twelve <= 7, "\n".join(queries)
