"""A number typed into a program's search is answered as the list's own way would."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from core.actors import Actor, Role
from orders.filters import OrderFilter
from orders.numbered import numbered_just
from orders.tabs import listed
from tests.factories import make_order, make_owner, make_seller
from tests.people import bearer

pytestmark = pytest.mark.django_db
OWNER = Actor(Role.OWNER, user_id=1)


@pytest.fixture
def orders():
    for number in ("FH-1", "FH-12", "fh-2", "X_1", "XA1", "Y%1"):
        make_order(number=number)


@pytest.mark.parametrize("text", ["FH-1", "fh-1", " FH-12 ", "fh-", '"FH-1"', "X_", "Y%", "x_1"])
def test_the_rows_are_those_of_the_list(orders, text):
    rows = OrderFilter(QueryDict(urlencode({"search": text})), listed(OWNER)).qs
    wanted = [row.number for row in rows.order_by("-placed_at", "-id")]
    found = numbered_just(OWNER, text, 50)
    assert wanted
    assert found is not None
    assert [row.told.split('"number" : "')[1].split('"')[0] for row in found] == wanted


@pytest.mark.parametrize("text", ["Ana", "a@b", "status:shipped", "FH-9", "is:overdue FH-1", "\0"])
def test_what_is_no_number_goes_the_usual_way(orders, text):
    assert numbered_just(OWNER, text, 50) is None


def test_more_than_a_page_goes_the_usual_way(orders):
    assert numbered_just(OWNER, "FH-", 2) is None
    assert len(numbered_just(OWNER, "FH-", 3)) == 3


def test_a_seller_finds_their_own_parts_only(orders):
    mine, other = make_seller(), make_seller()
    make_order(number="S-1", sellers=[mine])
    seller = Actor(Role.SELLER, user_id=1, seller_id=mine.pk)
    stranger = Actor(Role.SELLER, user_id=1, seller_id=other.pk)
    assert len(numbered_just(seller, "S-1", 50)) == 1
    assert numbered_just(stranger, "S-1", 50) is None


def test_an_answer_has_one_page(client, orders):
    headers = bearer(make_owner(), "orders:read")
    answer = client.get("/api/v1/orders/?search=FH-1&page_size=1", headers=headers).json()
    assert answer["next"]
    answer = client.get("/api/v1/orders/?search=FH-12&page_size=1", headers=headers).json()
    assert [row["number"] for row in answer["results"]] == ["FH-12"]
    assert answer["next"] is answer["previous"] is None
