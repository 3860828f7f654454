"""Programs answer: approve, reject, withdraw, reject items of an order; and read the rules."""

from uuid import uuid4

import pytest

from core.actors import Actor
from orders.models import Case
from refunds.models import RefundPlan
from tests import people
from tests.cancellations.acts import cancel, deliver_all, hold, select
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)

pytestmark = pytest.mark.django_db
EVERYTHING = ("cancellations:read", "cancellations:write")


class Program(people.Program):
    def __init__(self, actor: Actor, *scopes: str):
        super().__init__(actor, *(scopes or EVERYTHING))


@pytest.fixture
def order():
    return make_order(
        number="FH-1", lines=[line(quantity=2, unit_price=1000), line(unit_price=300)]
    )


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def seller(order):
    return Program(make_member(items_of(order)[0].seller))


@pytest.fixture
def held(order, customer):
    return hold(order, customer, *[select(item) for item in items_of(order)])


@pytest.fixture
def path(held):
    return f"cancellations/{held.case.number}"


def test_a_seller_answers_item_by_item(seller, path, order):
    seen = seller.get(f"{path}/").json()
    assert seen["allowed_actions"] == ["approve", "reject"]
    assert seen["held_by"]["code"] == "amount_too_high"

    first = seller.post(f"{path}/approval/", {"items": ["1.1"]})

    assert first.status_code == 201
    assert first["Location"].endswith(f"/api/v1/{path}/")
    assert first.json()["status"] == "waiting"
    assert [item["status"] for item in first.json()["items"]] == ["approved", "waiting"]

    second = seller.post(f"{path}/rejection/", {"items": ["2.1"], "note": "It is engraved."})

    answer = second.json()
    assert (second.status_code, answer["status"]) == (201, "approved")
    assert (
        answer["items"][1] | {"answer": "It is engraved.", "decided_by": "seller"}
        == (answer["items"][1])
    )
    assert answer["allowed_actions"] == []
    assert answer["refund_plan"]["total"]["amount"] == 2000
    deliver_all()
    assert seller.get(f"{path}/").json()["status"] == "approved"


def test_without_items_all_that_waits_is_meant(seller, path):
    answer = seller.post(f"{path}/approval/").json()

    assert answer["status"] == "approved"
    assert {item["status"] for item in answer["items"]} == {"approved"}


def test_a_replayed_answer_is_the_same_answer(seller, path):
    key = str(uuid4())

    first, second = (seller.post(f"{path}/approval/", {}, key) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotent-Replayed"] == "true"
    assert first.json() == second.json()


def test_an_answered_case_is_409_and_says_what_is_possible(seller, path):
    seller.post(f"{path}/rejection/", {"note": "No."})
    owner = Program(make_owner())

    refused = owner.post(f"{path}/approval/")

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "not_decidable")
    assert problem["allowed_actions"] == ["overrule"]
    assert owner.get(f"{path}/").json()["allowed_actions"] == ["overrule"]
    assert seller.post(f"{path}/approval/").json()["allowed_actions"] == []


def test_the_owner_overrules_a_rejection(seller, path, customer):
    seller.post(f"{path}/rejection/", {"note": "No."})
    owner = Program(make_owner())
    note = {"note": "It has not left the house."}

    assert seller.post(f"{path}/overruling/", note).status_code == 403
    answer = owner.post(f"{path}/overruling/", note | {"items": ["2.1"]})

    told = answer.json()
    assert (answer.status_code, told["status"]) == (201, "approved")
    assert [item["status"] for item in told["items"]] == ["rejected", "approved"]
    assert told["refund_plan"]["total"]["amount"] == 300
    again = owner.post(f"{path}/overruling/", note)
    assert (again.status_code, again.json()["code"]) == (409, "not_decidable")


def test_the_customer_takes_back_and_is_told_what_may_be_done(path, customer, seller):
    program = Program(customer)
    assert program.get(f"{path}/").json()["allowed_actions"] == ["withdraw"]

    answer = program.post(f"{path}/withdrawal/")

    assert (answer.status_code, answer.json()["status"]) == (201, "withdrawn")
    assert RefundPlan.objects.get().status == "void"
    again = program.post(f"{path}/withdrawal/")
    assert (again.status_code, again.json()["allowed_actions"]) == (409, [])


@pytest.mark.parametrize(
    ("act", "content", "status", "pointer", "code"),
    [
        ("rejection", {}, 400, "/note", "required"),
        ("rejection", {"note": " "}, 400, "/note", "blank"),
        ("rejection", {"note": "x" * 501}, 400, "/note", "max_length"),
        ("approval", {"items": []}, 400, "/items", "empty"),
        ("approval", {"items": ["9.9"]}, 400, "/items/0", "unknown_item"),
        ("approval", {"items": "1.1"}, 400, "/items", "not_a_list"),
        ("approval", {"colour": "red"}, 400, "/colour", "unknown_field"),
        ("withdrawal", {"items": ["1.1"]}, 400, "/items", "unknown_field"),
        ("overruling", {}, 400, "/note", "required"),
        ("overruling", {"note": "x", "to": "rejected"}, 400, "/to", "invalid_choice"),
    ],
)
def test_bad_input_gets_a_problem_that_points_at_it(
    seller, path, act, content, status, pointer, code
):
    answer = seller.post(f"{path}/{act}/", content)

    assert answer.status_code == status
    assert {"pointer": pointer, "code": code}.items() <= answer.json()["errors"][0].items()
    assert Case.objects.get().status == "waiting"


def test_an_item_answered_before_is_named(seller, path):
    seller.post(f"{path}/approval/", {"items": ["1.1"]})

    answer = seller.post(f"{path}/approval/", {"items": ["2.1", "1.1"]})

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["pointer"] == "/items/1"
    assert answer.json()["allowed_actions"] == ["approve", "reject"]


@pytest.mark.parametrize("act", ["approval", "rejection", "withdrawal", "overruling"])
def test_a_foreign_cancellation_is_missing(path, act):
    foreign = Program(make_member(make_seller()))

    answer = foreign.post(
        f"{path}/{act}/", {"note": "x"} if act in {"rejection", "overruling"} else {}
    )

    assert answer.status_code == 404


def test_an_answer_to_a_stale_reading_is_412(seller, path):
    etag = seller.get(f"{path}/")["ETag"]
    seller.post(f"{path}/approval/", {"items": ["1.1"]})

    answer = seller.post(f"{path}/approval/", **{"If-Match": etag})

    assert answer.status_code == 412


# -- Rejecting items of an order -----------------------------------------------------------


def rejection(reason="out_of_stock", quantity=1):
    return {"items": [{"item": "1.1", "quantity": quantity, "reason": reason}]}


def test_a_seller_rejects_items_at_once(seller, order):
    answer = seller.post("orders/FH-1/rejections/", rejection())

    [made] = answer.json()["results"]
    assert answer.status_code == 201
    assert (made["status"], made["origin"]) == ("approved", "seller")
    assert made["items"][0]["item"] == "1.2"
    assert made["refund_plan"]["status"] == "approved"
    assert "payments" not in made


def test_a_customer_is_told_to_ask_instead(customer):
    answer = Program(customer).post("orders/FH-1/rejections/", rejection())

    assert answer.status_code == 403
    assert answer.json()["allowed_actions"] == ["cancel"]
    assert not Case.objects.exists()


def test_the_owner_is_told_to_cancel_what_is_packed(order):
    order.items.update(status="preparing")

    answer = Program(make_owner()).post("orders/FH-1/rejections/", rejection())

    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    assert answer.json()["allowed_actions"] == ["cancel"]


def test_a_reason_of_customers_is_refused_with_those_of_sellers(seller, order):
    [error] = seller.post("orders/FH-1/rejections/", rejection("changed_mind")).json()["errors"]

    assert error["code"] == "reason_not_allowed"
    assert "out_of_stock" in error["allowed"]


# -- Reading the rules ---------------------------------------------------------------------


def test_everybody_reads_the_reasons_they_may_pick(seller, customer):
    sellers = seller.get("reasons/", kind="cancel").json()["results"]
    customers = Program(customer).get("reasons/", kind="cancel").json()["results"]

    assert [row["code"] for row in sellers] == [
        "out_of_stock",
        "wrong_price",
        "cannot_deliver",
        "customer_asked",
    ]
    assert sellers[0]["fault"] == "seller"
    assert "your performance ratings" in sellers[0]["consequence"]
    assert "changed_mind" in [row["code"] for row in customers]
    assert not any({"fault", "consequence"} & set(row) for row in customers)
    kinds = {row["kind"] for row in Program(customer).get("reasons/").json()["results"]}
    assert kinds == {"cancel", "return"}
    rejections = seller.get("reasons/", kind="rejection").json()["results"]
    assert "as_described" in [row["code"] for row in rejections]


def test_an_admin_reads_the_policy(order, customer):
    admin = Program(make_owner(), "settings:read")
    before = admin.get("cancellation-policy/").json()
    assert before == {
        "up_to_status": "ready_to_ship",
        "within_minutes": None,
        "up_to_amount": None,
        "answer_within": {"amount": 2, "unit": "calendar_days"},
        "silence": "approve",
    }

    hold(order, customer, select(items_of(order)[0]))

    assert admin.get("cancellation-policy/").json()["up_to_amount"] == {
        "amount": 1,
        "currency": "EUR",
    }


def test_a_decided_case_allows_nothing_more_to_its_customer(order, customer):
    [request] = cancel(order, customer, select(items_of(order)[0]))

    seen = Program(customer).get(f"cancellations/{request.case.number}/").json()

    assert seen["allowed_actions"] == []
