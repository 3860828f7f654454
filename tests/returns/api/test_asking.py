"""Asking for a return, and for its estimate."""

from uuid import uuid4

import pytest

from returns.models import ReturnRequest
from tests.factories import (
    make_customer,
    make_order,
)
from tests.people import Program
from tests.returns.acts import policy
from tests.returns.api.programs import BOTH, ask, euro, wanted

pytestmark = pytest.mark.django_db


def test_a_customer_asks_is_told_all_and_the_order_says_so(customer):
    before = customer.get("orders/FH-1/").json()

    made = ask(customer, wanted(note="The glaze is blue."))

    assert before["allowed_actions"] == ["return"]
    assert (made["status"], made["origin"], made["order"]) == ("waiting", "customer", "FH-1")
    assert (made["wish"], made["pay_to"]) == ("refund", "original")
    assert made["estimate"] == euro(2500)
    [item] = made["items"]
    assert item["reason"]["code"] == "not_as_described"
    assert (item["note"], item["status"], item["goods_back"]) == (
        "The glaze is blue.",
        "waiting",
        True,
    )
    assert made["parcel"] is None
    assert made["dispute"] is None
    assert made["allowed_actions"] == ["withdraw", "write"]
    after = customer.get("orders/FH-1/").json()
    mugs, bowl = (line["items"][0] for line in after["lines"])
    assert (mugs["open_request"], mugs["allowed_actions"]) == (made["number"], [])
    assert bowl["allowed_actions"] == ["return"]


def test_the_estimate_is_what_is_asked_for_and_writes_nothing(customer):
    policy(return_shipping_fee=400)
    content = {"items": [wanted(quantity=1, reason="does_not_fit")]}

    answer = customer.post("orders/FH-1/return-estimates/", content)

    told = answer.json()
    assert answer.status_code == 200
    assert told["total"] == euro(850)
    [item] = told["items"]
    lines = {line["component"]: line["amount"]["amount"] for line in item["lines"]}
    assert lines == {"product": 1000, "shipping": 250, "return_shipping": -400}
    assert told["payments"] == [{"method": "credit_card", "amount": euro(850)}]
    assert not ReturnRequest.objects.exists()
    assert ask(customer, *content["items"])["estimate"] == told["total"]


def test_a_replayed_key_makes_one_return(customer):
    key, content = str(uuid4()), {"items": [wanted()]}

    first, second = (customer.post("orders/FH-1/returns/", content, key) for _ in range(2))

    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert ReturnRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        (wanted(item="9.9"), "/items/0/item", "unknown_item"),
        (wanted(quantity=3), "/items/0/quantity", "quantity_not_left"),
        (wanted(quantity=0), "/items/0/quantity", "min_value"),
        (wanted(reason="changed_mood"), "/items/0/reason", "reason_not_allowed"),
        (wanted(reason="arrived_damaged"), "/items/0/files", "evidence_required"),
        (wanted(files=["no-key"]), "/items/0/files/0", "unknown_file"),
        (wanted(files=[str(uuid4())]), "/items/0/files/0", "unknown_file"),
        (wanted(colour="red"), "/items/0/colour", "unknown_field"),
    ],
)
def test_bad_input_gets_a_problem_that_points_at_it(customer, item, pointer, code):
    answer = customer.post("orders/FH-1/returns/", {"items": [item]})

    assert answer.status_code in (400, 409)
    assert {"pointer": pointer, "code": code}.items() <= answer.json()["errors"][0].items()
    assert not ReturnRequest.objects.exists()


def test_a_seller_may_not_ask(seller):
    answer = seller.post("orders/FH-1/returns/", {"items": [wanted()]})

    assert answer.status_code == 403


def test_what_has_not_shipped_is_told_to_cancel():
    program = Program(make_customer(make_order(number="FH-1")), "orders:read", *BOTH)

    answer = program.post("orders/FH-1/returns/", {"items": [wanted()]})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_returnable")
    assert answer.json()["allowed_actions"] == ["cancel"]
