"""The same store credit, spent and paid back at the same moment: never twice, never a deadlock."""

import pytest

from finance.credit import store_credit_of
from orders.models import Order
from orders.operations.tender import CreditNotLeft
from refunds.operations import execute_plan
from tests.concurrency.threads import at_once
from tests.factories import line, make_order, make_seller
from tests.finance.test_store_credit import give_credit
from tests.refunds.conftest import plan_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_credit_is_spent_once_by_two_orders_at_once():
    customer = give_credit(1000)
    seller = make_seller("shop")

    def spend() -> Order:
        return make_order(
            lines=[line(seller, 1, 700)], payments=[("store_credit", 700)], customer="marta"
        )

    results = at_once(spend, spend, spend)
    assert sum(isinstance(result, Order) for result in results) == 1
    refused = [result for result in results if isinstance(result, CreditNotLeft)]
    assert [refusal.allowed for refusal in refused] == [["300"], ["300"]]
    assert store_credit_of(customer.pk) == {"EUR": 300}


def test_spending_and_paying_back_wait_for_each_other():
    customer = give_credit(5000)
    seller = make_seller("shop")
    plans = [
        plan_for(make_order(lines=[line(seller, 1, 100)], customer="marta"), pay_to="store_credit")
        for _number in range(3)
    ]

    def spend() -> Order:
        return make_order(
            lines=[line(seller, 1, 200)], payments=[("store_credit", 200)], customer="marta"
        )

    acts = [lambda plan=plan: execute_plan(plan_id=plan.pk) for plan in plans]
    at_once(*acts, spend, spend, spend)
    assert store_credit_of(customer.pk) == {"EUR": 5000 + 3 * 100 - 3 * 200}
