"""The Refund plans pages: who finds which plan, how it adds up, and what stands still."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from django.utils.html import strip_tags

from refunds.models import RefundAttempt, RefundPlan
from refunds.operations import execute_plan
from refunds.stuck import Cause, stuck_of
from tests.factories import items_of, line, make_member, make_order, make_owner, make_seller
from tests.people import signed_in
from tests.refunds.conftest import plan_for, sweep

pytestmark = pytest.mark.django_db
LATE = timedelta(minutes=16)


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def owner():
    return make_owner()


def words(client, actor, address, status=200) -> str:
    answer = signed_in(client, actor).get(address)
    assert answer.status_code == status
    html = answer.content.decode()
    assert "<c-" not in html
    return re.sub(r"\s+", " ", strip_tags(html.partition("<main")[2]))


def page_of(plan, surface="owner") -> str:
    return f"/{surface}/refund-plans/{plan.number}/"


def test_the_list_narrows_by_tab_search_and_filter(client, owner):
    seller = make_seller("kiln")
    waiting = plan_for(make_order(sellers=[seller], number="FH-1"), status="waiting")
    approved = plan_for(make_order(number="FH-22"))
    for query, found in [
        ("", {waiting, approved}),
        ("?status=waiting", {waiting}),
        ("?status=completed", set()),
        ("?search=fh-2", {approved}),
        (f"?search={waiting.number.lower()}", {waiting}),
        ("?seller=kiln", {waiting}),
        ("?gateway=external", set()),
        ("?type=cancel", {waiting, approved}),
        ("?created_before=2020-01-01", set()),
    ]:
        shown = words(client, owner, f"/owner/refund-plans/{query}")
        assert {plan for plan in (waiting, approved) if plan.number in shown} == found, query
    assert "A date such as" in words(client, owner, "/owner/refund-plans/?created_after=soon")


def test_the_list_is_paged_by_key(client, owner):
    order = make_order(lines=[line(make_seller(), 30, 1000)])
    for _ in range(27):
        [item] = order.items.filter(open_case=None)
        plan_for(order, {item.pk: 1}, status="waiting")
    first = signed_in(client, owner).get("/owner/refund-plans/?status=waiting")
    second = client.get("/owner/refund-plans/" + first.context["next_url"])
    shown = [row.plan.pk for page in (first, second) for row in page.context["plans"]]
    assert len(first.context["plans"]) == 25
    assert shown == sorted(RefundPlan.objects.values_list("pk", flat=True), reverse=True)
    [waiting] = [tab for tab in first.context["tabs"] if tab.label == "Waiting"]
    assert waiting.count == "27"


def test_a_seller_finds_own_plans_without_payments(client):
    mine, other = make_seller(), make_seller()
    order = make_order(lines=[line(mine, 1, name="Mug"), line(other, name="Towel")])
    one, two = items_of(order)
    plan, foreign = plan_for(order, {one.pk: 1}), plan_for(order, {two.pk: 1})
    member = make_member(mine)
    shown = words(client, member, "/seller/refund-plans/")
    assert plan.number in shown
    assert foreign.number not in shown
    assert "Stuck" not in shown
    shown = words(client, member, page_of(plan, "seller"))
    assert "Mug" in shown
    assert "Paid back to" not in shown
    assert "Credit card" not in shown
    words(client, member, page_of(foreign, "seller"), status=404)
    assert plan.number not in words(client, member, "/seller/refund-plans/?queue=stuck")


def test_the_arithmetic_stands_per_line_and_says_what_the_seller_is_charged(client, owner):
    order = make_order(
        lines=[line(make_seller(), 2, 1000, 300, 500, name="Speckled mug")],
        payments=[("credit_card", 2000)],
    )
    plan = plan_for(order)
    shown = words(client, owner, page_of(plan))
    lines = {each.component: each for each in plan.lines.all()}
    assert "2 × Speckled mug" in shown
    for part in (lines["product"], lines["shipping"]):
        assert f"{part.amount / 100:.2f}" in shown
    assert "Never captured" in shown
    assert "−3.00" in shown
    commission = lines["product"].commission
    assert f"−{commission / 100:.2f}" in shown
    assert f"{(2000 - commission) / 100:.2f}" in shown
    assert "Refund approved" in shown  # its timeline


@pytest.mark.django_db(transaction=True)
def test_a_refused_plan_says_so_frees_the_money_and_is_paid_again(client, provider, owner):
    plan = plan_for(make_order())
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    part = plan.parts.select_related("payment").get()
    assert part.payment.refund_reserved == 0
    shown = words(client, owner, page_of(plan))
    assert "The payment provider refused it. What was set aside for it is free again." in shown
    assert "The card&#x27;s bank refuses this refund." in shown
    assert "Nothing is set aside for this part any more" in shown
    assert str(part.attempts.get().idempotency_key) in shown
    stuck = words(client, owner, "/owner/refund-plans/?queue=stuck")
    assert plan.number in stuck
    assert "then pay again" in stuck

    answer = client.post(f"{page_of(plan)}retries/")
    assert answer["Location"] == page_of(plan)
    assert plan not in RefundPlan.objects.stuck()
    sweep()
    shown = words(client, owner, page_of(plan))
    assert "Paid back" in shown
    assert "Nothing is set aside" not in shown
    assert [attempt.status for attempt in part.attempts.order_by("attempt_no")] == [
        "failed",
        "succeeded",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_attempt_without_an_answer_is_stuck_after_a_quarter_of_an_hour(client, provider, owner):
    plan = plan_for(make_order())
    provider.fail("timeout_after_paying")
    execute_plan(plan_id=plan.pk)
    assert plan not in RefundPlan.objects.stuck()
    attempts = RefundAttempt.objects.filter(part__plan=plan)
    attempts.update(created_at=timezone.now() - LATE)
    assert plan in RefundPlan.objects.stuck()
    shown = words(client, owner, "/owner/refund-plans/?queue=stuck")
    assert "has not said since" in shown
    assert str(attempts.get().idempotency_key) in shown


def test_a_payable_plan_that_nobody_sends_is_stuck(owner):
    plan = plan_for(make_order())
    RefundPlan.objects.filter(pk=plan.pk).update(payable_at=timezone.now() - LATE)
    assert plan in RefundPlan.objects.stuck()
    [shown] = RefundPlan.objects.stuck().with_attempts(owner)
    assert stuck_of(shown).cause is Cause.NOT_SENT


def test_what_goes_its_way_is_not_stuck(owner):
    order = make_order(lines=[line(make_seller(), 3, 1000)])
    for status in ("waiting", "approved"):
        [item] = order.items.filter(open_case=None)
        plan_for(order, {item.pk: 1}, status=status)
    [item] = order.items.filter(open_case=None)
    outside = plan_for(order, {item.pk: 1})
    RefundPlan.objects.filter(pk=outside.pk).update(
        gateway="external", payable_at=timezone.now() - LATE
    )
    assert not RefundPlan.objects.stuck().exists()
    plans = RefundPlan.objects.with_attempts(owner)
    assert [stuck_of(plan) for plan in plans] == [None, None, None]


@pytest.mark.parametrize("address", ["", "?queue=stuck", "?status=failed"])
def test_the_list_costs_the_same_with_one_plan_and_with_many(
    client, owner, address, django_assert_max_num_queries
):
    order = make_order(lines=[line(make_seller(), 12, 1000)])
    signed_in(client, owner)
    costs = []
    for plans in (1, 9):
        for _ in range(plans):
            [item] = order.items.filter(open_case=None)
            plan_for(order, {item.pk: 1})
        RefundPlan.objects.update(status="failed", payable_at=None)
        cache.clear()
        with django_assert_max_num_queries(18) as asked:  # six are the tabs' counts
            client.get(f"/owner/refund-plans/{address}")
        costs.append(len(asked))
    assert costs[0] == costs[1]
