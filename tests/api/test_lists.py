"""Lists and details: paging by key, what is new, ETags, and nothing of other people."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from orders.models import Order
from tests.factories import make_customer, make_member, make_order, make_owner, make_seller
from tests.people import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_endpoints")]


@pytest.fixture
def orders():
    """Seven orders; the middle five were placed at the same moment."""
    moment = timezone.now().replace(microsecond=123456)
    made = [make_order() for _ in range(7)]
    for step, order in enumerate(made):
        offset = -1 if step == 0 else 1 if step == 6 else 0
        order.placed_at = moment + timedelta(seconds=offset)
        order.save(update_fields=["placed_at"])
    return [order.number for order in sorted(made, key=lambda o: (o.placed_at, o.pk), reverse=True)]


@pytest.fixture
def get(client):
    headers = bearer(make_owner(), "orders:read")

    def ask(url="/api/v1/orders/", **params):
        return client.get(url, params, headers=headers)

    return ask


def numbers(answer) -> list[str]:
    return [row["number"] for row in answer["results"]]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 200])
def test_walking_forwards_and_back_meets_each_order_once(get, orders, size):
    pages, url = [], f"/api/v1/orders/?page_size={size}"
    while url:
        answer = get(url).json()
        pages.append(answer)
        url = answer["next"]
    assert [number for page in pages for number in numbers(page)] == orders
    assert pages[0]["previous"] is None

    back, url = [], pages[-1]["previous"]
    while url:
        answer = get(url).json()
        back.insert(0, answer)
        url = answer["previous"]
    assert [number for page in back for number in numbers(page)] == orders[
        : len(orders) - len(pages[-1]["results"])
    ]
    if back:
        assert numbers(get(back[-1]["next"]).json()) == numbers(pages[-1])


def test_an_order_placed_meanwhile_shifts_nothing(get, orders):
    first = get(page_size=3).json()
    make_order()
    assert numbers(get(first["next"]).json()) == orders[3:6]


def test_money_is_minor_units_with_a_currency(get, orders):
    order = Order.objects.get(number=orders[0])
    total = get().json()["results"][0]["total"]
    assert total == {"amount": order.total, "currency": order.currency}


def test_asking_for_what_is_new(get, orders):
    before = timezone.now()
    answer = get(page_size=2).json()
    since = parse_datetime(answer["next_updated_since"])
    assert timedelta(0) <= before - since - timedelta(seconds=59) < timedelta(seconds=5)

    Order.objects.update(updated_at=since - timedelta(days=1))
    changed = [orders[5], orders[2]]
    for step, number in enumerate(changed):
        moment = since + timedelta(seconds=step)
        Order.objects.filter(number=number).update(updated_at=moment)
    asked = {"updated_since": answer["next_updated_since"], "page_size": 1}
    first = get(**asked).json()
    second = get(first["next"]).json()
    assert [*numbers(first), *numbers(second)] == changed
    assert second["next"] is None
    # The whole walk says the same moment: the one before its first page.
    assert second["next_updated_since"] == first["next_updated_since"]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"page_size": "0"}, "/page_size"),
        ({"page_size": "201"}, "/page_size"),
        ({"page_size": "many"}, "/page_size"),
        ({"cursor": "nonsense"}, "/cursor"),
        ({"cursor": "WyJmIixbMSwyXSwiIl0"}, "/cursor"),
        ({"colour": "red"}, "/colour"),
        ({"status": "lost"}, "/status"),
        ({"placed_at_after": "yesterday"}, "/placed_at"),
        ({"updated_since": "yesterday"}, "/updated_since"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_named(get, params, pointer):
    response = get(**params)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_list_shows_only_ones_own(client, orders):
    foreign = bearer(make_member(make_seller()), "orders:read")
    assert client.get("/api/v1/orders/", headers=foreign).json()["results"] == []
    order = Order.objects.get(number=orders[3])
    own = bearer(make_customer(order), "orders:read")
    assert numbers(client.get("/api/v1/orders/", headers=own).json()) == [order.number]


def test_a_foreign_order_looks_like_a_missing_one(client, orders):
    foreign = bearer(make_member(make_seller()), "orders:read")
    answers = [
        client.get(f"/api/v1/orders/{number}/", headers=foreign) for number in (orders[0], "M-none")
    ]
    bodies = [answer.json() | {"request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]


def test_what_the_reader_has_already_is_not_sent_again(client, orders):
    headers = bearer(make_owner(), "orders:read")
    url = f"/api/v1/orders/{orders[0]}/"
    first = client.get(url, headers=headers)
    again = client.get(url, headers=headers | {"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    Order.objects.filter(number=orders[0]).update(total=Order.objects.get(number=orders[0]).total)
    Order.objects.filter(number=orders[0]).update(placed_at=timezone.now())
    changed = client.get(url, headers=headers | {"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_an_act_on_what_has_changed_is_refused(client, orders):
    headers = bearer(make_owner(), "orders:read", "cancellations:write")
    url = f"/api/v1/orders/{orders[0]}/"
    etag = client.get(url, headers=headers)["ETag"]

    def remark(key, **more):
        return client.post(
            f"{url}remarks/",
            {"text": key},
            content_type="application/json",
            headers=headers | {"Idempotency-Key": key, "If-Match": etag},
        )

    assert remark("first").status_code == 201
    refused = remark("second")
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
