"""The answer: by policy, by a person, by silence; and what shipped meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy, CancellationItem
from cancellations.operations import (
    NotDecidable,
    approve_cancellation,
    complete_cancellation,
    evaluate_cancellation,
    settle_shipped,
)
from core.actors import SYSTEM
from core.deadlines.operations import handle_passed
from core.errors import NotAllowed
from core.events.models import Event
from orders.models import Case, OrderItem
from packages.operations import ship_package, start_packaging
from packages.policies import CustomerAskedToCancel
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, cancel, clocks, event_types, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=2, unit_price=1000, shipping=500), line(unit_price=300)])


@pytest.fixture
def customer(order):
    return make_customer(order)


def test_what_has_not_shipped_is_cancelled_and_will_be_paid(order, customer):
    mugs, _bowl = items_of(order)

    [request] = cancel(order, customer, select(mugs, 1))

    staying, leaving, bowl = sorted(items_of(order), key=lambda item: item.number)
    assert (leaving.number, leaving.status) == ("1.2", "cancelled")
    assert leaving.open_case_id is None
    assert [staying.status, bowl.status] == ["waiting_packaging"] * 2
    assert request.case.status == "approved"
    [entry] = request.items.all()
    assert (entry.status, entry.decided_rule, entry.decided_by_role) == (
        "approved",
        "unshipped",
        "system",
    )
    plan = RefundPlan.objects.get()
    assert plan.status == "approved"
    assert plan.payable_at is not None
    order.refresh_from_db()
    assert order.status == "waiting_packaging"
    assert order.seller_orders.get().has_cancelled


def test_the_whole_story_is_told_once_in_order(order, customer):
    mugs, _bowl = items_of(order)

    cancel(order, customer, select(mugs))

    assert event_types(order)[1:] == [
        "case.waiting",
        "refund_plan.waiting",
        "cancellation.requested",
        "order_item.cancelled",
        "item.restocked",
        "refund_plan.approved",
        "case.approved",
        "cancellation.approved",
    ]
    restocked = Event.objects.get(type="item.restocked")
    assert (restocked.subject_id, restocked.data["quantity"]) == (mugs.pk, 2)


def test_evaluating_again_changes_nothing(order, customer):
    mugs, _bowl = items_of(order)
    [request] = cancel(order, customer, select(mugs))
    before = event_types(order)

    evaluate_cancellation(request_id=request.pk)

    assert event_types(order) == before


def test_cancelling_everything_cancels_the_order(order, customer):
    cancel(order, customer, *[select(item) for item in items_of(order)])

    order.refresh_from_db()
    assert order.status == "cancelled"
    assert RefundPlan.objects.get().total == order.captured


def test_a_free_order_is_cancelled_without_money():
    order = make_order(lines=[line(unit_price=0)], payments=[("voucher", 0)])
    [item] = items_of(order)

    [request] = cancel(order, make_customer(order), select(item))

    assert request.case.status == "approved"
    assert RefundPlan.objects.get().total == 0


def test_what_shipped_meanwhile_is_left_out_and_the_rest_approved(order, customer):
    mugs, bowl = items_of(order)
    [request] = ask(order, customer, select(mugs), select(bowl))
    OrderItem.objects.filter(pk=bowl.pk).update(status="shipped")

    evaluate_cancellation(request_id=request.pk)

    decided = {entry.item_id: (entry.status, entry.decided_rule) for entry in request.items.all()}
    assert decided == {
        mugs.pk: ("approved", "unshipped"),
        bowl.pk: ("rejected", "already_shipped"),
    }
    assert RefundPlan.objects.get().total == 2500
    assert OrderItem.objects.get(pk=bowl.pk).open_case_id is None
    assert Case.objects.get().status == "approved"
    assert "cancellation.item_shipped" in event_types(order)


def test_when_all_of_it_shipped_the_case_is_rejected_and_nothing_paid(order, customer):
    mugs, _bowl = items_of(order)
    [request] = ask(order, customer, select(mugs))
    OrderItem.objects.filter(pk=mugs.pk).update(status="shipped")

    settle_shipped(item_id=mugs.pk, actor=SYSTEM)

    assert Case.objects.get().status == "rejected"
    assert RefundPlan.objects.get().status == "void"
    assert request.items.get().status == "rejected"
    before = event_types(order)
    evaluate_cancellation(request_id=request.pk)
    assert event_types(order) == before


def test_shipping_anyway_takes_the_item_out_of_its_case_at_once(order, customer):
    mugs, bowl = items_of(order)
    seller = make_member(mugs.seller)
    package = start_packaging(order=order, items=[bowl], actor=seller)
    [request] = ask(order, customer, select(mugs), select(bowl))

    with pytest.raises(CustomerAskedToCancel):
        ship_package(package=package, actor=seller)
    ship_package(package=package, actor=seller, anyway=True)

    assert {entry.item_id: entry.status for entry in request.items.all()} == {
        mugs.pk: "waiting",
        bowl.pk: "rejected",
    }
    assert OrderItem.objects.get(pk=bowl.pk).open_case_id is None
    assert RefundPlan.objects.get().total == 2500


def test_the_package_loses_what_is_cancelled(order, customer):
    mugs, bowl = items_of(order)
    package = start_packaging(order=order, items=[mugs, bowl], actor=make_member(mugs.seller))

    cancel(order, customer, select(mugs, 1))
    assert package.contents.inside().count() == 2
    package.refresh_from_db()
    assert package.status == "preparing"

    left = [item for item in items_of(order) if item.is_unshipped]
    cancel(order, customer, *[select(item) for item in left])
    package.refresh_from_db()
    assert package.status == "cancelled"


@pytest.fixture
def held(order, customer):
    """A request that the owner's policy leaves to a person."""
    AutoApprovalPolicy.objects.create(up_to_amount=100, currency="EUR")
    mugs, _bowl = items_of(order)
    [request] = ask(order, customer, select(mugs))
    evaluate_cancellation(request_id=request.pk)
    request.refresh_from_db()
    request.case.refresh_from_db()
    return request


def test_a_narrowed_policy_leaves_the_case_waiting_with_a_date_and_a_reason(held):
    assert held.case.status == "waiting"
    assert held.held_by == "amount_too_high"
    deadline = clocks().get()
    assert (deadline.step, deadline.subject_id) == ("cancellation.answer", held.case_id)
    assert held.case.due_at == deadline.due_at > timezone.now() + timedelta(days=1)
    assert RefundPlan.objects.get().status == "waiting"
    assert held.items.get().status == "waiting"


def test_the_policy_is_asked_once(held):
    before = event_types(held.case.order)

    evaluate_cancellation(request_id=held.pk)

    assert event_types(held.case.order) == before
    assert clocks().count() == 1


@pytest.mark.parametrize(
    "make_answerer", [lambda item: make_member(item.seller), lambda _: make_owner()]
)
def test_seller_and_owner_may_answer_and_the_clock_stops(held, make_answerer):
    answerer = make_answerer(held.items.get().item)

    approve_cancellation(held, actor=answerer)

    entry = held.items.get()
    assert (entry.status, entry.decided_by_id, entry.decided_rule) == (
        "approved",
        answerer.user_id,
        "",
    )
    deadline = clocks().get()
    assert deadline.handled_at is not None
    assert deadline.outcome == "approved"
    assert Case.objects.get().due_at is None
    with pytest.raises(NotDecidable):
        approve_cancellation(held, actor=answerer)


def test_another_seller_may_not_answer(held):
    stranger = make_member(items_of(make_order())[0].seller)

    with pytest.raises(NotAllowed):
        approve_cancellation(held, actor=stranger)

    assert Case.objects.get(pk=held.case_id).status == "waiting"


@pytest.mark.parametrize(
    ("action", "status", "rule", "plan"),
    [
        ("approve", "approved", "silence", "approved"),
        ("reject", "rejected", "silence_rejects", "void"),
    ],
)
def test_silence_decides_as_the_deadline_says(held, action, status, rule, plan):
    past = timezone.now() - timedelta(hours=1)
    clocks().update(started_at=past, due_at=past, next_attempt_at=past, action=action)

    assert handle_passed() == 1

    assert Case.objects.get().status == status
    assert held.items.get().decided_rule == rule
    assert RefundPlan.objects.get().status == plan
    assert clocks().get().outcome == status
    assert handle_passed() == 0


def test_silence_about_what_has_shipped_rejects_it(held):
    entry = held.items.get()
    OrderItem.objects.filter(pk=entry.item_id).update(status="shipped")
    past = timezone.now() - timedelta(hours=1)
    clocks().update(started_at=past, due_at=past, next_attempt_at=past)

    assert handle_passed() == 1

    assert Case.objects.get().status == "rejected"
    assert CancellationItem.objects.get().decided_rule == "already_shipped"


def test_a_case_is_completed_when_the_money_has_left_and_only_then(order, customer):
    mugs, bowl = items_of(order)
    [waiting] = ask(order, customer, select(bowl))
    complete_cancellation(waiting.case_id)
    assert Case.objects.get().status == "waiting"

    [request] = cancel(order, customer, select(mugs))
    complete_cancellation(request.case_id)
    complete_cancellation(request.case_id)

    case = Case.objects.get(pk=request.case_id)
    assert case.status == "completed"
    assert case.closed_at is not None
    assert event_types(order).count("case.completed") == 1
