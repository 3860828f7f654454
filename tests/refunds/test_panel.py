"""What the order pages show of refund plans, and to whom."""

import re

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import strip_tags

from refunds.models import RefundPlan
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
from tests.people import signed_in
from tests.refunds.conftest import plan_for, sweep

pytestmark = pytest.mark.django_db


def panel(order, actor) -> str:
    request = RequestFactory().get("/")
    request.actor = actor
    page = Template("{% load refunds %}{% refund_plans_panel order %}")
    return page.render(Context({"request": request, "order": order}))


def words(order, actor) -> str:
    html = panel(order, actor)
    assert "<c-" not in html
    return re.sub(r"\s+", " ", strip_tags(html))


def test_the_arithmetic_stands_line_by_line():
    order = make_order(lines=[line(make_seller(), 2, 1000, 300, 500, name="Speckled mug")])
    plan = plan_for(order)
    shown = words(order, make_owner())
    for expected in (
        plan.number,
        "2 × Speckled mug",
        "20.00",
        "−3.00",
        "5.00",
        "22.00",
        "Approved",
    ):
        assert expected in shown
    assert "To Credit card" in shown
    assert plan.case.number in shown


def test_what_was_never_captured_is_said():
    order = make_order(lines=[line(make_seller(), 1, 1000)], payments=[("credit_card", 900)])
    plan_for(order)
    shown = words(order, make_owner())
    assert "Never captured" in shown
    assert "−1.00" in shown


def test_a_seller_sees_own_plans_and_no_payments():
    mine, other = make_seller(), make_seller()
    order = make_order(lines=[line(mine, name="Mug"), line(other, name="Towel")])
    one, two = items_of(order)
    plan, foreign = plan_for(order, {one.pk: 1}), plan_for(order, {two.pk: 1})
    shown = words(order, make_member(mine))
    assert plan.number in shown
    assert foreign.number not in shown
    assert "Towel" not in shown
    assert "Credit card" not in shown


def test_nothing_yet_is_said_to_the_console_and_not_to_the_customer():
    order = make_order()
    assert "No refund plans" in words(order, make_owner())
    assert words(order, make_customer(order)).strip() == ""


@pytest.mark.django_db(transaction=True)
def test_the_owner_reads_the_providers_words_and_may_pay_again(client, provider):
    order = make_order()
    plan = plan_for(order)
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    owner = make_owner()
    shown = words(order, owner)
    assert "The card&#x27;s bank refuses this refund." in shown
    assert "Pay again" in shown
    customer = words(order, make_customer(order))
    assert "bank refuses" not in customer
    assert "Pay again" not in customer
    address = f"/owner/refund-plans/{plan.number}/retries/"
    assert signed_in(client, owner).post(address).status_code == 302
    sweep()
    plan.refresh_from_db()
    assert plan.status == "completed"


def test_an_employee_of_the_marketplace_does_not_pay_again(client):
    plan = plan_for(make_order())
    RefundPlan.objects.filter(pk=plan.pk).update(status="failed", payable_at=None)
    employee = make_owner("employee")
    assert "Pay again" not in words(plan.order, employee)
    answer = signed_in(client, employee).post(f"/owner/refund-plans/{plan.number}/retries/")
    assert answer.status_code == 403


def test_other_surfaces_cannot_pay_again(client):
    seller = make_seller()
    plan = plan_for(make_order(sellers=[seller]))
    answer = signed_in(client, make_member(seller)).post(
        f"/owner/refund-plans/{plan.number}/retries/"
    )
    assert answer.status_code == 404


def test_a_panel_costs_the_same_with_one_plan_and_with_many(django_assert_max_num_queries):
    order = make_order(lines=[line(make_seller(), 6, 1000)])
    owner = make_owner()
    for _ in range(5):
        [item] = order.items.filter(open_case=None)
        plan_for(order, {item.pk: 1})
    with django_assert_max_num_queries(4):
        panel(order, owner)
