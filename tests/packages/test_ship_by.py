"""Shipping in time: when that is, who is reminded, and what happens to who has not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cancellations.models import CancellationRequest
from cancellations.operations import Selection, reject_items
from core.actors import IMPORTER, SYSTEM
from core.deadlines.models import Deadline, DeadlineRule, HolidayCalendar
from core.deadlines.operations import handle_passed, remind
from core.events.models import Delivery, Event
from core.events.operations import deliver
from core.notifications.models import Mail, Notification
from orders.models import OrderItem, Reason
from orders.operations import placing
from packages.operations import ship_package, start_packaging
from refunds.models import RefundPlan
from tests.cancellations.acts import deliver_all
from tests.core.test_events_at_once import at_once
from tests.factories import (
    items_of,
    line,
    make_case,
    make_member,
    make_order,
    make_owner,
    make_seller,
)

pytestmark = pytest.mark.django_db
STEP = "package.ship_by"
BERLIN = "Europe/Berlin"


def rule(**columns) -> DeadlineRule:
    facts = {"amount": 2, "unit": "working_days", "on_expiry": "flag"} | columns
    return DeadlineRule.objects.update_or_create(step=STEP, defaults=facts)[0]


def deadline_of(order) -> Deadline:
    return Deadline.objects.get(step=STEP, order_id=order.pk)


def let_time_pass() -> None:
    past = timezone.now() - timedelta(minutes=1)
    Deadline.objects.filter(step=STEP).update(
        started_at=past, due_at=past, next_attempt_at=past, next_reminder_at=None
    )


def missed() -> list[tuple[str, int]]:
    events = Event.objects.filter(type="package.ship_by_missed").order_by("pk")
    return list(events.values_list("subject_type", "subject_id"))


@pytest.fixture
def now(monkeypatch):
    """Sets the clock of placing."""

    class Clock:
        at = datetime(2026, 3, 26, 15, tzinfo=UTC)

        def now(self):
            return self.at

    clock = Clock()
    monkeypatch.setattr(placing, "timezone", clock)
    return clock


# -- When it is due -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "due"),
    [
        # Berlin puts its clocks on in the night to Sunday 29 March: that weekend has 47 hours.
        ((2026, 3, 26, 15), (2026, 3, 30, 22)),  # Thursday: Friday and Monday count, whole
        ((2026, 3, 26, 23, 30), (2026, 3, 31, 22)),  # Friday already in Berlin
        ((2026, 10, 23, 15), (2026, 10, 27, 23)),  # and back on 25 October: a Friday
    ],
)
def test_working_days_end_with_the_sellers_day_whatever_the_clocks_do(now, placed, due):
    now.at = datetime(*placed, tzinfo=UTC)
    order = make_order(sellers=[make_seller(time_zone=BERLIN)], placed_at=now.at)

    part = order.seller_orders.get()

    assert part.ship_by == datetime(*due, tzinfo=UTC)
    assert set(order.lines.values_list("ship_by", flat=True)) == {part.ship_by}
    assert deadline_of(order).due_at == part.ship_by


def test_holidays_of_the_rules_calendar_do_not_count(now):
    easter = HolidayCalendar.objects.create(code="de", name="Germany")
    for day in ("2026-04-03", "2026-04-06"):
        easter.holidays.create(date=day)
    rule(calendar=easter)
    now.at = datetime(2026, 4, 1, 8, tzinfo=UTC)  # Wednesday before Easter

    order = make_order(sellers=[make_seller(time_zone=BERLIN)], placed_at=now.at)

    # Thursday and the Tuesday after.
    assert order.seller_orders.get().ship_by == datetime(2026, 4, 7, 22, tzinfo=UTC)


def test_each_seller_has_their_own_zone_and_deadline(now):
    sellers = [make_seller(time_zone=BERLIN), make_seller(time_zone="America/Sao_Paulo")]
    order = make_order(sellers=sellers, placed_at=now.at)

    dates = order.seller_orders.order_by("pk").values_list("ship_by", flat=True)

    assert [due.astimezone(UTC).hour for due in dates] == [22, 3]
    assert Deadline.objects.filter(step=STEP, order_id=order.pk).count() == 2


def test_what_the_integrator_promised_stands_beside_what_the_rule_says(now):
    promised = datetime(2026, 3, 27, 12, tzinfo=UTC)
    seller = make_seller(time_zone=BERLIN)
    order = make_order(lines=[line(seller, ship_by=promised), line(seller)], placed_at=now.at)

    by_rule = datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert list(order.lines.order_by("position").values_list("ship_by", flat=True)) == [
        promised,
        by_rule,
    ]
    assert order.seller_orders.get().ship_by == deadline_of(order).due_at == promised


def test_time_begins_when_the_order_came_in_where_that_was_later(now):
    order = make_order(
        sellers=[make_seller(time_zone=BERLIN)], placed_at=now.at - timedelta(days=9)
    )
    assert order.seller_orders.get().ship_by == datetime(2026, 3, 30, 22, tzinfo=UTC)


def test_an_imported_past_gets_no_date_and_no_deadline():
    order = make_order(actor=IMPORTER)
    assert order.seller_orders.get().ship_by is None
    assert not Deadline.objects.exists()


def test_a_change_of_the_rule_holds_for_orders_from_then_on():
    before = make_order()
    rule(amount=1, unit="hours")
    after = make_order()

    assert deadline_of(after).due_at - timezone.now() < timedelta(hours=1)
    assert deadline_of(before).due_at - timezone.now() > timedelta(days=1)


def test_rule_and_calendar_are_read_once_for_a_batch():
    brazil = HolidayCalendar.objects.create(code="br", name="Brazil")
    brazil.holidays.create(date="2026-12-25")
    rule(calendar=brazil)
    seller = make_seller()

    with CaptureQueriesContext(connection) as queries:
        make_order(lines=[line(seller) for _ in range(30)])

    asked = [query["sql"] for query in queries if "deadlines_" in query["sql"]]
    assert len(asked) == 3, asked  # the rule with its calendar, the holidays, the deadlines


# -- Met ------------------------------------------------------------------------------------


def test_the_last_unit_that_ships_meets_it():
    order = make_order(lines=[line(quantity=2)])
    [item] = items_of(order)
    first = start_packaging(order=order, items=[item], units={item.pk: 1}, actor=SYSTEM)
    ship_package(package=first, actor=SYSTEM)
    assert deadline_of(order).handled_at is None

    rest = [item for item in items_of(order) if item.is_unshipped]
    ship_package(package=start_packaging(order=order, items=rest, actor=SYSTEM), actor=SYSTEM)

    met = deadline_of(order)
    assert met.handled_at
    assert met.outcome == "met"
    let_time_pass()
    assert handle_passed() == 0
    assert missed() == []


def test_one_seller_who_ships_does_not_meet_it_for_the_other():
    order = make_order(sellers=[make_seller(), make_seller()])
    first = items_of(order)[0]
    ship_package(package=start_packaging(order=order, items=[first], actor=SYSTEM), actor=SYSTEM)

    handled = dict(Deadline.objects.filter(step=STEP).values_list("subject_id", "handled_at"))
    assert {part for part, at in handled.items() if at} == {first.seller_order_id}


def test_what_is_cancelled_need_not_ship():
    order = make_order()
    running = deadline_of(order)
    selections = [Selection(item.pk, item.quantity, "out_of_stock") for item in items_of(order)]
    reject_items(order=order, selections=selections, actor=make_member_of(order))

    running.refresh_from_db()
    assert running.outcome == "met"


def make_member_of(order):
    return make_member(order.seller_orders.get().seller)


# -- Missed ---------------------------------------------------------------------------------


def test_what_is_not_packed_is_missed_as_the_sellers_part():
    order = make_order()
    part = order.seller_orders.get()
    let_time_pass()

    assert handle_passed() == 1
    assert handle_passed() == 0

    assert missed() == [("seller_order", part.pk)]
    event = Event.objects.get(type="package.ship_by_missed")
    assert (event.order_id, event.seller_id) == (order.pk, part.seller_id)
    assert event.data["action"] == "flag"
    assert deadline_of(order).outcome == "flag"
    assert {item.status for item in items_of(order)} == {"waiting_packaging"}


def test_each_package_that_is_still_here_is_missed_and_no_other():
    order = make_order(lines=[line(), line(), line()])
    packages = [
        start_packaging(order=order, items=[item], actor=SYSTEM) for item in items_of(order)
    ]
    ship_package(package=packages[0], actor=SYSTEM)
    let_time_pass()

    handle_passed()

    assert missed() == [("package", packages[1].pk), ("package", packages[2].pk)]


def test_bells_ring_once_an_hour_and_say_how_many():
    seller = make_seller()
    packer, owner = make_member(seller, "employee"), make_owner()
    for _ in range(3):
        make_order(sellers=[seller])
    make_order(sellers=[make_seller()])
    let_time_pass()
    handle_passed()
    deliver_all()
    deliver_all()

    bells = Notification.objects.filter(template="ship_by_missed")
    assert bells.filter(user=packer.user_id).get().data["count"] == 3
    about = bells.filter(user=owner.user_id).get().data
    assert (about["count"], about["sellers"]) == (4, 2)


# -- The owner's rule cancels ----------------------------------------------------------------


def test_the_rule_cancels_what_has_not_shipped_as_the_sellers_fault(assert_invariants):
    rule(amount=1, on_expiry="cancel")
    order = make_order(lines=[line(quantity=1), line(quantity=2), line(quantity=1)])
    first, second, _third = items_of(order)
    gone = start_packaging(order=order, items=[first], actor=SYSTEM)
    ship_package(package=gone, actor=SYSTEM)
    late = start_packaging(order=order, items=[second], actor=SYSTEM)
    let_time_pass()

    handle_passed()
    deliver_all()
    deliver_all()

    assert [item.status for item in items_of(order)] == ["shipped", "cancelled", "cancelled"]
    late.refresh_from_db()
    assert late.status == "cancelled"
    request = CancellationRequest.objects.get()
    assert request.case.origin == "system"
    assert {entry.reason.code for entry in request.items.all()} == {"ship_by_missed"}
    assert {entry.reason.fault for entry in request.items.all()} == {"seller"}
    assert {entry.decided_rule for entry in request.items.all()} == {"ship_by_missed"}
    plan = RefundPlan.objects.get()
    assert (plan.status, plan.total) == ("approved", 3000)
    assert Mail.objects.filter(template="cancellation_made", order_id=order.pk).count() == 1
    assert_invariants()


def test_the_owner_chooses_the_reason_by_the_order_of_the_list():
    rule(on_expiry="cancel")
    Reason.objects.filter(code="out_of_stock").update(
        for_system=True, sort_order=1, needs_note=True
    )
    order = make_order()
    let_time_pass()
    handle_passed()
    deliver_all()

    entry = CancellationRequest.objects.get().items.get()
    assert entry.reason.code == "out_of_stock"
    assert entry.note == entry.reason.text
    assert {item.status for item in items_of(order)} == {"cancelled"}


def test_without_a_reason_of_the_sellers_fault_it_is_only_flagged():
    rule(on_expiry="cancel")
    Reason.objects.filter(code="ship_by_missed").update(active=False)
    order = make_order()
    let_time_pass()
    handle_passed()
    deliver_all()

    assert not CancellationRequest.objects.exists()
    assert {item.status for item in items_of(order)} == {"waiting_packaging"}


def test_what_the_customer_asked_to_cancel_is_left_to_that_request():
    rule(on_expiry="cancel")
    order = make_order(lines=[line(), line()])
    asked, other = items_of(order)
    make_case(order, {asked.pk: 1})
    let_time_pass()
    handle_passed()
    deliver_all()

    assert OrderItem.objects.get(pk=asked.pk).status == "waiting_packaging"
    assert OrderItem.objects.get(pk=other.pk).status == "cancelled"


def test_what_ships_before_the_reaction_is_not_cancelled():
    rule(on_expiry="cancel")
    order = make_order()
    let_time_pass()
    handle_passed()
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    ship_package(package=package, actor=SYSTEM)

    deliver_all()

    assert {item.status for item in items_of(order)} == {"shipped"}
    assert not CancellationRequest.objects.exists()


# -- Reminders ------------------------------------------------------------------------------


def near(hours: int, due_at: datetime) -> None:
    """All of them are due at `due_at`, and to be reminded of now, `hours` before."""
    for deadline in Deadline.objects.filter(step=STEP):
        Deadline.objects.filter(pk=deadline.pk).update(
            due_at=due_at,
            next_attempt_at=due_at,
            next_reminder_at=timezone.now() - timedelta(seconds=1),
            reminders_at=[due_at - timedelta(hours=hours)],
        )


def test_many_orders_due_in_one_hour_are_one_mail_per_reminder():
    seller = make_seller()
    packer = make_member(seller, "employee")
    orders = [make_order(sellers=[seller]) for _ in range(30)]
    shipped = start_packaging(order=orders[0], items=items_of(orders[0]), actor=SYSTEM)
    ship_package(package=shipped, actor=SYSTEM)
    other = make_member(make_seller())
    due = timezone.now() + timedelta(hours=4)

    near(4, due.replace(minute=30))
    assert remind() == 29
    assert remind() == 0
    deliver_all()
    deliver_all()

    letter = Mail.objects.get(template="ship_by_near")
    assert letter.subject.startswith("29 orders to ship by")
    assert orders[1].number in letter.text
    assert orders[0].number not in letter.text.split()
    assert "and 9 more" in letter.text
    bell = Notification.objects.get(template="ship_by_near")
    assert (bell.user_id, bell.data["count"]) == (packer.user_id, 29)
    assert other.user_id != packer.user_id


def test_the_second_reminder_is_another_mail():
    seller = make_seller()
    make_member(seller)
    make_order(sellers=[seller])
    due = timezone.now() + timedelta(hours=24, minutes=1)
    near(24, due)
    remind()
    deliver_all()
    soon = timezone.now() + timedelta(hours=4, minutes=1)
    near(4, soon)
    remind()
    deliver_all()

    assert Mail.objects.filter(template="ship_by_near").count() == 2


def test_nobody_is_reminded_of_what_has_shipped():
    seller = make_seller()
    make_member(seller)
    order = make_order(sellers=[seller])
    near(4, timezone.now() + timedelta(hours=4))
    remind()
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    ship_package(package=package, actor=SYSTEM)

    deliver_all()

    assert not Mail.objects.filter(template="ship_by_near").exists()


# -- Any number of beats --------------------------------------------------------------------


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_miss_it_once():
    rule(on_expiry="cancel")
    orders = [make_order() for _ in range(6)]
    let_time_pass()

    handled = at_once(3, handle_passed)

    assert sum(handled) == 6
    assert len(missed()) == 6
    owed = list(Delivery.objects.values_list("pk", flat=True))
    at_once(3, lambda: [deliver(delivery_id=pk) for pk in owed])
    deliver_all()
    assert CancellationRequest.objects.count() == 6
    assert {item.status for order in orders for item in items_of(order)} == {"cancelled"}
