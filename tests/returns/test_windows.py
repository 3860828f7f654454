"""How long something may be returned: days of the seller's, whatever their clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.actors import SYSTEM, Actor, Role
from core.deadlines.models import DeadlineRule
from packages.operations import deliver_package, ship_package, start_packaging
from returns.models import ReturnParcel
from returns.operations import Received, approve_items, eligibility, receive
from returns.policies import window_of
from returns.rules import policy_for
from tests.factories import items_of, line, make_customer, make_order, make_owner, make_seller
from tests.returns.acts import (
    ask,
    asked,
    delivered,
    delivered_order,
    item_states,
    policy,
    select,
    shipped,
)

DAY = timedelta(days=1)

# Zones that change their clocks in 2026 or 2027, each with the local days on which they do.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2027, 11, 7)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2027, 10, 29)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Auckland", date(2027, 9, 26)),
    ("America/Sao_Paulo", date(2026, 2, 15)),  # changes them no more
    ("Asia/Kathmandu", date(2026, 2, 15)),
]


@pytest.fixture
def rules(db):
    return policy_for(0, "")


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("before", [0, 1, 13, 14])
@pytest.mark.parametrize("hour", [0, 3, 23])
def test_the_last_day_is_the_fourteenth_after_delivery_and_counts_whole(
    rules, zone, day, before, hour
):
    there = ZoneInfo(zone)
    # A wall clock that some zones skip: PEP 495 then means the instant beside the leap.
    received = datetime(day.year, day.month, day.day, hour, 30, tzinfo=there) - before * DAY
    received = received.astimezone(UTC)
    received_on = received.astimezone(there).date()

    window = window_of(rules, received, zone)

    assert window.last_day == received_on + 14 * DAY
    last_moment = window.until - timedelta(microseconds=1)
    assert last_moment.astimezone(there).date() == window.last_day
    assert window.until.astimezone(there).date() == window.last_day + DAY
    assert window.is_open(last_moment)
    assert not window.is_open(window.until)


def test_without_a_delivery_no_time_runs(rules):
    window = window_of(rules, None, "Europe/Lisbon")

    assert (window.until, window.last_day) == (None, None)
    assert window.is_open(timezone.now() + 1000 * DAY)


@pytest.mark.django_db
def test_the_owners_deadline_rule_is_the_usual_window_and_a_policy_overrules_it():
    DeadlineRule.objects.create(
        step="return.window", amount=3, unit="working_days", on_expiry="close"
    )
    friday = datetime(2026, 11, 20, 12, tzinfo=UTC)

    usual = window_of(policy_for(0, ""), friday, "Europe/Lisbon")
    policy(window_days=30)
    own = window_of(policy_for(0, ""), friday, "Europe/Lisbon")

    assert (usual.last_day, own.last_day) == (date(2026, 11, 25), date(2026, 12, 20))


@pytest.mark.django_db
def test_each_item_shows_whether_and_until_when():
    order = make_order(
        sellers=[make_seller(time_zone="Pacific/Auckland")],
        lines=[line(), line(), line()],
    )
    first, second, _third = items_of(order)
    package = start_packaging(order=order, items=[first], actor=SYSTEM)
    deliver_package(package=ship_package(package=package, actor=SYSTEM), actor=SYSTEM)
    package = start_packaging(order=order, items=[second], actor=SYSTEM)
    ship_package(package=package, actor=SYSTEM)

    mine = eligibility(order, make_customer(order))

    assert [one.refusal is None for one in mine] == [True, True, False]
    today = timezone.now().astimezone(ZoneInfo("Pacific/Auckland")).date()
    assert [one.grounds.window.last_day for one in mine] == [today + 14 * DAY, None, None]
    assert mine[2].refusal.allowed == ["cancel"]
    assert eligibility(order, Actor(Role.CUSTOMER, user_id=0)) == []


@pytest.mark.django_db
def test_the_window_of_each_seller_and_category():
    seller = make_seller()
    policy(window_days=30)
    policy(category="Shoes", window_days=60)
    policy(seller=seller, window_days=7)
    policy(seller=seller, category="Shoes", window_days=0)

    days = [
        policy_for(seller_id, category).window.rule.amount
        for seller_id in (0, seller.pk)
        for category in ("Mugs", "Shoes")
    ]

    assert days == [30, 60, 7, 0]


@pytest.mark.django_db
def test_what_was_exchanged_has_a_window_of_its_own(assert_invariants):
    order = delivered_order(lines=[line(quantity=1, unit_price=1000)])
    request = asked(order, wish="exchange")
    approve_items(request, actor=make_owner())
    entry = request.items.get()
    receive(ReturnParcel.objects.get(), units=[Received(entry.pk, "ok", 1)], actor=make_owner())
    old, new = items_of(order)
    assert [one.refusal is None for one in eligibility(order, SYSTEM)] == [False, False]
    delivered(order)

    again = ask(order, make_customer(order), select(new))

    assert again.estimate == 1000
    approve_items(again, actor=make_owner())
    assert item_states(order) == {"1.1": "returned", "2.1": "delivered"}
    plan = again.case.refund_plans.get()
    assert {line.item_id for line in plan.lines.all()} == {old.pk}
    assert_invariants()


@pytest.mark.django_db
def test_shipped_and_not_delivered_it_is_open():
    order = make_order(placed_at=timezone.now() - 60 * DAY)
    shipped(order)

    [one] = eligibility(order, SYSTEM)

    assert one.refusal is None
