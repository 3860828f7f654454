"""Refund plans for programs: scoped, filtered, and telling each reader only what is theirs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from refunds.operations import execute_plan
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import bearer
from tests.refunds.conftest import plan_for

pytestmark = pytest.mark.django_db
LIST = "/api/v1/refund-plans/"


def read(client, actor, path=LIST, status=200):
    answer = client.get(path, headers=bearer(actor, "refunds:read"))
    assert answer.status_code == status, answer.content
    return answer.json()


def numbers(answer) -> set[str]:
    return {row["number"] for row in answer["results"]}


@pytest.fixture
def owner():
    return make_owner()


def test_a_plan_says_what_will_be_paid_back_and_why(client, owner):
    order = make_order(lines=[line(make_seller("kiln"), 2, 1000, 300, 500)], number="FH-1")
    plan = plan_for(order, status="waiting")
    [row] = read(client, owner)["results"]
    assert row["number"] == plan.number
    assert (row["type"], row["status"], row["order"], row["seller"]) == (
        "cancel",
        "waiting",
        "FH-1",
        "kiln",
    )
    assert row["total"] == {"amount": 2200, "currency": "EUR"}
    assert row["request"] == plan.case.number
    detail = read(client, owner, f"{LIST}{plan.number}/")
    amounts = [(line["component"], line["amount"]["amount"]) for line in detail["lines"]]
    assert amounts == [("product", 1700), ("shipping", 500)]
    assert detail["parts"] == [
        {
            "payment": 1,
            "payment_method": "credit_card",
            "amount": {"amount": 2200, "currency": "EUR"},
            "completed_at": None,
            "attempts": [],
        }
    ]


def test_a_seller_reads_own_plans_without_payment_parts(client):
    mine, other = make_seller(), make_seller()
    order = make_order(lines=[line(mine), line(other)])
    one, two = items_of(order)
    plan, foreign = plan_for(order, {one.pk: 1}), plan_for(order, {two.pk: 1})
    seller = make_member(mine)
    assert numbers(read(client, seller)) == {plan.number}
    detail = read(client, seller, f"{LIST}{plan.number}/")
    assert "parts" not in detail
    assert foreign.number not in str(detail)
    read(client, seller, f"{LIST}{foreign.number}/", status=404)


def test_a_customer_reads_parts_but_no_attempts(client):
    order = make_order()
    plan, foreign = plan_for(order), plan_for(make_order())
    customer = make_customer(order)
    assert numbers(read(client, customer)) == {plan.number}
    [part] = read(client, customer, f"{LIST}{plan.number}/")["parts"]
    assert part["amount"]["amount"] == plan.total
    assert "attempts" not in part
    read(client, customer, f"{LIST}{foreign.number}/", status=404)


@pytest.mark.django_db(transaction=True)
def test_the_owner_reads_every_attempt(client, provider):
    plan = plan_for(make_order())
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    [part] = read(client, make_owner(), f"{LIST}{plan.number}/")["parts"]
    [attempt] = part["attempts"]
    assert (attempt["status"], attempt["answer"]) == (
        "failed",
        "The card's bank refuses this refund.",
    )


def test_lists_are_narrowed_by_status_type_order_and_date(client, owner):
    waiting = plan_for(make_order(number="FH-7"), status="waiting")
    approved = plan_for(make_order())
    assert numbers(read(client, owner)) == {waiting.number, approved.number}
    for given, expected in [
        ({"status": "waiting"}, {waiting.number}),
        ({"status": ["waiting", "approved"]}, {waiting.number, approved.number}),
        ({"type": "refund"}, set()),
        ({"order": "FH-7"}, {waiting.number}),
        ({"created_after": "2100-01-01"}, set()),
        ({"created_before": "2100-01-01"}, {waiting.number, approved.number}),
    ]:
        answer = client.get(LIST, given, headers=bearer(owner, "refunds:read"))
        assert numbers(answer.json()) == expected, given


def test_a_filter_that_cannot_be_meant_is_named(client, owner):
    for given in ({"status": "paid"}, {"created_after": "soon"}, {"colour": "red"}):
        answer = client.get(LIST, given, headers=bearer(owner, "refunds:read"))
        assert answer.status_code == 400
        assert next(iter(given)) in answer.content.decode()


def test_another_scope_does_not_open_plans(client, owner):
    assert client.get(LIST).status_code == 401
    assert client.get(LIST, headers=bearer(owner, "orders:read")).status_code == 403


def test_a_list_costs_the_same_with_one_plan_and_with_many(client, owner):
    headers = bearer(owner, "refunds:read")
    plan_for(make_order())
    client.get(LIST, headers=headers)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST, headers=headers)
    for _ in range(9):
        plan_for(make_order())
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(LIST, headers=headers).json()["results"]) == 10
    assert len(many) == len(few)
