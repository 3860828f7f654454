"""Sent anew, in exchange or for a part that was missing: whose money it is, and who packs it."""

import pytest
from django.db import transaction

from core.actors import SYSTEM
from core.deadlines.operations import handle_passed
from core.events.models import Event
from orders.operations import lock_order, take_items
from orders.operations.replacing import paid_units_of, replace_item
from refunds.operations import refund_of
from refunds.returning import Claim
from returns.goods_policies import Received
from returns.models import ReturnItem, ReturnParcel
from returns.operations import approve_items, eligibility, receive, send_again
from tests.factories import (
    items_of,
    line,
    make_case,
    make_customer,
    make_member,
    make_order,
    make_seller,
)
from tests.refunds.conftest import plan_for
from tests.returns.acts import (
    ask,
    deliver_all,
    delivered_order,
    fresh,
    let_time_pass,
    policy,
    select,
)
from tests.returns.goods import (
    approved_return,
    delivered,
    entry_ids,
    item_statuses,
    lines_of,
    plan_of,
    replacements_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """3 mugs at 10.00 with 1.00 off and 2.00 shipping: 31.00."""
    return delivered(make_order(lines=[line(make_seller(), 3, 1000, 100, 200)]))


def exchange(order, wanted=None):
    """All of it came back as sold, and the same was sent anew: the new item."""
    parcel = approved_return(order, wanted, wish="exchange")
    [entry] = ReturnItem.objects.filter(case=parcel.case)
    receive(parcel, units=[Received(entry.pk, "ok", entry.item.quantity)], actor=SYSTEM)
    return replacements_of(order)[-1]


def test_an_exchange_sends_the_same_for_nothing_once_the_goods_are_back(order):
    total = order.total
    new = exchange(order)
    order.refresh_from_db()
    assert item_statuses(order) == ["returned", "waiting_packaging"]
    assert (new.number, new.quantity, new.line.total, new.line.sku) == ("2.1", 3, 0, "SKU-1")
    assert (order.status, order.total) == ("waiting_packaging", total)
    assert order.seller_orders.get().unit_count == 6
    assert Event.objects.filter(type="order_item.replacing", subject_id=new.pk).exists()
    delivered(order)
    order.refresh_from_db()
    assert order.status == "delivered"


def test_the_money_of_a_replacement_is_that_of_the_original(order):
    new = exchange(order)
    delivered(order)
    parcel = approved_return(order, {new.pk: 3})
    original = order.items.get(replaces=None)
    assert set(plan_of(parcel).lines.values_list("item", flat=True)) == {original.pk}
    assert plan_of(parcel).total == 3100
    receive(parcel, units=[Received(entry_ids(parcel)[0], "ok", 3)], actor=SYSTEM)
    order.refresh_from_db()
    assert order.status == "returned"


def test_units_of_a_replacement_carry_the_money_of_their_originals(order):
    new = exchange(order)
    with transaction.atomic():
        [one] = take_items(lock_order(order.pk), {new.pk: 1}, actor=SYSTEM)
    rest = order.items.get(pk=new.pk)
    first = refund_of([Claim(one)])
    both = refund_of([Claim(rest), Claim(one)])
    assert first.total == 967 + 67
    assert both.total == 3100
    assert [one.quantity for one in both.lines] == [3, 3]  # one line per item and component


def test_an_exchange_of_an_exchange_leads_back_to_what_was_paid_for(order):
    mug = items_of(order)[0]
    first = exchange(order, {mug.pk: 2})
    delivered(order)
    second = exchange(order, {first.pk: 1})
    units = paid_units_of([second])[second.pk]
    assert units.item.replaces_id is None
    assert units.item.status == "returned"
    assert units.last - units.first == 1
    assert refund_of([Claim(second)]).total == 967 + 67


def test_a_cancelled_replacement_pays_back_the_original(order):
    new = exchange(order)
    plan = plan_for(order, {new.pk: 3})
    assert plan.total == 3100
    assert lines_of(plan) == [("product", 2900), ("shipping", 200)]


def test_fewer_units_are_sent_anew_where_fewer_came_back(order):
    parcel = approved_return(order, wish="exchange")
    [entry] = entry_ids(parcel)
    receive(parcel, units=[Received(entry, "ok", 2)], actor=SYSTEM, last=True)
    assert [item.quantity for item in replacements_of(order)] == [2]


def test_a_missing_part_is_sent_at_once_and_has_no_money(order):
    [mugs] = items_of(order)
    parcel = approved_return(order, wish="missing_part")
    entries = list(ReturnItem.objects.filter(case=parcel.case).select_related("item__line"))
    request = entries[0].request
    with transaction.atomic():
        [part] = send_again(
            request, lock_order(order.pk), entries, actor=SYSTEM, quantities={entries[0].pk: 1}
        )
    assert (part.replaces, part.quantity) == (mugs, 1)
    assert item_statuses(order) == ["delivered", "waiting_packaging"]
    assert paid_units_of([part])[part.pk].item == part
    with transaction.atomic():
        _case, items = make_case(order, {part.pk: 1})
    assert refund_of([Claim(item) for item in items]).total == 0


def test_a_part_sent_before_an_exchange_takes_none_of_its_money(order):
    [mugs] = items_of(order)
    with transaction.atomic():
        part = replace_item(lock_order(order.pk), mugs, 1, actor=SYSTEM)
    new = exchange(order, {mugs.pk: 3})
    units = paid_units_of([part, new])
    assert units[part.pk].item == part
    assert units[new.pk].item == mugs


def test_a_part_has_no_money_either_once_its_item_was_returned(order):
    """The 3.00 that were kept for the way back stay kept when the part is cancelled."""
    [mugs] = items_of(order)
    with transaction.atomic():
        part = replace_item(lock_order(order.pk), mugs, 1, actor=SYSTEM)
    parcel = approved_return(order, {mugs.pk: 3}, return_shipping=300, pays_return_shipping=True)
    receive(parcel, units=[Received(entry_ids(parcel)[0], "ok", 3)], actor=SYSTEM)
    assert plan_of(parcel).total == 2800

    assert paid_units_of([part])[part.pk].item == part
    assert plan_for(order, {part.pk: 1}).total == 0


def returnable(order) -> dict[str, str]:
    """{number: why it cannot be returned, or nothing}."""
    found = eligibility(order, make_customer(order))
    return {one.item.number: str(one.refusal or "") for one in found}


def test_a_part_is_not_returned_by_itself_and_what_was_exchanged_is(order):
    [mugs] = items_of(order)
    with transaction.atomic():
        part = replace_item(lock_order(order.pk), mugs, 1, actor=SYSTEM)
    delivered(order)
    assert returnable(order) == {
        mugs.number: "",
        part.number: f"This part belongs to item {mugs.number}; return that one.",
    }

    new = exchange(order, {mugs.pk: 3})
    delivered(order)

    assert returnable(order) == {
        mugs.number: "Already returned.",
        part.number: f"This part belongs to item {mugs.number}; return that one.",
        new.number: "",
    }


def test_a_part_is_not_returned_by_itself_where_its_item_was_returned_for_money(order):
    [mugs] = items_of(order)
    with transaction.atomic():
        part = replace_item(lock_order(order.pk), mugs, 1, actor=SYSTEM)
    delivered(order)
    parcel = approved_return(order, {mugs.pk: 3})
    receive(parcel, units=[Received(entry_ids(parcel)[0], "ok", 3)], actor=SYSTEM)

    assert returnable(order) == {
        mugs.number: "Already returned.",
        part.number: f"This part belongs to item {mugs.number}; return that one.",
    }


def test_an_exchange_of_which_something_was_sent_is_completed_and_not_closed():
    """The bowl is cheap and stays with its customer; the mug should have come back, and did not."""
    policy(keep_goods_up_to=500)
    order = delivered_order(lines=[line(unit_price=1000), line(unit_price=300)])
    seller = items_of(order)[0].seller
    request = ask(
        order, make_customer(order), *[select(item) for item in items_of(order)], wish="exchange"
    )
    approve_items(request, actor=make_member(seller))
    assert [new.replaces.number for new in replacements_of(order)] == ["2.1"]

    let_time_pass("return.send_goods")
    handle_passed()
    deliver_all()

    assert fresh(request).case.status == "completed"
    assert item_statuses(order) == ["delivered", "returned", "waiting_packaging"]
    assert ReturnParcel.objects.get().status == "never_came"


def test_an_exchange_of_which_nothing_was_sent_is_closed():
    order = delivered_order()
    request = ask(order, make_customer(order), select(items_of(order)[0]), wish="exchange")
    approve_items(request, actor=make_member(items_of(order)[0].seller))

    let_time_pass("return.send_goods")
    handle_passed()
    deliver_all()

    assert fresh(request).case.status == "closed"
    assert replacements_of(order) == []


def test_what_an_earlier_return_sent_anew_is_not_of_the_next_one():
    order = delivered_order(lines=[line(unit_price=1000)])
    [mug] = items_of(order)
    customer, seller = make_customer(order), make_member(mug.seller)
    part = ask(order, customer, select(mug), wish="missing_part")
    approve_items(part, actor=seller)
    deliver_all()
    assert fresh(part).case.status == "completed"
    assert len(replacements_of(order)) == 1

    later = ask(order, customer, select(mug))
    approve_items(later, actor=seller)
    let_time_pass("return.send_goods")
    handle_passed()
    deliver_all()

    assert fresh(later).case.status == "closed"


def test_no_more_units_are_sent_than_there_were(order):
    [mugs] = items_of(order)
    for quantity in (0, 4):
        with pytest.raises(ValueError, match="cannot be replaced"):
            replace_item(order, mugs, quantity, actor=SYSTEM)


def test_every_invariant_holds_after_exchanges_and_their_returns(order, assert_invariants):
    new = exchange(order)
    delivered(order)
    parcel = approved_return(order, {new.pk: 3}, return_shipping=300, pays_return_shipping=True)
    receive(parcel, units=[Received(entry_ids(parcel)[0], "ok", 3)], actor=SYSTEM)
    assert plan_of(parcel).total == 2800
    assert_invariants()
