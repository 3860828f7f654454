"""The time of each step of a return: when it is over, and that its end is acted on once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.conf import settings

from core.deadlines import operations, tasks
from core.deadlines.calendar import Unit, due_at
from core.deadlines.defaults import DEFAULTS
from core.deadlines.expiry import HANDLERS
from core.deadlines.models import Deadline, DeadlineRule, HolidayCalendar
from core.deadlines.operations import due_for, handle_passed
from core.events.models import Event
from marketplace.celery import app
from marketplace.invariants.check import check
from refunds.gateway import GATEWAYS
from returns.models import ReturnItem
from returns.operations import Received, approve_items, decide, receive, reject_items
from tests.concurrency.threads import at_once
from tests.core.test_due_dates import begins_by_looking, days_around_changes
from tests.factories import items_of, make_member, make_owner
from tests.plugins.soundness import NOT_IN_TESTS
from tests.proofs.pairs import desk
from tests.proofs.scenes import People
from tests.returns.acts import asked, delivered_order, let_time_pass, plans, policy, running

STEPS = {step: terms for step, terms in DEFAULTS.items() if step.startswith("return.")}
LISBON = ZoneInfo("Europe/Lisbon")


# -- Acted on once ----------------------------------------------------------------------------


def escalated(people: People) -> desk.Desk:
    """Worth more than silence approves; nobody has answered."""
    rule = policy(silence_approves_up_to=1)
    scene = desk.silent(people)
    assert handle_passed() == 1
    rule.delete()
    return scene


def sent(people: People) -> desk.Desk:
    scene = desk.awaited(people)
    desk.send(scene)
    return scene


def decided(people: People) -> desk.Desk:
    scene = desk.stated(people)
    desk.decide_none(scene)
    return scene


ENDS = {
    "return.answer": (desk.asked, "delivered/approved/approved, goods awaited"),
    "return.escalated": (escalated, "delivered/approved/approved, goods awaited"),
    "return.offer": (desk.offered, "delivered/waiting/-, offer lapsed"),
    "return.send_goods": (desk.awaited, "delivered/closed/void, goods never_came"),
    "return.confirm_receipt": (sent, "returned/approved/approved, goods received"),
    "return.statement": (desk.rejected, "delivered/rejected/-, dispute deciding"),
    "return.decision": (desk.stated, "delivered/rejected/-, dispute deciding"),
    "return.appeal": (decided, "delivered/rejected/-, dispute closed"),
}


def test_every_step_that_ends_by_itself_is_tried_here():
    assert set(ENDS) == set(STEPS) & set(HANDLERS)
    assert set(STEPS) - set(HANDLERS) == {"return.window"}, "it is asked for, nothing happens"


def test_what_has_passed_is_acted_on_within_a_minute():
    """One sweep may come at the beginning of its slot and the next one at its slot's end: what
    has just missed the first waits for two slots, and then for what stands in the queue."""
    entries = app.conf.beat_schedule.values()
    [every] = [e["schedule"] for e in entries if e["task"] == "core.deadlines.handle_passed"]

    assert every == tasks.EVERY
    assert 2 * every <= 20
    assert 2 * operations.SWEEP_SECONDS < settings.CELERY_TASK_SOFT_TIME_LIMIT


@pytest.fixture
def people(monkeypatch):
    everybody = People()
    monkeypatch.setitem(GATEWAYS, "simulator", lambda: everybody.provider)
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: True)
    return everybody


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ENDS)
def test_two_beats_at_once_act_once(step, people):
    begin, end = ENDS[step]
    scene = begin(people)
    [clock] = Deadline.objects.open().filter(order_id=scene.order.pk, step=step)
    before = scene.standing()

    assert handle_passed() == 0, "not before its time"
    assert scene.standing() == before
    past = Event.objects.filter(type="deadline.passed").count()
    scene.time_is_over()
    assert sorted(at_once(handle_passed, handle_passed, handle_passed)) == [0, 0, 1]

    assert scene.standing() == end
    assert Event.objects.filter(type="deadline.passed").count() == past + 1
    assert handle_passed() == 0
    clock.refresh_from_db()
    assert clock.handled_at is not None
    assert not clock.last_error
    assert not check(leaving_out=NOT_IN_TESTS)


# -- When it is over --------------------------------------------------------------------------


def test_days_of_returns_end_right_in_every_zone_around_every_change_of_two_years():
    days = [terms for terms in STEPS.values() if terms.unit == Unit.CALENDAR_DAYS]
    checked = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for day in days_around_changes(zone):
            ends = begins_by_looking(day, zone)
            for terms in days:
                begun = day - timedelta(days=terms.amount + 1)
                start = datetime(begun.year, begun.month, begun.day, 12, tzinfo=zone)
                assert due_at(terms, start, zone) == ends, (name, day, terms.step)
                checked += 1

    assert {terms.amount for terms in days} == {1, 5, 8, 14}
    assert checked > 4000


def test_hours_of_returns_are_hours_in_every_zone_around_every_change_of_two_years():
    hours = [terms for terms in STEPS.values() if terms.unit == Unit.HOURS]
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for day in days_around_changes(zone):
            start = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
            assert all(due_at(terms, start, zone) == start + timedelta(hours=48) for terms in hours)
    assert {terms.step for terms in hours} == {"return.statement", "return.appeal"}


def counted(begun: date, amount: int, holidays: set[date]) -> date:
    """The day after the last one that counts, the slow way."""
    day = begun
    while amount:
        day += timedelta(days=1)
        amount -= day.weekday() < 5 and day not in holidays
    return day + timedelta(days=1)


@pytest.mark.django_db
def test_working_days_of_returns_leave_out_holidays_on_every_day_of_two_years():
    holidays = {
        date(2026, 12, 25),
        date(2026, 12, 28),
        date(2027, 1, 1),
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 1),
    }
    calendar = HolidayCalendar.objects.create(code="pt", name="Portugal")
    for day in holidays:
        calendar.holidays.create(date=day, name="A day off")
    steps = [terms for terms in STEPS.values() if terms.unit == Unit.WORKING_DAYS]
    assert {terms.step for terms in steps} == {
        "return.answer",
        "return.escalated",
        "return.decision",
    }
    for terms in steps:
        rule = DeadlineRule.objects.create(
            step=terms.step, amount=terms.amount, unit=terms.unit, on_expiry=terms.on_expiry
        )
        rule.calendar = calendar
        rule.save()
    christmas = datetime(2026, 12, 24, 10, tzinfo=LISBON)
    assert due_for("return.answer", zone="Europe/Lisbon", start=christmas) == datetime(
        2026, 12, 31, tzinfo=LISBON
    )
    for number in range(0, 731, 3):
        begun = date(2026, 1, 1) + timedelta(days=number)
        start = datetime(begun.year, begun.month, begun.day, 23, 59, tzinfo=LISBON)
        for terms in steps:
            ends = counted(begun, terms.amount, holidays)
            found = due_for(terms.step, zone="Europe/Lisbon", start=start)
            assert found == begins_by_looking(ends, LISBON), (begun, terms.step)


# -- Two times that run at once ---------------------------------------------------------------


@pytest.fixture
def inspected_and_awaited(db):
    """The mugs came damaged; meanwhile a dispute lets the bowl come back, too."""
    order = delivered_order()
    seller, owner = make_member(items_of(order)[0].seller, "manager"), make_owner()
    request = asked(order)
    mugs, bowl = items_of(order)
    words = {"reason_code": "as_described", "message": "It is as described."}
    reject_items(request, [bowl.pk], actor=seller, **words)
    approve_items(request, actor=seller)
    entry = ReturnItem.objects.get(case=request.case, item=mugs)
    came = [Received(entry.pk, "damaged", 2)]
    receive(request.case.return_parcel, units=came, actor=seller)
    decide(
        request.case.dispute,
        outcome="full",
        fault="seller",
        shipping_paid_by="seller",
        note="Send it back.",
        goods_back=True,
        actor=owner,
    )
    assert running() == ["return.confirm_receipt", "return.send_goods"]
    assert plans(request) == [(1, "on_receipt", 2500, False), (2, "on_receipt", 300, False)]
    return request


def test_what_is_inspected_is_paid_though_other_goods_never_come(
    inspected_and_awaited, assert_invariants
):
    let_time_pass("return.send_goods")
    assert handle_passed() == 1
    assert plans(inspected_and_awaited) == [(1, "on_receipt", 2500, False)], "no bowl, no money"

    let_time_pass("return.confirm_receipt")
    assert handle_passed() == 1
    assert plans(inspected_and_awaited) == [(1, "on_receipt", 2500, True)]
    assert_invariants()


def test_silence_about_what_came_does_not_pay_for_what_is_awaited(
    inspected_and_awaited, assert_invariants
):
    let_time_pass("return.confirm_receipt")
    assert handle_passed() == 1

    assert plans(inspected_and_awaited) == [
        (1, "on_receipt", 2500, True),
        (2, "on_receipt", 300, False),
    ]
    assert running() == ["return.send_goods"]
    assert_invariants()
