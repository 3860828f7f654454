"""What a program is told that it may return is what the rules say to everybody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.deadlines.models import DeadlineRule
from orders.operations import lock_order, take_items
from orders.reading import whole_order
from returns.operations import accept_offer, approve_items, eligibility, make_offer
from returns.returnable import returnable
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner
from tests.returns.acts import ask, asked, delivered, delivered_order, failed, policy, select

pytestmark = pytest.mark.django_db


def told(order, actor) -> list[str]:
    return returnable(whole_order(actor, order.number))


def by_the_rules(order, actor) -> list[str]:
    return [one.item.number for one in eligibility(order, actor) if one.refusal is None]


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_what_arrived_may_be_returned_while_its_window_is_open():
    recent, old = delivered_order(), make_order()
    delivered(old, days_ago(20))
    waiting, undelivered = make_order(), make_order()
    failed(undelivered)

    for order, numbers in (
        (recent, ["1.1", "2.1"]),
        (old, []),
        (waiting, []),
        (undelivered, ["1.1"]),
    ):
        customer = make_customer(order)
        assert told(order, customer) == by_the_rules(order, customer) == numbers
    owner = make_owner()
    assert told(old, owner) == by_the_rules(old, owner) == ["1.1"]  # for a customer, also late
    assert told(recent, make_owner("employee")) == []
    assert told(recent, make_member(items_of(recent)[0].seller)) == []


def test_the_owners_policies_and_the_rule_of_the_step_are_asked():
    order = make_order(lines=[line(category="bed"), line(category="soap"), line()])
    delivered(order, days_ago(20))
    customer = make_customer(order)
    assert told(order, customer) == []

    policy(category="bed", window_days=60)
    policy(category="soap", window_days=0)
    assert told(order, customer) == by_the_rules(order, customer) == ["1.1"]

    DeadlineRule.objects.update_or_create(
        step="return.window",
        defaults={"amount": 30, "unit": "calendar_days", "on_expiry": "close"},
    )
    assert told(order, customer) == by_the_rules(order, customer) == ["1.1", "3.1"]


def test_a_part_of_a_package_arrived_with_it():
    order = delivered_order()
    lock_order(order.pk)
    mugs = items_of(order)[0]
    take_items(order, {mugs.pk: 1}, actor=make_owner())
    customer = make_customer(order)

    assert told(order, customer) == by_the_rules(order, customer)
    assert len(told(order, customer)) == 3


def test_what_was_answered_once_stays_answered():
    order = delivered_order()
    customer = make_customer(order)
    mugs, bowl = items_of(order)
    request = ask(order, customer, select(mugs))
    assert told(order, customer) == by_the_rules(order, customer) == ["2.1"]

    seller = make_member(bowl.seller)
    accept_offer(make_offer(request, item_id=mugs.pk, amount=100, actor=seller), actor=customer)

    assert told(order, customer) == by_the_rules(order, customer) == ["2.1"]
    approved = asked(delivered_order())
    approve_items(approved, actor=make_member(approved.case.seller))
    other = approved.case.order
    assert told(other, make_owner()) == by_the_rules(other, make_owner()) == []
