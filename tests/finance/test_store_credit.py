"""Store credit: given instead of money, spent on another order, never more than there is."""

import pytest
from django.db import transaction

from core.actors import IMPORTER
from core.errors import Problems
from finance.credit import store_credit_of
from finance.models import Account, LedgerTransaction
from orders.models import Customer, Order
from orders.operations.tender import CreditNotLeft
from refunds.models import RefundAttempt
from refunds.operations import execute_plan
from tests.factories import items_of, line, make_order, make_seller
from tests.refunds.conftest import plan_for

pytestmark = pytest.mark.django_db


def give_credit(amount: int, customer: str = "marta", currency: str = "EUR") -> Customer:
    """This customer returned something for store credit."""
    order = make_order(lines=[line(make_seller(), 1, amount)], customer=customer, currency=currency)
    execute_plan(plan_id=plan_for(order, pay_to="store_credit").pk)
    return order.customer


def pays(amount: int, credit: int, *, customer: str = "marta", **fields) -> Order:
    return make_order(
        lines=[line(make_seller(), 1, amount)],
        payments=[("credit_card", amount - credit), ("store_credit", credit)],
        customer=customer,
        **fields,
    )


def balance(kind: str) -> int:
    return sum(Account.objects.filter(kind=kind).values_list("balance", flat=True))


def test_a_refund_becomes_credit_and_the_provider_keeps_the_money(assert_invariants):
    customer = give_credit(1000)
    assert store_credit_of(customer.pk) == {"EUR": 1000}
    assert balance("provider") == 1000
    assert balance("store_credit") == -1000
    assert (balance("seller_pending"), balance("commission")) == (0, 0)
    [attempt] = RefundAttempt.objects.all()
    assert (attempt.status, attempt.part.plan.status) == ("succeeded", "completed")
    assert attempt.provider_reference == f"SC-{attempt.idempotency_key}"
    assert_invariants()


def test_credit_pays_for_another_order(assert_invariants):
    customer = give_credit(1000)
    order = pays(1500, 400)
    assert order.captured == 1500
    assert store_credit_of(customer.pk) == {"EUR": 600}
    # 10.00 stayed from the first order; 11.00 came in by card for the second.
    assert balance("provider") == 2100
    assert_invariants()


def test_more_than_is_left_is_refused_by_the_payment_and_nothing_is_placed():
    give_credit(1000)
    with pytest.raises(CreditNotLeft) as refused:
        pays(1500, 1001, number="TOO-MUCH")
    assert (refused.value.field, refused.value.allowed) == ("payments/1/amount", ["1000"])
    assert not Order.objects.filter(number="TOO-MUCH").exists()


def test_several_payments_of_one_order_share_what_is_left():
    give_credit(1000)
    with pytest.raises(Problems) as refused:
        make_order(
            lines=[line(make_seller(), 1, 3000)],
            payments=[("store_credit", 900), ("store_credit", 1100), ("store_credit", 1000)],
            customer="marta",
        )
    assert [problem.allowed for problem in refused.value.problems] == [["100"], ["100"]]


@pytest.mark.parametrize("other", [{"customer": "somebody else"}, {"currency": "USD"}])
def test_credit_is_of_one_customer_and_one_currency(other):
    give_credit(1000)
    with pytest.raises(CreditNotLeft):
        pays(1500, 1, **other)


def test_the_same_order_again_spends_nothing():
    customer = give_credit(1000)
    seller = make_seller("twice")
    for _time in range(2):
        make_order(
            number="TWICE",
            lines=[line(seller, 1, 500)],
            payments=[("store_credit", 500)],
            customer="marta",
        )
    assert store_credit_of(customer.pk) == {"EUR": 500}


def test_an_imported_past_spends_no_credit():
    customer = give_credit(1000)
    pays(500, 500, actor=IMPORTER)
    assert store_credit_of(customer.pk) == {"EUR": 1000}
    assert not LedgerTransaction.objects.filter(kind="store_credit").exists()


def test_what_was_paid_with_credit_goes_back_to_credit(refund_gateway_is_silent):
    customer = give_credit(1000)
    order = pays(600, 600)
    assert store_credit_of(customer.pk) == {"EUR": 400}
    plan = plan_for(order)
    assert (plan.pay_to, plan.gateway) == ("original", "store_credit")
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.status == "completed"
    assert store_credit_of(customer.pk) == {"EUR": 1000}


@pytest.mark.django_db(transaction=True)
def test_a_card_gives_back_to_the_card_and_credit_to_credit(refund_gateway_is_silent):
    customer = give_credit(1000)
    order = pays(600, 200)
    plan = plan_for(order)
    assert plan.gateway == "simulator"
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert store_credit_of(customer.pk) == {"EUR": 1000}
    statuses = dict(
        RefundAttempt.objects.filter(part__plan=plan).values_list("part__payment__method", "status")
    )
    assert statuses == {"store_credit": "succeeded", "credit_card": "unknown"}
    assert plan.status == "processing"


def test_a_card_s_money_can_become_credit_in_one_transaction(refund_gateway_is_silent):
    order = make_order(lines=[line(make_seller(), 2, 500)])
    [item] = items_of(order)
    plan = plan_for(order, {item.pk: 1}, pay_to="store_credit")
    with transaction.atomic():
        execute_plan(plan_id=plan.pk)
    assert store_credit_of(order.customer_id) == {"EUR": 500}
    execute_plan(plan_id=plan.pk)
    assert store_credit_of(order.customer_id) == {"EUR": 500}


@pytest.fixture
def refund_gateway_is_silent(settings):
    """No provider answers; who needs none notices nothing."""
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
