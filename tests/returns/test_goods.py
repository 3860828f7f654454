"""Goods on their way back, and the days that customer and seller have."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import SYSTEM
from core.deadlines.models import Deadline
from core.deadlines.operations import handle_passed
from core.errors import InvalidInput, NotAllowed
from orders.models import Case
from returns.goods_policies import NotUnderWay
from returns.models import ReturnParcel
from returns.operations import UnknownParcel, find_by_code, open_parcel, say_sent, waits_for_goods
from tests.factories import make_customer, make_member, make_order, make_seller
from tests.packages.acts import make_option
from tests.returns.goods import (
    approved_return,
    clocks,
    delivered,
    item_statuses,
    plan_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def parcel() -> ReturnParcel:
    return approved_return(delivered(make_order()))


def let_time_pass() -> None:
    past = timezone.now() - timedelta(hours=1)
    Deadline.objects.open().filter(subject_type="return_parcel").update(
        started_at=past - timedelta(days=9), due_at=past, next_attempt_at=past
    )
    handle_passed()


def test_the_customer_has_five_days_to_send(parcel):
    assert parcel.status == "awaited"
    assert clocks(parcel) == ["return.send_goods"]
    assert timedelta(days=5) < parcel.send_by - timezone.now() < timedelta(days=6, hours=1)
    assert waits_for_goods(parcel.case)


def test_sent_goods_give_the_seller_eight_days(parcel):
    customer = make_customer(parcel.order)
    sent = say_sent(parcel, actor=customer, tracking_number=" TR 1 ", other_carrier="Bike")
    assert (sent.status, sent.tracking_number, sent.other_carrier) == ("sent", "TR 1", "Bike")
    assert clocks(sent) == ["return.confirm_receipt"]
    assert timedelta(days=8) < sent.confirm_by - timezone.now() < timedelta(days=9, hours=1)


def test_the_label_s_carrier_brings_it_where_no_other_is_named():
    order = delivered(make_order())
    option = make_option(tracking_pattern=r"[0-9]{4}")
    parcel = approved_return(order)
    ReturnParcel.objects.filter(pk=parcel.pk).update(delivery_option=option)
    with pytest.raises(InvalidInput) as refused:
        say_sent(parcel, actor=SYSTEM, tracking_number="ABC")
    assert refused.value.field == "tracking_number"
    assert say_sent(parcel, actor=SYSTEM, tracking_number="1234").delivery_option == option


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tracking_number": "", "other_carrier": "Bike"}, "tracking_number"),
        ({"tracking_number": "1"}, "delivery_option"),
        ({"tracking_number": "1", "other_carrier": "x" * 81}, "other_carrier"),
    ],
)
def test_what_is_sent_has_a_carrier_and_a_number(parcel, given, field):
    with pytest.raises(InvalidInput) as refused:
        say_sent(parcel, actor=SYSTEM, **given)
    assert refused.value.field == field


def test_what_was_said_can_be_mended_while_it_travels(parcel):
    say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")
    mended = say_sent(parcel, actor=SYSTEM, tracking_number="2")
    assert (mended.tracking_number, mended.other_carrier) == ("2", "Bike")
    assert clocks(parcel) == ["return.confirm_receipt"]


def test_the_seller_does_not_say_it_for_the_customer(parcel):
    with pytest.raises(NotAllowed):
        say_sent(parcel, actor=make_member(parcel.seller), tracking_number="1", other_carrier="B")


def test_goods_never_sent_close_the_return_and_nothing_is_paid(parcel):
    let_time_pass()
    parcel.refresh_from_db()
    assert parcel.status == "never_came"
    assert Case.objects.get(pk=parcel.case_id).status == "closed"
    assert plan_of(parcel).status == "void"
    assert item_statuses(parcel.order) == ["delivered"]
    assert parcel.order.items.get().open_case is None
    assert not waits_for_goods(parcel.case)
    with pytest.raises(NotUnderWay):
        say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")


def test_goods_that_were_sent_in_time_are_waited_for(parcel):
    say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")
    parcel.refresh_from_db()
    assert parcel.status == "sent"
    assert Case.objects.get(pk=parcel.case_id).status == "approved"


def test_silence_of_the_seller_takes_the_goods_as_come_and_pays(parcel):
    say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")
    let_time_pass()
    parcel.refresh_from_db()
    assert parcel.status == "received"
    assert item_statuses(parcel.order) == ["returned"]
    assert plan_of(parcel).payable_at is not None
    assert not parcel.received.exists()  # nobody looked
    assert clocks(parcel) == []


def test_where_the_rule_says_so_the_marketplace_looks_instead(parcel):
    say_sent(parcel, actor=SYSTEM, tracking_number="1", other_carrier="Bike")
    Deadline.objects.open().of(parcel).update(action="escalate")
    let_time_pass()
    parcel.refresh_from_db()
    assert parcel.status == "sent"
    assert plan_of(parcel).payable_at is None


@pytest.mark.parametrize(
    "written", ["{}", " {} ", "https://shop.example/returns/{}/", "{lower}", "{spaced}"]
)
def test_a_code_is_found_however_it_is_written(parcel, written):
    code = parcel.code
    typed = written.format(
        code, lower=code.lower().replace("-", "").replace("0", "o"), spaced=code.replace("-", " ")
    )
    assert find_by_code(typed, make_member(parcel.seller)) == parcel


def test_another_seller_s_code_is_no_code(parcel):
    for written, actor in [(parcel.code, make_member(make_seller())), ("", SYSTEM)]:
        with pytest.raises(UnknownParcel):
            find_by_code(written, actor)


def test_a_parcel_that_never_came_is_awaited_again_when_a_dispute_says_so(parcel):
    let_time_pass()
    case = Case.objects.get(pk=parcel.case_id)
    Case.objects.filter(pk=case.pk).update(status="approved")
    again = open_parcel(case, actor=SYSTEM)
    assert (again.pk, again.status) == (parcel.pk, "awaited")
    assert clocks(again) == ["return.send_goods"]
    assert parcel.order.items.get().open_case == case
