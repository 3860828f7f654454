"""Keep it for a part of the money: offered, taken, declined, lapsed; and whose clock runs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.deadlines.models import Deadline
from core.deadlines.operations import handle_passed
from core.errors import InvalidInput, NotAllowed
from orders.models import OrderItem
from orders.operations.items import UnknownItem
from refunds.models import RefundPlan
from returns.models import Offer
from returns.offer_policies import OfferNotPossible
from returns.operations import (
    NotDecidable,
    accept_offer,
    approve_items,
    decline_offer,
    full_refund_of,
    make_offer,
    reject_items,
    withdraw_offer,
    withdraw_return,
)
from returns.policies import NotReturnable
from tests.factories import items_of, make_customer, make_member, make_owner, make_seller
from tests.returns.acts import (
    answers,
    ask,
    clocks,
    deliver_all,
    delivered_order,
    events,
    fresh,
    let_time_pass,
    pay,
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
def customer(order):
    return make_customer(order)


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, "manager")


@pytest.fixture
def request_(order, customer):
    return ask(order, customer, *[select(item) for item in items_of(order)], pay_to="store_credit")


@pytest.fixture
def offer(request_, order, seller):
    return make_offer(
        request_, item_id=items_of(order)[0].pk, amount=700, message="Keep it?", actor=seller
    )


def test_an_offer_is_open_for_a_day_and_stops_the_sellers_clock(offer, request_):
    assert (offer.status, offer.amount, offer.made_by_role) == ("open", 700, "seller")
    assert offer.due_at < timezone.now() + timedelta(days=2)
    assert running() == ["return.offer"]
    assert clocks().get(step="return.answer").outcome == "offered"
    assert fresh(request_).case.due_at == offer.due_at
    assert fresh(request_).case.status == "waiting"


def test_taken_it_is_kept_and_partly_paid(
    offer, request_, order, customer, seller, assert_invariants
):
    accept_offer(offer, actor=customer)

    assert answers(request_) == {"1.1": "settled", "2.1": "waiting"}
    assert running() == ["return.answer"]
    assert not RefundPlan.objects.exists()
    approve_items(request_, [items_of(order)[1].pk], actor=seller)

    assert plans(request_) == [(1, "at_once", 700, True), (2, "on_receipt", 300, False)]
    given, kept = RefundPlan.objects.get(round=1).lines.order_by("pk")
    assert (given.component, given.amount) == ("product", 2000)
    assert (kept.component, kept.amount) == ("deduction", -1300)
    assert "keep" in kept.reason
    mugs = items_of(order)[0]
    assert (mugs.status, mugs.open_case_id) == ("delivered", None)
    with pytest.raises(NotReturnable, match="agreed for good"):
        ask(order, make_owner(), select(mugs))
    assert_invariants()


def test_settled_alone_the_case_is_answered_paid_and_completed(
    order, customer, seller, assert_invariants
):
    [mugs, _bowl] = items_of(order)
    request = ask(order, customer, select(mugs), pay_to="store_credit")
    offer = make_offer(request, item_id=mugs.pk, amount=1, actor=seller)

    accept_offer(offer, actor=make_owner("manager"))
    pay(request)
    deliver_all()

    assert fresh(request).case.status == "completed"
    assert request.items.get().agreed_amount == 1
    assert running() == []
    assert_invariants()


def test_an_offer_can_reach_into_the_shipping(order, customer, seller):
    [mugs, _bowl] = items_of(order)
    request = ask(order, customer, select(mugs))
    offer = make_offer(request, item_id=mugs.pk, amount=2300, actor=seller)

    accept_offer(offer, actor=customer)

    assert plans(request) == [(1, "at_once", 2300, True)]


def test_declined_the_clock_runs_on_with_what_was_left(offer, request_, customer):
    stopped = clocks().get(step="return.answer")
    left = stopped.due_at - stopped.handled_at

    decline_offer(offer, actor=customer)

    resumed = clocks().open().get()
    assert (resumed.step, resumed.time_zone) == ("return.answer", stopped.time_zone)
    assert abs(resumed.due_at - (timezone.now() + left)) < timedelta(seconds=10)
    assert fresh(request_).case.due_at == resumed.due_at
    assert Offer.objects.get().answered_at is not None


def test_at_least_four_hours_are_left(request_, order, customer, seller):
    soon = timezone.now() + timedelta(minutes=5)
    clocks().update(due_at=soon)
    offer = make_offer(request_, item_id=items_of(order)[0].pk, amount=5, actor=seller)

    withdraw_offer(offer, actor=seller)

    left = clocks().open().get().due_at - timezone.now()
    assert timedelta(hours=3, minutes=59) < left < timedelta(hours=4, minutes=1)


def test_silence_lets_it_lapse_once(offer, request_):
    let_time_pass()

    assert (handle_passed(), handle_passed()) == (1, 0)

    assert Offer.objects.get().status == "lapsed"
    assert running() == ["return.answer"]
    assert fresh(request_).case.status == "waiting"


def test_while_one_offer_is_open_the_clock_stands_still(offer, request_, order, customer, seller):
    second = make_offer(request_, item_id=items_of(order)[1].pk, amount=100, actor=seller)

    decline_offer(offer, actor=customer)
    assert running() == ["return.offer"]
    assert fresh(request_).case.due_at == second.due_at

    decline_offer(second, actor=customer)
    assert running() == ["return.answer"]


def test_an_answer_ends_what_was_offered(offer, request_, order, seller):
    approve_items(request_, [items_of(order)[0].pk], actor=seller)

    assert Offer.objects.get().status == "withdrawn"
    assert running() == ["return.answer"]

    approve_items(request_, actor=seller)
    assert running() == ["return.send_goods"]


def test_a_rejection_ends_it_too(offer, request_, seller):
    reject_items(request_, actor=seller, reason_code="as_described", message="No.")

    assert Offer.objects.get().status == "withdrawn"
    assert not Deadline.objects.open().filter(step="return.offer").exists()


def test_withdrawing_the_request_declines_it(offer, request_, customer):
    withdraw_return(request_, actor=customer)

    assert Offer.objects.get().status == "declined"
    assert running() == []


def test_an_exchange_may_be_settled_for_money(order, customer, seller):
    [mugs, _bowl] = items_of(order)
    request = ask(order, customer, select(mugs), wish="exchange")
    entry = request.items.select_related("item__line").get()
    assert full_refund_of(entry) == 2500

    accept_offer(make_offer(request, item_id=mugs.pk, amount=900, actor=seller), actor=customer)

    assert plans(request) == [(1, "at_once", 900, True)]
    assert not OrderItem.objects.exclude(replaces=None).exists()


# -- What is no offer -----------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, -5, 2500, 9999])
def test_an_offer_is_a_part(request_, order, seller, amount):
    with pytest.raises(InvalidInput) as refusal:
        make_offer(request_, item_id=items_of(order)[0].pk, amount=amount, actor=seller)

    assert (refusal.value.field, refusal.value.allowed) == ("amount", ["1", "2499"])


def test_less_than_a_return_would_pay_after_its_fees(order, customer, seller):
    policy(restocking_rate="0.1")
    [mugs, _bowl] = items_of(order)
    request = ask(order, customer, select(mugs, reason="does_not_fit"))

    with pytest.raises(InvalidInput):
        make_offer(request, item_id=mugs.pk, amount=2300, actor=seller)
    assert make_offer(request, item_id=mugs.pk, amount=2299, actor=seller).status == "open"


def test_one_at_a_time_and_three_in_all(request_, order, customer, seller):
    mugs = items_of(order)[0].pk
    for amount in (100, 200, 300):
        offer = make_offer(request_, item_id=mugs, amount=amount, actor=seller)
        with pytest.raises(OfferNotPossible, match="waits for the customer"):
            make_offer(request_, item_id=mugs, amount=amount, actor=seller)
        decline_offer(offer, actor=customer)

    with pytest.raises(OfferNotPossible, match="often enough"):
        make_offer(request_, item_id=mugs, amount=400, actor=seller)


def test_nothing_is_offered_for_what_is_answered_unknown_or_never_came(request_, order, seller):
    mugs, bowl = items_of(order)
    approve_items(request_, [mugs.pk], actor=seller)

    with pytest.raises(NotDecidable):
        make_offer(request_, item_id=mugs.pk, amount=1, actor=seller)
    with pytest.raises(UnknownItem):
        make_offer(request_, item_id=0, amount=1, actor=seller)
    OrderItem.objects.filter(pk=bowl.pk).update(status="delivery_failed")
    with pytest.raises(OfferNotPossible, match="does not have it"):
        make_offer(request_, item_id=bowl.pk, amount=1, actor=seller)


def test_who_offers_who_answers_who_takes_back(offer, request_, order, seller, customer):
    bowl = items_of(order)[1].pk
    employee = make_member(items_of(order)[0].seller, "employee")
    stranger = make_member(make_seller())

    for actor in (customer, employee, stranger, make_owner("employee")):
        with pytest.raises(NotAllowed):
            make_offer(request_, item_id=bowl, amount=1, actor=actor)
        with pytest.raises(NotAllowed):
            withdraw_offer(offer, actor=actor)
    for actor in (seller, stranger, make_owner("employee")):
        with pytest.raises(NotAllowed):
            accept_offer(offer, actor=actor)
        with pytest.raises(NotAllowed):
            decline_offer(offer, actor=actor)


def test_what_has_ended_is_not_answered(offer, customer, seller):
    withdraw_offer(offer, actor=seller)

    for act in (accept_offer, decline_offer):
        with pytest.raises(OfferNotPossible):
            act(offer, actor=customer)
    with pytest.raises(OfferNotPossible):
        withdraw_offer(offer, actor=seller)


def test_too_late_is_too_late_also_before_the_beat_came(offer, customer):
    Offer.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(OfferNotPossible, match="time"):
        accept_offer(offer, actor=customer)


def test_each_step_is_recorded(offer, customer, order):
    decline_offer(offer, actor=customer)

    assert events(order, "offer.") == ["offer.open", "offer.declined"]
