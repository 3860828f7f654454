"""Statements of lists that stay in the process give the rows that the ORM would."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.api import keeping
from core.api.keeping import kept_list
from orders.models import Order
from orders.querysets import LIST_ORDER
from tests.factories import make_customer, make_member, make_order, make_owner, make_seller
from tests.people import bearer

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/orders/"
SCOPES = ("orders:read", "packages:read")


@pytest.fixture(autouse=True)
def nothing_is_kept():
    keeping._lists.clear()
    yield
    keeping._lists.clear()


@pytest.fixture
def built(monkeypatch):
    """The lists whose statements were built, as who asked."""
    asked = []

    def build(rows, ordering, size):
        asked.append(size)
        return original(rows, ordering, size)

    original = keeping._built
    monkeypatch.setattr(keeping, "_built", build)
    return asked


def walked(client, headers, address):
    """The numbers of all rows, page by page, and back again."""
    there, pages = [], []
    while address:
        answer = client.get(address, headers=headers).json()
        pages.append(answer)
        there += [row["number"] for row in answer["results"]]
        address = answer["next"]
    back, address = [], pages[-1]["previous"]
    while address:
        answer = client.get(address, headers=headers).json()
        back = [row["number"] for row in answer["results"]] + back
        address = answer["previous"]
    assert back == there[: len(back)]
    assert len(there) - len(back) == len(pages[-1]["results"])
    return there


def placed(count, **fields):
    now = timezone.now()
    made = [make_order(placed_at=now - timedelta(minutes=n // 2), **fields) for n in range(count)]
    rows = Order.objects.filter(pk__in=[order.pk for order in made]).order_by(*LIST_ORDER)
    return list(rows.values_list("number", flat=True))


@pytest.mark.parametrize("asked", ["", "&status=waiting_packaging", "&channel=web"])
def test_walking_meets_every_order_once_and_builds_one_statement(client, built, asked):
    numbers = placed(7)
    headers = bearer(make_owner(), *SCOPES)

    assert walked(client, headers, f"{ORDERS}?page_size=2{asked}") == numbers
    assert walked(client, headers, f"{ORDERS}?page_size=2{asked}") == numbers
    assert built == [2]


def test_what_is_new_and_what_is_over_is_seen_at_once(client, built):
    headers = bearer(make_owner(), *SCOPES)
    assert walked(client, headers, f"{ORDERS}?status=shipped") == []
    [number] = placed(1)
    Order.objects.filter(number=number).update(status="shipped")
    assert walked(client, headers, f"{ORDERS}?status=shipped") == [number]
    assert walked(client, headers, f"{ORDERS}?status=delivered") == []
    assert len(built) == 2


def test_two_readers_of_the_same_address_read_their_own(client):
    north, south = make_seller(), make_seller()
    of_north, of_south = placed(3, sellers=[north]), placed(2, sellers=[south])
    bought = make_order(sellers=[south])
    readers = {
        make_member(north): of_north,
        make_member(south): [bought.number, *of_south],
        make_customer(bought): [bought.number],
    }
    for _round in range(2):
        for actor, expected in readers.items():
            rows = walked(client, bearer(actor, "orders:read"), f"{ORDERS}?page_size=2")
            assert sorted(rows) == sorted(expected)


def test_the_packages_are_kept_alike(client, built):
    headers = bearer(make_owner(), *SCOPES)
    for _round in range(2):
        assert walked(client, headers, "/api/v1/packages/?page_size=2") == []
    assert built == [2]


def test_what_depends_on_the_moment_is_built_anew(client, built):
    headers = bearer(make_owner(), *SCOPES)
    for _round in range(2):
        assert client.get(f"{ORDERS}?tab=action_needed", headers=headers).status_code == 200
    assert built == []


def test_a_refusal_is_the_same_with_and_without_a_kept_statement(client):
    headers = bearer(make_owner(), *SCOPES)
    for _round in range(2):
        assert client.get(f"{ORDERS}?status=nonsense", headers=headers).status_code == 400
        assert client.get(f"{ORDERS}?colour=red", headers=headers).status_code == 400
        assert client.get(f"{ORDERS}?cursor=x", headers=headers).json()["code"] == (
            "cursor_not_valid"
        )


def test_only_so_many_statements_stay(monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 2)
    rows = Order.objects.all().as_answered
    for asked_by in ("a", "b", "c"):
        assert kept_list(asked_by, LIST_ORDER, 5, rows)
    assert [asked[0] for asked in keeping._lists] == ["b", "c"]
    kept_list("b", LIST_ORDER, 5, rows)
    kept_list("d", LIST_ORDER, 5, rows)
    assert [asked[0] for asked in keeping._lists] == ["b", "d"]
