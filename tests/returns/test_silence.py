"""What silence means for a return; each once, however often anybody looks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.deadlines.operations import handle_passed
from returns.operations import NotDecidable, approve_items, make_offer, withdraw_return
from tests.factories import items_of, line, make_customer, make_member, make_owner
from tests.returns.acts import (
    ask,
    asked,
    clocks,
    delivered_order,
    events,
    fresh,
    let_time_pass,
    plans,
    policy,
    running,
    select,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return delivered_order()


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, "manager")


def test_silence_approves(order, assert_invariants):
    request = asked(order)
    let_time_pass()

    assert (handle_passed(), handle_passed()) == (1, 0)

    assert fresh(request).case.status == "approved"
    entry = request.items.first()
    assert (entry.decided_rule, entry.decided_by_role, entry.decided_by) == (
        "silence",
        "system",
        None,
    )
    assert plans(request) == [(1, "on_receipt", 2800, False)]
    assert running() == ["return.send_goods"]
    assert_invariants()


def test_silence_decides_only_what_is_left(order, seller):
    request = asked(order)
    mugs, _bowl = items_of(order)
    approve_items(request, [mugs.pk], actor=seller)
    let_time_pass()

    handle_passed()

    rules = list(request.items.order_by("pk").values_list("decided_rule", flat=True))
    assert rules == ["", "silence"]


def test_up_to_the_limit_silence_approves_and_above_it_the_marketplace_is_asked(order, seller):
    policy(silence_approves_up_to=2799)
    request = asked(order)
    let_time_pass()

    assert (handle_passed(), handle_passed()) == (1, 0)

    request = fresh(request)
    assert (request.case.status, request.held_by) == ("waiting", "above_silence_limit")
    assert running() == ["return.escalated"]
    assert request.case.due_at == clocks().open().get().due_at > timezone.now() + timedelta(days=1)
    assert "return.escalated" in events(order)
    with pytest.raises(NotDecidable, match="marketplace decides"):
        approve_items(request, actor=seller)
    with pytest.raises(NotDecidable):
        make_offer(request, item_id=items_of(order)[0].pk, amount=5, actor=seller)

    approve_items(request, actor=make_owner("manager"))

    assert fresh(request).held_by == ""
    assert running() == ["return.send_goods"]


def test_exactly_the_limit_is_approved(order):
    policy(silence_approves_up_to=2800)
    request = asked(order)
    let_time_pass()

    handle_passed()

    assert fresh(request).case.status == "approved"


def test_the_limit_counts_also_where_no_money_is_wished_for(order):
    policy(silence_approves_up_to=2799)
    request = asked(order, wish="exchange")
    let_time_pass()

    handle_passed()

    assert fresh(request).held_by == "above_silence_limit"


def test_a_limit_in_another_currency_says_nothing():
    order = delivered_order(currency="USD", lines=[line(quantity=1, unit_price=9000)])
    policy(silence_approves_up_to=1)
    request = asked(order)
    let_time_pass()

    handle_passed()

    assert fresh(request).case.status == "approved"


def test_the_marketplaces_silence_approves_whatever_the_amount(order, assert_invariants):
    policy(silence_approves_up_to=1)
    request = asked(order)
    let_time_pass()
    handle_passed()
    let_time_pass()

    assert (handle_passed(), handle_passed()) == (1, 0)

    assert fresh(request).case.status == "approved"
    assert_invariants()


def test_a_rule_that_escalates_asks_the_marketplace_first(order):
    request = asked(order)
    let_time_pass(action="escalate")

    handle_passed()

    assert fresh(request).held_by == "escalated"
    let_time_pass(action="escalate")
    handle_passed()
    assert fresh(request).case.status == "approved"


def test_an_offer_by_the_marketplace_gives_its_clock_back(order):
    policy(silence_approves_up_to=1)
    request = asked(order)
    let_time_pass()
    handle_passed()
    owner = make_owner()
    make_offer(request, item_id=items_of(order)[0].pk, amount=5, actor=owner)
    assert running() == ["return.offer"]
    let_time_pass()

    handle_passed()

    assert running() == ["return.escalated"]
    assert fresh(request).held_by == "above_silence_limit"


def test_while_an_offer_is_open_silence_means_nothing(order, seller):
    request = asked(order)
    make_offer(request, item_id=items_of(order)[0].pk, amount=5, actor=seller)
    let_time_pass("return.answer")

    assert handle_passed() == 0
    assert fresh(request).case.status == "waiting"


def test_answered_in_time_nothing_happens(order):
    customer = make_customer(order)
    request = ask(order, customer, select(items_of(order)[0]))
    withdraw_return(request, actor=customer)
    let_time_pass()

    assert handle_passed() == 0
    assert fresh(request).case.status == "withdrawn"
