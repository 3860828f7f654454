"""What came back, unit by unit, and what follows from it."""

import pytest

from core.actors import SYSTEM, Rank
from core.errors import InvalidInput, NotAllowed, Problems
from core.events.models import Event
from core.evidence.models import StoredFile
from refunds.policies import PlanDecided
from refunds.returning import MoreThanLeft
from returns.goods_policies import MoreThanExpected, Received
from returns.models import ReturnEvidence
from returns.operations import (
    Found,
    deduct,
    estimate_return,
    receive,
    request_return,
    say_sent,
)
from returns.policies import NotReturnable
from tests.concurrency.threads import at_once
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_seller,
)
from tests.returns.acts import ask, select
from tests.returns.goods import (
    approved_return,
    clocks,
    delivered,
    entry_ids,
    item_statuses,
    lines_of,
    plan_of,
)
from tests.returns.test_goods import let_time_pass

pytestmark = pytest.mark.django_db


def restocked(order) -> list[tuple[int, str]]:
    events = Event.objects.filter(order_id=order.pk, type="item.restocked").order_by("pk")
    return [(event.data["quantity"], event.data["sku"]) for event in events]


@pytest.fixture
def parcel():
    """3 mugs at 10.00 with 3.00 off and 2.00 shipping, and 1 bowl at 5.00."""
    seller = make_seller()
    order = make_order(lines=[line(seller, 3, 1000, 300, 200), line(seller, 1, 500)])
    return approved_return(delivered(order))


def test_goods_as_sold_are_returned_restocked_and_paid(parcel):
    mugs, bowl = entry_ids(parcel)
    seller = make_member(parcel.seller, Rank.EMPLOYEE)
    units = [Received(mugs, "ok", 3, "restock"), Received(bowl, "ok", 1, "dispose")]
    got = receive(parcel, units=units, actor=seller)
    assert got.status == "received"
    assert item_statuses(parcel.order) == ["returned", "returned"]
    assert restocked(parcel.order) == [(3, "SKU-1")]
    assert plan_of(parcel).payable_at is not None
    assert plan_of(parcel).total == parcel.order.total
    assert clocks(parcel) == []


def test_a_part_of_the_goods_leaves_the_rest_awaited_and_the_money_waiting(parcel):
    mugs, _bowl = entry_ids(parcel)
    got = receive(parcel, units=[Received(mugs, "ok", 2, "restock")], actor=SYSTEM)
    assert got.status == "partly_received"
    assert item_statuses(parcel.order) == ["delivered", "delivered"]
    assert plan_of(parcel).payable_at is None
    assert clocks(parcel) == ["return.confirm_receipt"]
    receive(parcel, units=[Received(mugs, "ok", 1, "restock")], actor=SYSTEM)
    assert item_statuses(parcel.order) == ["returned", "delivered"]


def test_damage_waits_for_a_deduction_and_then_pays_the_rest_to_the_cent(parcel):
    mugs, bowl = entry_ids(parcel)
    units = [
        Received(mugs, "ok", 2, "restock"),
        Received(mugs, "damaged", 1, "dispose", note="Handle broken"),
        Received(bowl, "ok", 1, "restock"),
    ]
    got = receive(parcel, units=units, actor=SYSTEM)
    assert (got.status, plan_of(parcel).payable_at) == ("received", None)
    deduct(parcel, deductions=[Found(mugs, 450, "One handle is broken.")], actor=SYSTEM)
    plan = plan_of(parcel)
    assert plan.total == 3400 - 450
    assert plan.payable_at is not None
    assert ("deduction", -450) in lines_of(plan)
    assert plan.lines.get(component="deduction").reason == "One handle is broken."
    changed = Event.objects.get(type="refund_plan.lines_changed").data
    assert (changed["estimate"], changed["change"], changed["total"]) == (3400, -450, 2950)
    assert changed["reason"] == "One handle is broken."
    # 12 % of the 22.50 that are paid back of 27.00, and of the bowl.
    given_back = sum(plan.lines.values_list("commission", flat=True))
    assert given_back == 324 * 2250 // 2700 + 60


def test_a_deduction_can_be_said_with_the_receipt(parcel):
    mugs, bowl = entry_ids(parcel)
    units = [Received(mugs, "damaged", 3), Received(bowl, "ok", 1)]
    receive(parcel, units=units, actor=SYSTEM, deductions=[Found(mugs, 2700, "All broken.")])
    assert plan_of(parcel).total == 200 + 500
    assert plan_of(parcel).payable_at is not None


def test_what_is_missing_when_nothing_more_will_come_stays_with_the_customer(parcel):
    mugs, bowl = entry_ids(parcel)
    got = receive(parcel, units=[Received(mugs, "ok", 2)], actor=SYSTEM, last=True)
    assert got.status == "received"
    assert item_statuses(parcel.order) == ["returned", "delivered"]
    missing = got.received.filter(condition="missing").order_by("entry")
    assert list(missing.values_list("entry", "quantity")) == [(mugs, 1), (bowl, 1)]
    assert not parcel.order.items.exclude(open_case=None).exists()
    assert plan_of(parcel).payable_at is None  # what is missing may be deducted
    let_time_pass()
    assert plan_of(parcel).payable_at is not None
    assert plan_of(parcel).total == 3400


def test_refused_as_a_whole_with_each_problem_at_its_place(parcel):
    mugs, _bowl = entry_ids(parcel)
    units = [
        Received(mugs, "fine", 1),
        Received(mugs, "ok", 4),
        Received(None, "ok", 1),
        Received(mugs, "missing", 0, "restock"),
        Received(10**9, "ok", 1),
        Received(mugs, "ok", 1, "sell", note="x" * 501),
    ]
    with pytest.raises(Problems) as refused:
        receive(parcel, units=units, actor=SYSTEM)
    assert {problem.field for problem in refused.value.problems} == {
        "units/0/condition",
        "units/1/quantity",
        "units/2/item",
        "units/3/quantity",
        "units/3/disposition",
        "units/4/item",
        "units/5/quantity",
        "units/5/disposition",
        "units/5/note",
    }
    assert not parcel.received.exists()


def test_a_unit_comes_back_once(parcel):
    mugs, _bowl = entry_ids(parcel)
    receive(parcel, units=[Received(mugs, "ok", 3)], actor=SYSTEM)
    with pytest.raises(MoreThanExpected) as refused:
        receive(parcel, units=[Received(mugs, "ok", 1)], actor=SYSTEM)
    assert refused.value.allowed == ["0"]
    with pytest.raises(InvalidInput):
        receive(parcel, units=[], actor=SYSTEM)


def test_what_nobody_asked_for_belongs_to_no_item(parcel):
    got = receive(parcel, units=[Received(None, "extra", 2, note="Two spoons")], actor=SYSTEM)
    assert got.status == "partly_received"
    assert got.received.get().entry is None


def test_photos_are_evidence_of_the_item(parcel):
    mugs, _bowl = entry_ids(parcel)
    photo = StoredFile.objects.create(
        name="broken.jpg", content_type="image/jpeg", size=1, digest="0" * 64
    )
    receive(parcel, units=[Received(mugs, "damaged", 1, files=[photo])], actor=SYSTEM)
    shown = ReturnEvidence.objects.get()
    assert (shown.entry_id, shown.file, shown.given_by_role) == (mugs, photo, "system")


def test_who_packs_receives_and_a_manager_deducts(parcel):
    mugs, bowl = entry_ids(parcel)
    employee = make_member(parcel.seller, Rank.EMPLOYEE)
    with pytest.raises(NotAllowed):
        receive(parcel, units=[Received(mugs, "ok", 1)], actor=make_member(make_seller()))
    receive(parcel, units=[Received(mugs, "damaged", 3), Received(bowl, "ok", 1)], actor=employee)
    with pytest.raises(NotAllowed):
        deduct(parcel, deductions=[], actor=employee)
    deduct(parcel, deductions=[], actor=make_member(parcel.seller, Rank.MANAGER))
    assert plan_of(parcel).total == 3400


def test_no_more_is_deducted_than_the_item_is_worth(parcel):
    mugs, bowl = entry_ids(parcel)
    receive(parcel, units=[Received(mugs, "damaged", 3), Received(bowl, "ok", 1)], actor=SYSTEM)
    for amount in (2701, 0, -5):
        with pytest.raises(MoreThanLeft):
            deduct(parcel, deductions=[Found(mugs, amount, "Broken")], actor=SYSTEM)
    with pytest.raises(InvalidInput):
        deduct(parcel, deductions=[Found(mugs, 1, " ")], actor=SYSTEM)
    deduct(
        parcel,
        deductions=[Found(mugs, 700, "One broken"), Found(mugs, 2000, "Two more")],
        actor=SYSTEM,
    )
    assert plan_of(parcel).total == 700
    assert plan_of(parcel).lines.get(component="deduction").reason == "One broken; Two more"
    with pytest.raises(PlanDecided):
        deduct(parcel, deductions=[], actor=SYSTEM)


def test_goods_that_come_after_all_are_received_without_a_refund(parcel):
    mugs, _bowl = entry_ids(parcel)
    let_time_pass()
    got = receive(parcel, units=[Received(mugs, "ok", 3, "restock")], actor=SYSTEM)
    assert got.status == "received"
    assert plan_of(parcel).status == "void"
    assert restocked(parcel.order) == [(3, "SKU-1")]
    assert item_statuses(parcel.order) == ["delivered", "delivered"]


@pytest.mark.parametrize("came", [2, 3])
def test_what_came_after_all_is_asked_for_as_a_whole(parcel, came, assert_invariants):
    """The units that were counted belong to the item: a part of it would leave them to fewer."""
    mugs, _bowl = entry_ids(parcel)
    let_time_pass()
    receive(parcel, units=[Received(mugs, "ok", came)], actor=SYSTEM)
    item, customer = items_of(parcel.order)[0], make_customer(parcel.order)
    for act in (
        lambda: estimate_return(parcel.order, [select(item, 1)], customer),
        lambda: request_return(order=parcel.order, selections=[select(item, 1)], actor=customer),
    ):
        with pytest.raises(NotReturnable) as refused:
            act()
        assert refused.value.allowed == ["3"]
    assert estimate_return(parcel.order, [select(item, 3)], customer).total == 2900
    ask(parcel.order, customer, select(item, 3))
    assert_invariants()


def test_a_refund_that_did_not_wait_is_left_alone():
    order = delivered(make_order())
    parcel = approved_return(order, payable_when="at_once")
    assert plan_of(parcel).payable_at is not None
    [entry] = entry_ids(parcel)
    receive(parcel, units=[Received(entry, "damaged", 2)], actor=SYSTEM)
    assert [item.status for item in items_of(order)] == ["returned"]
    with pytest.raises(PlanDecided):
        deduct(parcel, deductions=[Found(entry, 1, "Late")], actor=SYSTEM)


def test_a_sent_parcel_that_is_received_stops_the_clock(parcel):
    say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")
    mugs, bowl = entry_ids(parcel)
    receive(parcel, units=[Received(mugs, "ok", 3), Received(bowl, "ok", 1)], actor=SYSTEM)
    assert clocks(parcel) == []


def test_each_act_locks_the_order_before_it_writes(parcel, locks_first):
    mugs, bowl = entry_ids(parcel)
    with locks_first():
        say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")
    with locks_first():
        receive(parcel, units=[Received(mugs, "damaged", 3)], actor=SYSTEM)
    with locks_first():
        receive(parcel, units=[Received(bowl, "ok", 1)], actor=SYSTEM)
    with locks_first():
        deduct(parcel, deductions=[Found(mugs, 1, "Scratched")], actor=SYSTEM)


def test_a_parcel_is_counted_once_by_two_people_at_once(transactional_db):
    order = delivered(make_order())
    parcel = approved_return(order)
    [entry] = entry_ids(parcel)

    def count():
        return receive(parcel, units=[Received(entry, "ok", 2, "restock")], actor=SYSTEM)

    results = at_once(count, count)
    assert sum(isinstance(result, MoreThanExpected) for result in results) == 1
    assert restocked(order) == [(2, "SKU-1")]
    assert plan_of(parcel).payable_at is not None
