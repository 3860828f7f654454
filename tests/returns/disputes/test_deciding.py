"""The decision: what is paid for each item, when, and who decides."""

import pytest

from core.actors import Rank
from core.deadlines.operations import handle_passed
from core.errors import InvalidInput, NotAllowed, Problems
from refunds.models import RefundLine, RefundPlan
from refunds.returning import MoreThanLeft
from returns.dispute_policies import NotInDispute
from returns.goods_policies import Received
from returns.models import Decision
from returns.operations import (
    DecidedLine,
    appeal,
    decide,
    price_decision,
    receive,
    state_side,
)
from tests.factories import items_of, make_member, make_owner
from tests.returns.acts import (
    answers,
    asked,
    deliver_all,
    fresh,
    item_states,
    let_time_pass,
    pay,
    plans,
    policy,
    running,
)
from tests.returns.disputes.acts import entries, now, reject, rule

pytestmark = pytest.mark.django_db


def test_the_customer_is_heard_before_anything_but_all_is_decided(dispute, owner):
    for outcome in ("none", "partial"):
        with pytest.raises(NotInDispute) as refused:
            rule(dispute, outcome, owner, 100)
        assert refused.value.allowed == ["full"]
    rule(dispute, "full", owner)
    assert now(dispute).status == "closed"
    assert running() == []


def test_all_is_paid_back_to_the_cent_without_the_goods(heard, request_, owner):
    rule(heard, "full", owner)
    assert answers(request_) == {"1.1": "approved", "2.1": "approved"}
    assert item_states(heard.order) == {"1.1": "returned", "2.1": "returned"}
    assert plans(request_) == [(1, "at_once", 2800, True)]
    pay(request_)
    deliver_all()
    assert fresh(request_).case.status == "completed"


def test_a_part_is_paid_back_and_the_customer_keeps_it(heard, request_, owner):
    rule(heard, "partial", owner, 1234, 0, fault="carrier")
    assert answers(request_) == {"1.1": "settled", "2.1": "rejected"}
    assert item_states(heard.order) == {"1.1": "delivered", "2.1": "delivered"}
    assert plans(request_) == [(1, "at_once", 1234, True)]
    decision = Decision.objects.get()
    assert (decision.fault, decision.round, decision.goods_back) == ("carrier", 1, False)
    assert list(decision.lines.order_by("entry").values_list("amount", flat=True)) == [1234, 0]
    pay(request_)
    deliver_all()
    assert fresh(request_).case.status == "approved"  # it may be appealed
    let_time_pass("return.appeal")
    assert handle_passed() == 1
    deliver_all()
    assert (now(heard).status, fresh(request_).case.status) == ("closed", "completed")


def test_commission_goes_back_in_proportion_over_both_decisions(heard, request_, owner, customer):
    rule(heard, "partial", owner, 777, 0)
    appeal(now(heard), text="Too little.", actor=customer)
    rule(now(heard), "full", owner)
    lines = RefundLine.objects.filter(plan__case=request_.case_id, item__number="1.1")
    assert sum(line.amount for line in lines) == 2500
    item = items_of(heard.order)[0]
    assert sum(line.commission for line in lines) == item.commission


def test_money_waits_where_the_goods_come_back(heard, request_, owner, assert_invariants):
    policy(return_shipping_fee=499)
    rule(heard, "full", owner, goods_back=True, shipping_paid_by="customer")
    assert plans(request_) == [(1, "on_receipt", 2800 - 499, False)]
    assert running() == ["return.send_goods"]
    mugs, bowl = entries(heard)
    parcel = request_.case.return_parcel
    receive(parcel, units=[Received(mugs, "ok", 2), Received(bowl, "ok", 1)], actor=owner)
    assert plans(request_) == [(1, "on_receipt", 2301, True)]
    assert item_states(heard.order) == {"1.1": "returned", "2.1": "returned"}
    pay(request_)
    deliver_all()
    assert_invariants()


def test_goods_that_are_decided_back_and_never_sent_are_not_paid(heard, request_, owner):
    rule(heard, "partial", owner, 2000, 0, goods_back=True)
    assert plans(request_) == [(1, "on_receipt", 2000, False)]
    let_time_pass("return.send_goods")
    handle_passed()
    assert plans(request_) == []
    let_time_pass("return.appeal")
    handle_passed()
    deliver_all()
    assert fresh(request_).case.status == "closed"


def test_nothing_is_paid_and_the_rejection_stands(heard, request_, owner, order, customer):
    rule(heard, "none", owner, fault="customer")
    assert answers(request_) == {"1.1": "rejected", "2.1": "rejected"}
    assert (plans(request_), now(heard).status) == ([], "decided")
    let_time_pass("return.appeal")
    handle_passed()
    deliver_all()
    assert (now(heard).status, fresh(request_).case.status) == ("closed", "rejected")
    with pytest.raises(Problems, match="final"):
        asked(order)


def test_what_the_page_foretells_is_what_is_decided(heard, owner):
    policy(return_shipping_fee=250)
    terms = {"outcome": "full", "goods_back": True, "shipping_paid_by": "customer"}
    told = [one.amount for one in price_decision(heard, **terms)]
    assert not Decision.objects.exists()
    decision = rule(heard, actor=owner, **terms)
    assert told == list(decision.lines.order_by("entry").values_list("amount", flat=True))
    assert sum(told) == RefundPlan.objects.get().total == 2550


def test_refused_with_each_problem_at_its_place_and_nothing_written(heard, owner):
    with pytest.raises(Problems) as refused:
        decide(
            heard,
            outcome="most",
            fault="nobody",
            shipping_paid_by="",
            note=" ",
            internal_note="x" * 1001,
            actor=owner,
        )
    assert [problem.field for problem in refused.value.problems] == [
        "outcome",
        "fault",
        "shipping_paid_by",
        "note",
        "internal_note",
    ]
    with pytest.raises(MoreThanLeft) as refused:
        rule(heard, "partial", owner, 100, 301)
    assert (refused.value.field, refused.value.allowed) == ("lines/1/amount", ["0", "300"])
    with pytest.raises(MoreThanLeft):
        rule(heard, "partial", owner, -1)
    with pytest.raises(InvalidInput, match="Say how much"):
        rule(heard, "partial", owner, 0, 0)
    unknown = [DecidedLine(entries(heard)[0], 1), DecidedLine(entries(heard)[0], 1)]
    with pytest.raises(Problems) as refused:
        price_decision(heard, outcome="partial", lines=[*unknown, DecidedLine(0, 1)])
    assert [one.field for one in refused.value.problems] == ["lines/1/item", "lines/2/item"]
    assert not Decision.objects.exists()
    assert now(heard).status == "deciding"


def test_who_decides(heard, customer):
    seller, employee = make_member(heard.seller), make_owner(Rank.EMPLOYEE)
    for actor in (customer, seller, employee):
        with pytest.raises(NotAllowed):
            rule(heard, "none", actor)


def test_not_while_the_seller_still_has_items_to_answer(request_, owner, customer):
    _mugs, bowl = [item.pk for item in items_of(request_.case.order)]
    dispute = state_side(reject(request_, [bowl]), text="Look.", actor=customer)
    with pytest.raises(NotInDispute, match="seller's answer"):
        rule(dispute, "full", owner)
