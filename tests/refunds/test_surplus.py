"""What was captured above an order's total: given back by the owner, once, and no seller pays."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from core.actors import SYSTEM
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from core.events.tasks import deliver
from finance.models import Account, LedgerTransaction
from refunds.models import OrderSurplus, RefundPlan
from refunds.operations import (
    SurplusNotLeft,
    execute_plan,
    refund_surplus,
    retry_plan,
    set_approval_rule,
    surplus_left,
)
from tests.concurrency.threads import at_once
from tests.factories import line, make_customer, make_member, make_order, make_owner, make_seller
from tests.people import bearer, signed_in
from tests.refunds.conftest import paid_of, plan_for, sweep

pytestmark = pytest.mark.django_db


def order_with_surplus(surplus: int = 70, **given):
    """Total 10.00, of one seller."""
    given.setdefault("payments", [("credit_card", 1000 + surplus)])
    return make_order(lines=[line(given.pop("seller", None), 1, 1000)], **given)


@pytest.fixture
def owner():
    return make_owner()


def test_a_plan_of_the_whole_order_is_made_approved_and_payable(owner):
    order = order_with_surplus()
    plan = refund_surplus(order=order, amount=50, actor=owner, note="Card interest")
    assert (plan.type, plan.status, plan.total) == ("surplus", "approved", 50)
    assert (plan.case, plan.seller, plan.seller_order) == (None, None, None)
    assert [part.amount for part in plan.parts.all()] == [50]
    assert not plan.lines.exists()
    assert surplus_left(order) == 20
    [begun] = Event.objects.filter(subject_type="refund_plan", subject_id=plan.pk)
    assert (begun.type, begun.seller_id) == ("refund_plan.approved", None)
    assert begun.data["note"] == "Card interest"


@pytest.mark.parametrize("amount", [71, 100_000])
def test_never_more_than_the_surplus(owner, amount):
    order = order_with_surplus()
    with pytest.raises(SurplusNotLeft) as refused:
        refund_surplus(order=order, amount=amount, actor=owner)
    assert refused.value.allowed == ["70"]
    assert not RefundPlan.objects.exists()


@pytest.mark.parametrize("amount", [0, -1])
def test_only_amounts_above_zero(owner, amount):
    with pytest.raises(InvalidInput):
        refund_surplus(order=order_with_surplus(), amount=amount, actor=owner)


def test_only_managers_of_the_marketplace():
    seller = make_seller()
    order = order_with_surplus(seller=seller)
    people = [make_owner("employee"), make_member(seller), make_customer(order), SYSTEM]
    for actor in people:
        with pytest.raises(NotAllowed):
            refund_surplus(order=order, amount=1, actor=actor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sound_money")
def test_it_is_paid_without_charging_a_seller(provider, owner):
    seller = make_seller()
    order = order_with_surplus(seller=seller)
    before = dict(Account.objects.filter(seller=seller).values_list("kind", "balance"))
    plan = refund_surplus(order=order, amount=70, actor=owner)
    sweep()
    plan.refresh_from_db()
    assert plan.status == "completed"
    assert paid_of(provider, plan) == 70
    assert OrderSurplus.objects.get().reserved == 70
    assert dict(Account.objects.filter(seller=None).values_list("kind", "balance")) == {
        "provider": 0,
        "surplus": 0,
    }
    assert dict(Account.objects.filter(seller=seller).values_list("kind", "balance")) == before
    for event in Event.objects.filter(type="refund_plan.completed"):
        for owed in event.deliveries.all():
            deliver(delivery_id=owed.pk)  # no request completes with it


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sound_money")
def test_items_and_surplus_together_give_back_all_that_was_captured(provider, owner):
    order = order_with_surplus(payments=[("voucher", 400), ("credit_card", 670)])
    surplus = refund_surplus(order=order, amount=70, actor=owner)
    items = plan_for(order)
    sweep()
    assert paid_of(provider, items) + paid_of(provider, surplus) == 1070
    assert not LedgerTransaction.objects.filter(order_id=order.pk, kind="other").exists()
    assert [payment.refund_reserved for payment in order.payments.order_by("pk")] == [400, 670]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sound_money")
def test_a_refusal_frees_it_and_it_is_paid_again(provider, owner):
    order = order_with_surplus()
    plan = refund_surplus(order=order, amount=70, actor=owner)
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    assert OrderSurplus.objects.get().reserved == 0
    with pytest.raises(SurplusNotLeft):  # still promised: it can be tried again
        refund_surplus(order=order, amount=1, actor=owner)
    plan.refresh_from_db()
    retry_plan(plan, actor=owner)
    sweep()
    assert OrderSurplus.objects.get().reserved == paid_of(provider, plan) == 70


def test_a_large_one_needs_a_second_person(owner):
    set_approval_rule(currency="EUR", amount=10, actor=owner)
    plan = refund_surplus(order=order_with_surplus(), amount=70, actor=owner)
    assert plan.needs_second_approval
    assert not RefundPlan.objects.due().exists()


@pytest.mark.parametrize(
    "columns", [{"reserved": 71}, {"reserved": -1}], ids=["too much", "below zero"]
)
def test_the_database_refuses_more_than_the_surplus(owner, columns):
    refund_surplus(order=order_with_surplus(), amount=1, actor=owner)
    with pytest.raises(IntegrityError, match="surplus_refund_within"), transaction.atomic():
        OrderSurplus.objects.update(**columns)


def test_the_database_refuses_a_plan_of_a_case_without_one():
    plan = plan_for(order_with_surplus())
    with pytest.raises(IntegrityError, match="plan_of_a_case"), transaction.atomic():
        RefundPlan.objects.filter(pk=plan.pk).update(case=None)
    with pytest.raises(IntegrityError, match="plan_of_a_case"), transaction.atomic():
        RefundPlan.objects.filter(pk=plan.pk).update(type="surplus")


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sound_money")
def test_refunds_at_once_never_give_back_more_than_there_is(provider):
    order = order_with_surplus(100)
    people = [make_owner() for _ in range(6)]
    results = at_once(
        *[partial(refund_surplus, order=order, amount=30, actor=person) for person in people]
    )
    assert sum(isinstance(result, SurplusNotLeft) for result in results) == 3
    sweep()
    assert OrderSurplus.objects.get().reserved == 90
    assert sum(paid_of(provider, plan) for plan in RefundPlan.objects.all()) == 90


class TestPages:
    def test_the_order_offers_it_and_the_form_makes_one_plan(self, client, owner):
        order = order_with_surplus()
        address = f"/owner/orders/{order.number}/surplus-refund/"
        signed_in(client, owner)
        assert address in client.get(f"/owner/orders/{order.number}/").content.decode()
        assert "0.70" in client.get(address).content.decode()
        answer = client.post(address, {"amount": "0.70", "note": "Interest"})
        plan = RefundPlan.objects.get()
        assert answer["Location"] == f"/owner/refund-plans/{plan.number}/"
        assert plan.total == 70
        page = client.get(answer["Location"]).content.decode()
        assert "no seller is charged" in page
        assert address not in client.get(f"/owner/orders/{order.number}/").content.decode()
        assert "Nothing of a surplus is left" in client.get(address).content.decode()

    @pytest.mark.parametrize("amount", ["0.71", "0", "0.001", "much"])
    def test_what_is_not_possible_is_said_at_the_amount(self, client, owner, amount):
        order = order_with_surplus()
        answer = signed_in(client, owner).post(
            f"/owner/orders/{order.number}/surplus-refund/", {"amount": amount, "note": "Interest"}
        )
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["amount"]

    def test_an_order_without_surplus_offers_nothing(self, client, owner):
        order = make_order()
        page = signed_in(client, owner).get(f"/owner/orders/{order.number}/").content.decode()
        assert "surplus-refund" not in page

    def test_the_api_shows_it_to_the_owner_and_not_to_sellers(self, client, owner):
        seller = make_seller()
        plan = refund_surplus(order=order_with_surplus(seller=seller), amount=70, actor=owner)
        address = f"/api/v1/refund-plans/{plan.number}/"
        told = client.get(address, headers=bearer(owner, "refunds:read")).json()
        assert (told["seller"], told["request"], told["request_kind"]) == (None, None, None)
        assert (told["type"], told["lines"], told["total"]["amount"]) == ("surplus", [], 70)
        member = make_member(seller)
        assert client.get(address, headers=bearer(member, "refunds:read")).status_code == 404
