"""Large refunds need a second person: above which amount, and who that may be."""

from functools import partial

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from core.actors import SYSTEM
from core.errors import InvalidInput, NotAllowed
from core.events.models import Delivery, Event
from refunds.models import RefundApprovalRule, RefundAttempt, RefundPlan
from refunds.operations import (
    approve_plan,
    approve_second,
    due_plans,
    execute_plan,
    set_approval_rule,
)
from refunds.policies import NothingToAgree, SamePerson
from tests.concurrency.threads import at_once
from tests.factories import make_customer, make_member, make_order, make_owner, make_seller
from tests.people import signed_in, user_of
from tests.refunds.conftest import paid_of, plan_for, sweep

pytestmark = pytest.mark.django_db
TOTAL = 2500  # of make_order()


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def rule(amount: int | None, currency: str = "EUR") -> None:
    set_approval_rule(currency=currency, amount=amount, actor=make_owner())


@pytest.mark.parametrize(
    ("amount", "currency", "waits"),
    [
        (TOTAL - 1, "EUR", True),
        (TOTAL, "EUR", False),
        (None, "EUR", False),
        (0, "BRL", False),
        (0, "EUR", True),
    ],
)
@pytest.mark.parametrize("status", ["waiting", "approved"])
def test_only_above_the_amount_of_its_currency_a_plan_waits(amount, currency, waits, status):
    rule(amount, currency)
    plan = plan_for(make_order(), status=status)
    if status == "waiting":
        assert not plan.needs_second_approval
        approve_plan(plan, actor=SYSTEM)
    plan.refresh_from_db()
    assert plan.needs_second_approval is waits
    assert due_plans() == ([] if waits else [plan.pk])


def test_a_zero_plan_never_waits():
    rule(0)
    order = make_order(lines=[{"seller": make_seller(), "unit_price": 0, "quantity": 1}])
    assert not plan_for(order).needs_second_approval


def test_a_plan_that_waits_is_not_paid_even_when_told_to():
    rule(0)
    plan = plan_for(make_order())
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.status == "approved"
    assert not RefundAttempt.objects.exists()


@pytest.mark.parametrize("columns", [{"status": "processing"}, {"status": "completed"}])
def test_the_database_refuses_to_pay_what_waits(columns):
    rule(0)
    plan = plan_for(make_order())
    with pytest.raises(IntegrityError, match="plan_not_paid_before_agreed"), transaction.atomic():
        RefundPlan.objects.filter(pk=plan.pk).update(**columns)


@pytest.mark.parametrize("column", ["requested_by", "approved_by"])
def test_the_database_refuses_the_same_person_twice(column):
    user = user_of(make_owner())
    plan = plan_for(make_order())
    with pytest.raises(IntegrityError, match="plan_second_person"), transaction.atomic():
        RefundPlan.objects.filter(pk=plan.pk).update(**{column: user, "second_approved_by": user})


@pytest.mark.django_db(transaction=True)
def test_another_person_agrees_and_it_is_paid(provider):
    rule(1000)
    first, second = make_owner(), make_owner("manager")
    plan = plan_for(make_order(), actor=first)
    with pytest.raises(SamePerson):
        approve_second(plan, actor=first)
    sweep()
    assert paid_of(provider, plan) == 0

    approve_second(plan, actor=second)
    [noted] = Event.objects.filter(type="refund_plan.second_approved")
    assert (noted.actor_user_id, noted.data["total"]) == (second.user_id, TOTAL)
    assert Delivery.objects.filter(event=noted, subscriber="refunds.subscribers.pay_soon").exists()
    sweep()
    plan.refresh_from_db()
    assert (plan.status, plan.second_approved_by_id) == ("completed", second.user_id)
    assert paid_of(provider, plan) == TOTAL
    with pytest.raises(NothingToAgree):
        approve_second(plan, actor=make_owner())


def test_who_asked_for_it_is_not_the_second_person_either():
    """The policy approves by itself what somebody of the marketplace asked for."""
    rule(0)
    asking = make_owner()
    plan = plan_for(make_order(), actor=asking, status="waiting")
    approve_plan(plan, actor=SYSTEM)
    with pytest.raises(SamePerson):
        approve_second(plan, actor=asking)
    approve_second(plan, actor=make_owner())
    assert not plan.needs_second_approval


def test_only_managers_of_the_marketplace_agree():
    rule(0)
    seller = make_seller()
    order = make_order(sellers=[seller])
    plan = plan_for(order)
    people = [make_owner("employee"), make_member(seller), make_customer(order), SYSTEM]
    for actor in people:
        with pytest.raises(NotAllowed):
            approve_second(plan, actor=actor)
    plan.refresh_from_db()
    assert plan.needs_second_approval


@pytest.mark.parametrize("actor", [SYSTEM, "manager"])
def test_only_an_admin_sets_the_amount(actor):
    actor = make_owner(actor) if actor == "manager" else actor
    with pytest.raises(NotAllowed):
        set_approval_rule(currency="EUR", amount=1, actor=actor)
    assert not RefundApprovalRule.objects.exists()


@pytest.mark.parametrize(("currency", "amount"), [("XX9", 1), ("EUR", -1)])
def test_a_rule_that_cannot_be_meant_is_refused(currency, amount):
    with pytest.raises(InvalidInput):
        set_approval_rule(currency=currency, amount=amount, actor=make_owner())


def test_a_new_rule_replaces_the_old_one_and_is_recorded():
    rule(5)
    rule(9)
    assert list(RefundApprovalRule.objects.values_list("currency", "amount")) == [("EUR", 9)]
    changes = Event.objects.filter(type="refund_approval_rule.changed").order_by("pk")
    assert [event.data["amount"] for event in changes] == [5, 9]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_second_persons_at_once_are_one_and_it_is_paid_once(provider):
    rule(0)
    plans = [plan_for(make_order()) for _round in range(5)]
    for plan in plans:
        people = [make_owner() for _ in range(3)]
        results = at_once(
            *[partial(approve_second, RefundPlan.objects.get(pk=plan.pk), actor=p) for p in people],
            partial(execute_plan, plan_id=plan.pk),
        )
        refused = [result for result in results if result is not None]
        assert [type(result) for result in refused] == [NothingToAgree] * 2
        sweep()
        plan.refresh_from_db()
        assert plan.status == "completed"
        winner = plan.second_approved_by_id
        assert results[[p.user_id for p in people].index(winner)] is None
        assert paid_of(provider, plan) == TOTAL
    noted = Event.objects.filter(type="refund_plan.second_approved")
    assert noted.count() == len(plans)


class TestPages:
    def test_the_queue_lists_it_and_the_page_asks(self, client):
        rule(0)
        plan = plan_for(make_order(), actor=make_owner())
        second = make_owner()
        signed_in(client, second)
        listed = client.get("/owner/refund-plans/?queue=second_approval").content.decode()
        assert plan.number in listed
        address = f"/owner/refund-plans/{plan.number}/"
        shown = client.get(address).content.decode()
        assert "Waits for a second person" in shown
        assert "Approve and pay" in shown
        assert client.post(f"{address}second-approval/")["Location"] == address
        assert "Waits for a second person" not in client.get(address).content.decode()
        assert plan in RefundPlan.objects.due()

    def test_the_first_person_is_not_asked_and_is_told_why(self, client):
        rule(0)
        first = make_owner()
        plan = plan_for(make_order(), actor=first)
        address = f"/owner/refund-plans/{plan.number}/"
        shown = signed_in(client, first).get(address).content.decode()
        assert "somebody else must agree" in shown
        assert "Approve and pay" not in shown
        assert client.post(f"{address}second-approval/").status_code == 403

    def test_a_seller_reads_that_it_is_looked_at(self, client):
        rule(0)
        seller = make_seller()
        plan = plan_for(make_order(sellers=[seller]))
        member = signed_in(client, make_member(seller))
        shown = member.get(f"/seller/refund-plans/{plan.number}/").content.decode()
        assert "looks at it once more" in shown

    def test_the_amount_is_typed_as_people_write_it(self, client):
        signed_in(client, make_owner())
        address = "/owner/settings/refund-approval/"
        assert client.post(address, {"currency": "eur", "amount": "250.50"}).status_code == 302
        assert RefundApprovalRule.objects.get().amount == 25050
        assert "250.50" in client.get(address).content.decode()
        assert client.post(address, {"currency": "JPY", "amount": "0.5"}).status_code == 422
        assert client.post(address, {"currency": "EUR", "amount": ""}).status_code == 302
        assert RefundApprovalRule.objects.get().amount is None
