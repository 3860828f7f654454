"""A program of the owner's sends orders in."""

from uuid import uuid4

import pytest
from django.test import Client

from core.errors import NotAllowed
from core.events.models import Event
from orders.models import Order
from orders.operations import place_order
from tests.factories import make_customer, make_member, make_order, make_owner, make_seller
from tests.orders.given import item, new_order, order_json
from tests.people import bearer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/orders/"


@pytest.fixture
def seller():
    return make_seller("s-1")


@pytest.fixture
def send(seller):
    headers = bearer(make_owner(), "orders:read", "orders:write")

    def post(content, key=None):
        return Client().post(
            PATH,
            content,
            content_type="application/json",
            headers=headers | {"Idempotency-Key": key or str(uuid4())},
        )

    return post


def test_an_order_comes_in_and_can_be_read_where_the_answer_says(send):
    answer = send(order_json(number="FH-1"))

    assert answer.status_code == 201
    assert answer["Location"].endswith("/api/v1/orders/FH-1/")
    assert answer.json()["amounts"]["total"] == {"amount": 2000, "currency": "EUR"}
    order = Order.objects.get()
    event = Event.objects.get(type="order.placed")
    assert (event.order_id, event.via, event.imported) == (order.pk, "api", False)
    assert not order.imported


def test_the_same_order_again_is_answered_with_the_one_there_is(send):
    given = order_json()

    first, again = send(given), send(given)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Order.objects.count() == 1


def test_a_replayed_key_makes_one_order(send):
    given, key = order_json(), str(uuid4())

    first, again = send(given, key), send(given, key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 1


def test_a_number_with_other_content_is_a_conflict(send):
    given = order_json()
    send(given)

    answer = send(given | {"channel": "app"})

    assert (answer.status_code, answer.json()["code"]) == (409, "order_number_taken")
    assert Order.objects.get().channel == "web"


def test_everything_that_is_wrong_is_pointed_at(send):
    answer = send(
        order_json(
            items=[item(quantity=-1), item(currency="USD")],
            payments=[{"method": "card", "amount": -5, "status": "authorised"}],
        )
    )

    problem = answer.json()
    assert answer.status_code == 400
    assert {error["pointer"].strip("/") for error in problem["errors"]} == {
        "items/0/quantity",
        "items/1/currency",
        "payments/0/amount",
        "payments/0/status",
    }
    assert not Order.objects.exists()


def test_an_unknown_seller_is_pointed_at(send):
    answer = send(order_json(items=[item(seller="nobody")]))

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["code"], error["pointer"].strip("/")) == ("unknown_seller", "items/0/seller")


def test_a_past_is_refused_by_name(send):
    answer = send(order_json(history=[{"event": "shipped", "at": None}]))

    assert (answer.status_code, answer.json()["code"]) == (400, "history_not_taken")
    assert "import_orders" in answer.json()["detail"]


@pytest.mark.parametrize("content", ["[]", "7", '"order"', "{", "null"])
def test_what_is_no_order_is_a_problem_and_not_a_crash(send, content):
    assert send(content).status_code == 400


def test_without_the_scope_nothing_comes_in(seller):
    headers = bearer(make_owner(), "orders:read") | {"Idempotency-Key": "k"}

    answer = Client().post(PATH, order_json(), content_type="application/json", headers=headers)

    assert answer.status_code == 403
    assert not Order.objects.exists()


def test_sellers_and_customers_send_no_orders_in(seller):
    """Signed in on pages they hold every scope; the rule itself refuses them."""
    customer = make_customer(make_order(sellers=[seller]))
    for actor in (make_member(seller), customer):
        with pytest.raises(NotAllowed):
            place_order(new_order(), actor=actor)


def test_the_list_is_still_there(send):
    send(order_json(number="FH-2"))

    answer = Client().get(PATH, headers=bearer(make_owner(), "orders:read"))

    assert [row["number"] for row in answer.json()["results"]] == ["FH-2"]
