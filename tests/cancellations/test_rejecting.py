"""Rejecting: decided at once, by the seller until it ships, by the owner until it is packed."""

import pytest

from cancellations.operations import evaluate_cancellation, reject_items
from cancellations.policies import consequence_of, may_reject
from core.actors import SYSTEM, Actor, Rank, Role
from core.errors import NotAllowed, Problems
from core.events.models import Event
from orders.models import Case, OrderItem, Reason
from orders.operations.items import UnknownItem
from orders.policies import NotCancellable
from orders.reasons import ReasonNotAllowed
from packages.operations import mark_ready, ship_package, start_packaging
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, event_types, select
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=5, unit_price=1000, shipping=500), line(unit_price=300)])


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, Rank.MANAGER)


def reject(order, actor, *selections):
    return reject_items(order=order, selections=selections, actor=actor)


def out_of_stock(item, quantity=None):
    return select(item, quantity, "out_of_stock")


def test_three_of_five_are_cancelled_and_will_be_paid_before_it_returns(order, seller):
    mugs, _bowl = items_of(order)

    [request] = reject(order, seller, out_of_stock(mugs, 3))

    by_number = {item.number: item for item in items_of(order)}
    assert {number: (item.quantity, item.status) for number, item in by_number.items()} == {
        "1.1": (2, "waiting_packaging"),
        "1.2": (3, "cancelled"),
        "2.1": (1, "waiting_packaging"),
    }
    case = Case.objects.get()
    assert (case.status, case.origin) == ("approved", "seller")
    entry = request.items.get()
    assert (entry.status, entry.decided_by_role, entry.decided_by_id) == (
        "approved",
        "seller",
        seller.user_id,
    )
    plan = RefundPlan.objects.get()
    assert (plan.status, plan.total) == ("approved", 3300)
    assert plan.payable_at is not None
    assert by_number["1.2"].open_case_id is None


def test_the_policy_is_not_asked_and_the_story_is_told_once(order, seller):
    mugs, _bowl = items_of(order)

    [request] = reject(order, seller, out_of_stock(mugs))
    evaluate_cancellation(request_id=request.pk)

    assert event_types(order)[1:] == [
        "case.waiting",
        "refund_plan.waiting",
        "cancellation.made",
        "order_item.cancelled",
        "item.restocked",
        "refund_plan.approved",
        "case.approved",
        "cancellation.approved",
    ]
    made = Event.objects.get(type="cancellation.made")
    assert (made.data["reasons"], made.data["faults"]) == (["out_of_stock"], ["seller"])


def test_a_packed_item_leaves_its_package(order, seller):
    mugs, bowl = items_of(order)
    package = start_packaging(order=order, items=[mugs, bowl], actor=seller)
    mark_ready(package=package, actor=seller)

    reject(order, seller, out_of_stock(bowl))

    assert list(package.contents.inside().values_list("item", flat=True)) == [mugs.pk]


def test_after_shipping_nothing_can_be_rejected(order, seller):
    _mugs, bowl = items_of(order)
    package = start_packaging(order=order, items=[bowl], actor=seller)
    ship_package(package=package, actor=seller)

    with pytest.raises(NotCancellable) as refusal:
        reject(order, seller, out_of_stock(bowl))

    assert refusal.value.field == "items/0/item"
    assert not Case.objects.exists()


def test_one_that_cannot_be_rejected_stops_all_and_each_is_named(order, seller):
    mugs, bowl = items_of(order)
    OrderItem.objects.filter(pk=bowl.pk).update(status="shipped")

    with pytest.raises(Problems) as refusal:
        reject(order, seller, out_of_stock(mugs, 9), out_of_stock(bowl))

    assert [(one.field, one.code) for one in refusal.value.problems] == [
        ("items/0/quantity", "quantity_not_left"),
        ("items/1/item", "not_cancellable"),
    ]
    assert len(items_of(order)) == 2


def test_what_the_customer_has_asked_for_is_answered_not_rejected(order, seller):
    mugs, _bowl = items_of(order)
    ask(order, make_customer(order), select(mugs))

    with pytest.raises(NotCancellable):
        reject(order, seller, out_of_stock(mugs))

    assert Case.objects.get().status == "waiting"


def test_the_owner_rejects_what_waits_for_packaging_only(order, seller):
    mugs, bowl = items_of(order)
    start_packaging(order=order, items=[bowl], actor=seller)
    owner = make_owner(Rank.MANAGER)

    with pytest.raises(NotCancellable) as refusal:
        reject(order, owner, out_of_stock(bowl))
    assert refusal.value.allowed == ["cancel"]
    [request] = reject(order, owner, select(mugs, reason="suspected_fraud"))

    assert (request.case.origin, request.case.status) == ("owner", "approved")


def test_the_owner_may_cancel_any_unshipped_item(order, seller):
    _mugs, bowl = items_of(order)
    package = start_packaging(order=order, items=[bowl], actor=seller)
    mark_ready(package=package, actor=seller)

    [request] = ask(order, make_owner(Rank.MANAGER), select(bowl))

    assert (request.case.origin, request.case.status) == ("owner", "waiting")
    assert RefundPlan.objects.get().status == "waiting"


def test_the_owner_rejects_of_two_sellers_in_two_cases():
    order = make_order(sellers=[make_seller(), make_seller()])

    reject(order, make_owner(), *[out_of_stock(item) for item in items_of(order)])

    assert sorted(Case.objects.values_list("status", flat=True)) == ["approved", "approved"]
    assert sum(plan.total for plan in RefundPlan.objects.all()) == order.captured


def test_another_sellers_item_does_not_exist(order):
    stranger = make_member(make_seller())

    with pytest.raises(UnknownItem):
        reject(order, stranger, out_of_stock(items_of(order)[0]))


@pytest.mark.parametrize("reason", ["changed_mind", "suspected_fraud", "never_was"])
def test_a_seller_picks_among_the_sellers_reasons(order, seller, reason):
    with pytest.raises(ReasonNotAllowed) as refusal:
        reject(order, seller, select(items_of(order)[0], reason=reason))

    assert "out_of_stock" in refusal.value.allowed


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (Actor(Role.SELLER, user_id=1, seller_id=1, rank=Rank.MANAGER), None),
        (Actor(Role.SELLER, user_id=1, seller_id=1, rank=Rank.EMPLOYEE), "rank_too_low"),
        (Actor(Role.OWNER, user_id=1, rank=Rank.MANAGER), None),
        (Actor(Role.OWNER, user_id=1, rank=Rank.EMPLOYEE), "rank_too_low"),
        (Actor(Role.CUSTOMER, user_id=1), "not_allowed"),
        (Actor(Role.CARRIER), "not_allowed"),
        (SYSTEM, None),
    ],
)
def test_who_may_reject(actor, code):
    refusal = may_reject(actor)

    assert (refusal.code if refusal else None) == code


def test_an_employee_rejects_nothing(order):
    employee = make_member(items_of(order)[0].seller, Rank.EMPLOYEE)

    with pytest.raises(NotAllowed):
        reject(order, employee, out_of_stock(items_of(order)[0]))

    assert not Case.objects.exists()


def test_the_consequence_is_said_for_the_reader_and_depends_on_the_fault():
    seller = Actor(Role.SELLER, user_id=1, seller_id=1, rank=Rank.MANAGER)
    words = {
        (fault, reader): consequence_of(Reason(fault=fault), reader)
        for fault in Reason.Fault.values
        for reader in (seller, None)
    }

    assert "counts in your performance ratings" in words["seller", seller]
    assert "counts in their performance ratings" in words["seller", None]
    harmless = [said for (fault, _reader), said in words.items() if fault != "seller"]
    assert all("does not count" in said for said in harmless)


def test_the_order_is_locked_first(order, seller, locks_first):
    with locks_first():
        reject(order, seller, out_of_stock(items_of(order)[0]))
