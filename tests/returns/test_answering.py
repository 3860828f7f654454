"""Confirm, reject, withdraw: item by item, and what follows for money, goods and the case."""

import pytest

from core.deadlines.operations import handle_passed
from core.errors import NotAllowed, Problems
from orders.models import Case, Reason
from orders.operations.items import UnknownItem
from orders.reasons import NoteRequired, ReasonNotAllowed
from refunds.models import RefundPlan
from returns.models import Dispute, ReturnEvidence, ReturnParcel
from returns.operations import (
    NotDecidable,
    Received,
    approve_items,
    complete_return,
    receive,
    reject_items,
    withdraw_return,
)
from returns.policies import EvidenceRequired, NotReturnable
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_owner,
    make_seller,
)
from tests.returns.acts import (
    answers,
    ask,
    asked,
    clocks,
    deliver_all,
    delivered_order,
    events,
    fresh,
    item_states,
    let_time_pass,
    pay,
    plans,
    policy,
    running,
    select,
    stored_file,
)

pytestmark = pytest.mark.django_db
REJECTION = {"reason_code": "as_described", "message": "It is as in the picture."}


@pytest.fixture
def order():
    return delivered_order()


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, "manager")


def test_confirmed_it_waits_for_its_goods_with_its_money_planned(order, seller, assert_invariants):
    request = asked(order)

    request = approve_items(request, actor=seller)

    assert request.case.status == "approved"
    assert plans(request) == [(1, "on_receipt", 2800, False)]
    parcel = ReturnParcel.objects.get()
    assert (parcel.status, parcel.send_by is not None) == ("awaited", True)
    assert item_states(order) == {"1.1": "delivered", "2.1": "delivered"}
    assert {item.open_case_id for item in items_of(order)} == {request.case_id}
    assert running() == ["return.send_goods"]
    assert clocks().get(step="return.answer").outcome == "approved"
    assert_invariants()


def test_the_plan_is_the_estimate_whatever_the_rules_have_become(order, seller):
    rule = policy(restocking_rate="0.1", return_shipping_fee=200)
    customer = make_customer(order)
    request = ask(
        order, customer, *[select(item, reason="does_not_fit") for item in items_of(order)]
    )
    rule.restocking_rate, rule.return_shipping_fee, rule.payable_when = "0.5", 900, "at_once"
    rule.save()
    Reason.objects.filter(code="does_not_fit").update(fault="seller", shipping_paid_by="seller")

    approve_items(request, actor=seller)

    assert request.estimate == 2800 - 200 - 30 - 200
    assert plans(request) == [(1, "on_receipt", request.estimate, False)]
    lines = RefundPlan.objects.get().lines.order_by("pk")
    assert [(one.component, one.amount) for one in lines if one.takes_away] == [
        ("restocking", -200),
        ("return_shipping", -200),
        ("restocking", -30),
    ]
    assert all(one.reason for one in lines if one.takes_away)


def test_where_nothing_has_to_come_back_money_leaves_at_once(order, seller, assert_invariants):
    policy(keep_goods_up_to=2800)
    request = asked(order, pay_to="store_credit")

    approve_items(request, actor=seller)

    assert item_states(order) == {"1.1": "returned", "2.1": "returned"}
    assert plans(request) == [(1, "at_once", 2800, True)]
    assert not ReturnParcel.objects.exists()
    pay(request)
    deliver_all()
    assert fresh(request).case.status == "completed"
    assert_invariants()


def test_money_at_once_and_money_on_receipt_are_two_plans_that_come_to_the_estimate(
    order, seller, assert_invariants
):
    policy(keep_goods_up_to=300, restocking_rate="0.1", return_shipping_fee=200)
    mugs, bowl = items_of(order)
    request = ask(
        order,
        make_customer(order),
        select(mugs, reason="does_not_fit"),
        select(bowl, reason="does_not_fit"),
    )

    approve_items(request, actor=seller)

    assert plans(request) == [(1, "at_once", 300, True), (2, "on_receipt", 2100, False)]
    assert request.estimate == 2400
    assert item_states(order) == {"1.1": "delivered", "2.1": "returned"}
    assert_invariants()


def test_at_once_by_rule_is_paid_before_the_goods_are_back(order, seller):
    policy(payable_when="at_once")
    request = asked(order, pay_to="store_credit")

    approve_items(request, actor=seller)
    pay(request)
    deliver_all()

    assert fresh(request).case.status == "approved"
    assert ReturnParcel.objects.get().status == "awaited"
    parcel = ReturnParcel.objects.get()
    units = [Received(entry.pk, "ok", entry.item.quantity) for entry in request.items.all()]
    receive(parcel, units=units, actor=seller)
    deliver_all()
    assert fresh(request).case.status == "completed"


def test_item_by_item_the_case_is_answered_with_the_last(order, seller, assert_invariants):
    request = asked(order)
    _mugs, bowl = items_of(order)

    approve_items(request, [bowl.pk], actor=seller)

    assert fresh(request).case.status == "waiting"
    assert answers(request) == {"1.1": "waiting", "2.1": "approved"}
    assert not RefundPlan.objects.exists()

    withdraw_return(request, actor=make_owner())

    assert fresh(request).case.status == "approved"
    assert answers(request) == {"1.1": "withdrawn", "2.1": "approved"}
    assert plans(request) == [(1, "on_receipt", 300, False)]
    assert [item.open_case_id is None for item in items_of(order)] == [True, False]
    assert_invariants()


def test_received_and_paid_it_is_completed(order, seller, assert_invariants):
    request = asked(order, pay_to="store_credit")
    approve_items(request, actor=seller)
    units = [Received(entry.pk, "ok", entry.item.quantity) for entry in request.items.all()]

    receive(ReturnParcel.objects.get(), units=units, actor=seller)
    deliver_all()
    pay(request)
    deliver_all()

    assert fresh(request).case.status == "completed"
    assert order.items.filter(status="returned").count() == 2
    complete_return(request.case_id)  # harmless
    assert_invariants()


def test_goods_that_never_came_close_it(order, seller, assert_invariants):
    request = asked(order)
    approve_items(request, actor=seller)

    let_time_pass("return.send_goods")
    handle_passed()
    deliver_all()

    assert fresh(request).case.status == "closed"
    assert plans(request) == []
    assert asked(order).case.status == "waiting"  # the window is still open
    assert_invariants()


def test_paid_at_once_and_never_sent_it_still_ends(order, seller):
    policy(payable_when="at_once")
    request = asked(order, pay_to="store_credit")
    approve_items(request, actor=seller)
    pay(request)

    let_time_pass("return.send_goods")
    handle_passed()
    deliver_all()

    assert fresh(request).case.status == "completed"


def test_an_exchange_waits_for_the_goods_and_then_sends_the_same(order, seller):
    request = asked(order, wish="exchange")

    approve_items(request, actor=seller)
    assert plans(request) == []
    assert fresh(request).case.status == "approved"
    units = [Received(entry.pk, "ok", entry.item.quantity) for entry in request.items.all()]
    receive(ReturnParcel.objects.get(), units=units, actor=seller)
    deliver_all()

    assert item_states(order) == {
        "1.1": "returned",
        "2.1": "returned",
        "3.1": "waiting_packaging",
        "4.1": "waiting_packaging",
    }
    assert fresh(request).case.status == "completed"


def test_a_missing_part_is_sent_at_once_and_is_not_returned_by_itself(order, seller):
    mugs, _bowl = items_of(order)
    customer = make_customer(order)
    request = ask(order, customer, select(mugs, reason="part_missing"), wish="missing_part")

    approve_items(request, actor=seller)
    deliver_all()

    assert fresh(request).case.status == "completed"
    part = items_of(order)[-1]
    assert (part.replaces_id, part.quantity, part.status) == (mugs.pk, 2, "waiting_packaging")
    assert item_states(order)["1.1"] == "delivered"
    order.items.filter(pk=part.pk).update(status="delivered")
    with pytest.raises(NotReturnable, match="belongs to item"):
        ask(order, customer, select(part))
    assert ask(order, customer, select(mugs)).case.status == "waiting"


# -- Saying no ------------------------------------------------------------------------------


def test_rejected_items_stay_with_the_customer_and_open_a_dispute(order, seller, assert_invariants):
    request = asked(order)

    reject_items(request, actor=seller, **REJECTION)

    assert fresh(request).case.status == "rejected"
    entry = request.items.first()
    assert (entry.rejection.code, entry.decision_note) == (
        "as_described",
        "It is as in the picture.",
    )
    assert {item.open_case_id for item in items_of(order)} == {None}
    assert Dispute.objects.get().items.count() == 2
    assert "return.answer" not in running()
    with pytest.raises(NotReturnable, match="marketplace is looking at it"):
        ask(order, make_owner(), select(items_of(order)[0]))
    Dispute.objects.update(status="closed")
    with pytest.raises(NotReturnable, match="final"):
        ask(order, make_owner(), select(items_of(order)[0]))


def test_of_a_case_partly_approved_only_the_rejected_are_disputed(order, seller):
    request = asked(order)
    mugs, bowl = items_of(order)

    reject_items(request, [mugs.pk], actor=seller, **REJECTION)
    assert fresh(request).case.status == "waiting"
    approve_items(request, [bowl.pk], actor=seller)

    assert fresh(request).case.status == "approved"
    assert [entry.entry.item_id for entry in Dispute.objects.get().items.all()] == [mugs.pk]
    assert plans(request) == [(1, "on_receipt", 300, False)]


def test_a_second_rejection_joins_the_same_dispute(order, seller):
    request = asked(order)
    mugs, bowl = items_of(order)

    reject_items(request, [mugs.pk], actor=seller, **REJECTION)
    reject_items(request, [bowl.pk], actor=seller, **REJECTION)

    assert Dispute.objects.get().items.count() == 2
    assert fresh(request).case.status == "rejected"


def test_withdrawn_after_a_rejection_the_case_is_rejected(order, seller):
    request = asked(order)
    mugs, _bowl = items_of(order)
    reject_items(request, [mugs.pk], actor=seller, **REJECTION)

    withdraw_return(request, actor=make_owner())

    assert fresh(request).case.status == "rejected"


def test_a_rejection_is_explained_and_proved(order, seller):
    request = asked(order)

    with pytest.raises(NoteRequired) as refusal:
        reject_items(request, actor=seller, reason_code="as_described", message="  ")
    assert refusal.value.field == "message"
    with pytest.raises(Problems) as refusal:
        reject_items(request, actor=seller, reason_code="used", message="")
    assert [(problem.field, problem.code) for problem in refusal.value.problems] == [
        ("message", "note_required"),
        ("files", "evidence_required"),
    ]
    with pytest.raises(ReasonNotAllowed):
        reject_items(request, actor=seller, reason_code="does_not_fit", message="No")
    with pytest.raises(EvidenceRequired):
        reject_items(request, actor=make_owner(), reason_code="used", message="Worn")
    assert answers(request) == {"1.1": "waiting", "2.1": "waiting"}

    file = stored_file(seller)
    reject_items(request, actor=seller, reason_code="used", message="Worn", files=[file])
    assert ReturnEvidence.objects.get().given_by_role == "seller"


# -- Who, when ------------------------------------------------------------------------------


def test_withdrawn_the_items_are_free_again(order, assert_invariants):
    customer = make_customer(order)
    request = ask(order, customer, *[select(item) for item in items_of(order)])

    withdraw_return(request, actor=customer)

    assert fresh(request).case.status == "withdrawn"
    assert running() == []
    assert ask(order, customer, select(items_of(order)[0])).case.status == "waiting"
    assert_invariants()


def test_only_managers_of_this_seller_or_of_the_marketplace_answer(order, seller):
    request = asked(order)
    shop = items_of(order)[0].seller

    for actor in (
        make_member(shop, "employee"),
        make_member(make_seller()),
        make_owner("employee"),
        make_customer(order),
    ):
        with pytest.raises(NotAllowed):
            approve_items(request, actor=actor)
        with pytest.raises(NotAllowed):
            reject_items(request, actor=actor, **REJECTION)
    with pytest.raises(NotAllowed):
        withdraw_return(request, actor=seller)
    approve_items(request, actor=make_owner("manager"))
    assert fresh(request).case.status == "approved"


def test_what_the_owner_asked_for_the_customer_does_not_take_back(order):
    customer = make_customer(order)
    request = ask(order, make_owner(), select(items_of(order)[0]))

    with pytest.raises(NotAllowed):
        withdraw_return(request, actor=customer)


def test_answered_once_it_is_answered(order, seller):
    request = asked(order)
    mugs, bowl = items_of(order)
    approve_items(request, [mugs.pk], actor=seller)

    with pytest.raises(Problems) as refusal:
        approve_items(request, [mugs.pk, 0], actor=seller)
    assert [(problem.field, problem.code) for problem in refusal.value.problems] == [
        ("items/0", "not_decidable"),
        ("items/1", "unknown_item"),
    ]
    with pytest.raises(UnknownItem):
        approve_items(request, [0], actor=seller)
    approve_items(request, [bowl.pk], actor=seller)
    with pytest.raises(NotDecidable):
        approve_items(request, actor=seller)
    with pytest.raises(NotDecidable):
        withdraw_return(request, actor=make_owner())


def test_each_step_is_recorded_once(order, seller):
    request = asked(order)

    approve_items(request, actor=seller)

    assert [type for type in events(order) if type.split(".")[0] in ("case", "return")] == [
        "case.waiting",
        "return.requested",
        "return.items_approved",
        "case.approved",
        "return.approved",
    ]


def test_other_currencies_keep_their_minor_units(locks_first):
    order = delivered_order(
        currency="JPY", lines=[line(quantity=3, unit_price=333, shipping=100, discount=2)]
    )
    policy(return_shipping_fee=200, restocking_rate="0.05")  # the fee is in euro
    customer = make_customer(order)
    request = ask(order, customer, select(items_of(order)[0], 2, "does_not_fit"))

    owner = make_owner()

    with locks_first():
        approve_items(request, actor=owner)

    [(_round, _when, total, _payable)] = plans(request)
    assert total == request.estimate
    assert Case.objects.get().status == "approved"
    taken = RefundPlan.objects.get().lines.get(component="restocking").amount
    assert taken == -33  # 5 % of 665, halves up
