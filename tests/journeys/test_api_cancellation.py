"""A program cancels part of an order with a token, and follows it until it is approved."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from cancellations import operations
from cancellations.models import CancellationRequest
from orders.models import Case
from tests.cancellations.acts import deliver_all
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import token_of

pytestmark = pytest.mark.django_db
SCOPES = ("orders:read", "cancellations:read", "cancellations:write", "refunds:read")


class Program:
    """A program that calls the API with one token."""

    def __init__(self, actor, *scopes: str):
        self.client = Client()
        self.token = token_of(actor, *(scopes or SCOPES))

    def get(self, path: str, **filters):
        return self.client.get(f"/api/v1/{path}", filters, headers=self._headers())

    def post(self, path: str, data, key: str | None = None):
        headers = self._headers() | {"Idempotency-Key": key or str(uuid4())}
        return self.client.post(
            f"/api/v1/{path}", data, content_type="application/json", headers=headers
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def one_of(order, item="1.1", quantity=1, reason="ordered_too_many", **more) -> dict:
    return {"items": [{"item": item, "quantity": quantity, "reason": reason} | more]}


@pytest.fixture
def sellers():
    return [make_seller("kiln", name="Kiln & Clay"), make_seller("luma", name="Luma Workshop")]


@pytest.fixture
def order(sellers):
    return make_order(
        number="FH-1",
        lines=[
            line(sellers[0], quantity=2, unit_price=1665, shipping=500),
            line(sellers[1], quantity=1, unit_price=9911),
        ],
        payments=[("credit_card", 2000), ("voucher", 11741)],
    )


@pytest.fixture
def owner(order):
    return Program(make_owner())


@pytest.fixture
def customer(order):
    return Program(make_customer(order))


PATH = "orders/FH-1/cancellations/"


def test_the_journey_from_asking_to_approved(customer, order):
    before = customer.get("orders/FH-1/").json()
    assert before["allowed_actions"] == ["cancel"]

    answer = customer.post(PATH, one_of(order, note="one is enough"))

    assert answer.status_code == 201
    [made] = answer.json()["results"]
    assert answer["Location"].endswith(f"/api/v1/cancellations/{made['number']}/")
    assert (made["status"], made["origin"], made["order"]) == ("waiting", "customer", "FH-1")
    assert made["estimate"] == {"amount": 1915, "currency": "EUR"}
    assert made["refund_plan"]["status"] == "waiting"
    [item] = made["items"]
    assert (item["item"], item["quantity"], item["status"]) == ("1.3", 1, "waiting") or (
        item["item"] == "1.2"
    )
    assert item["reason"]["code"] == "ordered_too_many"
    assert item["note"] == "one is enough"

    deliver_all()
    seen = customer.get(f"cancellations/{made['number']}/").json()
    assert seen["status"] == "approved"
    assert seen["items"][0]["rule"] == {
        "code": "unshipped",
        "text": "Nothing of it had shipped, so it was approved automatically.",
    }
    assert seen["items"][0]["decided_by"] == "system"
    assert seen["payments"] == [
        {"method": "credit_card", "amount": {"amount": 1915, "currency": "EUR"}}
    ]
    assert seen["allowed_actions"] == []


def test_a_replayed_key_makes_one_case_and_gets_the_same_answer(owner, order):
    key = str(uuid4())

    first, second = owner.post(PATH, one_of(order), key), owner.post(PATH, one_of(order), key)

    assert Case.objects.count() == 1
    assert second.status_code == first.status_code == 201
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert second["Location"] == first["Location"]


def test_the_same_key_with_another_payload_is_422(owner, order):
    key = str(uuid4())
    owner.post(PATH, one_of(order), key)

    answer = owner.post(PATH, one_of(order, quantity=2), key)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Case.objects.count() == 1


def test_without_a_key_nothing_is_done(owner, order):
    answer = owner.client.post(
        f"/api/v1/{PATH}",
        one_of(order),
        content_type="application/json",
        headers={"Authorization": f"Bearer {owner.token}"},
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"
    assert not Case.objects.exists()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_in_flight_the_second_is_409(monkeypatch):
    order = make_order(number="FH-1")
    owner, key = Program(make_owner()), str(uuid4())
    inside, go_on = Signal(), Signal()
    request_cancellation = operations.request_cancellation

    def slowly(**given):
        inside.set()
        assert go_on.wait(timeout=30)
        return request_cancellation(**given)

    monkeypatch.setattr(operations, "request_cancellation", slowly)
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)

    def first():
        try:
            return owner.post(PATH, one_of(order), key)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(first)
        assert inside.wait(timeout=30)
        second = Program.post(owner, PATH, one_of(order), key)
        go_on.set()
        assert under_way.result(timeout=30).status_code == 201

    assert second.status_code == 409
    assert second.json()["code"] == "request_in_flight"
    assert second["Retry-After"] == "1"
    assert Case.objects.count() == 1


def test_two_sellers_are_two_cancellations_in_one_answer(owner, order):
    wanted = {
        "items": [
            {"item": "1.1", "quantity": 1, "reason": "changed_mind"},
            {"item": "2.1", "quantity": 1, "reason": "suspected_fraud"},
        ]
    }

    results = owner.post(PATH, wanted).json()["results"]

    assert [made["seller"]["code"] for made in results] == ["kiln", "luma"]
    assert [made["estimate"]["amount"] for made in results] == [1915, 9911]


def test_a_foreign_sellers_token_finds_nothing(owner, order):
    [made] = owner.post(PATH, one_of(order)).json()["results"]
    foreign = Program(make_member(make_seller()))

    assert foreign.post(PATH, one_of(order)).status_code == 404
    assert foreign.get(f"cancellations/{made['number']}/").status_code == 404
    assert foreign.get("cancellations/").json()["results"] == []
    missing = foreign.get("cancellations/CR-NEVERWAS/")
    assert missing.status_code == 404
    assert missing.json()["code"] == "not_found"


def test_a_sellers_answer_shows_nothing_of_other_sellers_or_of_payments(owner, order, sellers):
    wanted = one_of(order)["items"] + one_of(order, item="2.1")["items"]
    mine, other = owner.post(PATH, {"items": wanted}).json()["results"]
    seller = Program(make_member(sellers[0]))

    listed = seller.get("cancellations/")

    assert [row["number"] for row in listed.json()["results"]] == [mine["number"]]
    body = listed.content.decode() + seller.get(f"cancellations/{mine['number']}/").content.decode()
    for secret in (other["number"], "luma", "Luma", "9911", "payments", "voucher", "credit_card"):
        assert secret not in body
    assert seller.get(f"cancellations/{other['number']}/").status_code == 404


def test_a_seller_is_told_to_reject_instead(order, sellers):
    answer = Program(make_member(sellers[0])).post(PATH, one_of(order))

    assert answer.status_code == 403
    assert answer.json()["code"] == "seller_may_not_cancel"
    assert not Case.objects.exists()


def test_a_token_without_the_scope_may_only_read(order):
    reader = Program(make_owner(), "cancellations:read")

    answer = reader.post(PATH, one_of(order))

    assert answer.status_code == 403
    assert answer.json()["code"] == "missing_scope"
    assert reader.get("cancellations/").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status", "pointer", "code"),
    [
        ({"items": []}, 400, "/items", "empty"),
        ({}, 400, "/items", "required"),
        ({"items": [{"item": "1.1", "quantity": 1}]}, 400, "/items/0/reason", "required"),
        (one_of(None, quantity=0), 400, "/items/0/quantity", "min_value"),
        (one_of(None, quantity="two"), 400, "/items/0/quantity", "invalid"),
        (one_of(None, quantity=3), 409, "/items/0/quantity", "quantity_not_left"),
        (one_of(None, item="9.9"), 400, "/items/0/item", "unknown_item"),
        (one_of(None, reason="ship_by_missed"), 400, "/items/0/reason", "reason_not_allowed"),
        (one_of(None, colour="red"), 400, "/items/0/colour", "unknown_field"),
        (one_of(None, note="x" * 501), 400, "/items/0/note", "max_length"),
    ],
)
def test_bad_input_gets_a_problem_that_points_at_it(owner, wanted, status, pointer, code):
    answer = owner.post(PATH, wanted)

    problem = answer.json()
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert {"pointer": pointer, "code": code}.items() <= problem["errors"][0].items()
    assert not CancellationRequest.objects.exists()
    assert len(items_of(Case._meta.get_field("order").related_model.objects.get())) == 2


def test_a_refused_reason_names_those_that_may_be_picked(customer, order):
    [error] = customer.post(PATH, one_of(order, reason="out_of_stock")).json()["errors"]

    assert "changed_mind" in error["allowed"]
    assert "out_of_stock" not in error["allowed"]


def test_what_has_shipped_is_409_and_says_return(owner, order):
    order.items.update(status="shipped")

    answer = owner.post(PATH, one_of(order))

    assert answer.status_code == 409
    assert answer.json()["code"] == "not_cancellable"
    assert answer.json()["allowed_actions"] == ["return"]


def test_the_list_is_filtered_as_the_pages_are(owner, order):
    [made] = owner.post(PATH, one_of(order)).json()["results"]
    deliver_all()

    def numbers(**filters):
        answer = owner.get("cancellations/", **filters)
        assert answer.status_code == 200, answer.content
        return [row["number"] for row in answer.json()["results"]]

    assert numbers() == numbers(order="FH-1") == numbers(status="approved") == [made["number"]]
    assert numbers(origin="owner", updated_since="2020-01-01T00:00:00Z") == [made["number"]]
    assert numbers(status="waiting") == numbers(order="FH-2") == []
    assert numbers(opened_from="2100-01-01T00:00:00Z") == []
    assert owner.get("cancellations/", colour="red").status_code == 400
    assert owner.get("cancellations/", status="lost").status_code == 400


def test_an_unchanged_cancellation_is_304(owner, order):
    [made] = owner.post(PATH, one_of(order)).json()["results"]
    address = f"/api/v1/cancellations/{made['number']}/"
    headers = {"Authorization": f"Bearer {owner.token}"}
    etag = owner.client.get(address, headers=headers)["ETag"]

    again = owner.client.get(address, headers=headers | {"If-None-Match": etag})
    deliver_all()
    changed = owner.client.get(address, headers=headers | {"If-None-Match": etag})

    assert (again.status_code, changed.status_code) == (304, 200)


def test_the_list_costs_the_same_with_one_and_with_many(
    owner, order, django_assert_max_num_queries
):
    for _ in range(4):
        other = make_order(lines=[line()])
        owner.post(f"orders/{other.number}/cancellations/", one_of(other))

    with django_assert_max_num_queries(14):
        assert len(owner.get("cancellations/").json()["results"]) == 4
