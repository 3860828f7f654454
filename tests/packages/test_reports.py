"""What carriers tell: once per message, whatever order it comes in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import SYSTEM
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from orders.operations import move_items
from packages.models import CarrierReport
from packages.operations import (
    UnknownPackage,
    deliver_package,
    fail_delivery,
    remove_items,
    ship_package,
    take_report,
)
from tests.factories import (
    items_of,
    make_case,
    make_customer,
    make_member,
    make_order,
    make_seller,
)
from tests.packages.acts import CARRIER, packed, report, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order()


def told(package) -> list[str]:
    events = Event.objects.filter(subject_type="package", subject_id=package.pk)
    return [type_.partition(".")[2] for type_ in events.order_by("seq").values_list("type", flat=1)]


def outcomes(package, *reports: tuple[str, int]) -> list[str]:
    return [report(package, kind, minutes=minutes).outcome for kind, minutes in reports]


def test_a_carriers_whole_way(order, assert_invariants):
    package = packed(order)

    came = outcomes(
        package, ("shipped", 1), ("out_for_delivery", 2), ("failed", 3), ("shipped", 4),
        ("out_for_delivery", 5), ("delivered", 6),
    )  # fmt: skip

    assert came == ["moved", "noted", "moved", "moved", "noted", "moved"]
    assert told(package) == [
        "preparing", "shipped", "out_for_delivery", "delivery_failed", "shipped",
        "out_for_delivery", "delivered",
    ]  # fmt: skip
    assert statuses(order) == ["delivered"]
    assert_invariants()


def test_the_same_message_twice_is_one(order):
    package = packed(order)

    first = report(package, "shipped", key="m-1")
    again = report(package, "delivered", key="m-1")

    package.refresh_from_db()
    assert (again.pk, again.kind, package.status) == (first.pk, "shipped", "shipped")
    assert CarrierReport.objects.count() == 1


def test_what_comes_after_the_delivery_changes_nothing(order, assert_invariants):
    package = packed(order)
    report(package, "delivered", minutes=9)
    before = Event.objects.count()

    came = outcomes(
        package, ("shipped", 1), ("out_for_delivery", 2), ("failed", 3), ("delivered", 10)
    )

    assert came == ["superseded"] * 4
    assert (Event.objects.count(), statuses(order)) == (before, ["delivered"])
    assert_invariants()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("shipped", "shipped"),
        ("out_for_delivery", "shipped"),
        ("delivered", "delivered"),
        ("failed", "delivery_failed"),
    ],
)
def test_what_nobody_had_shipped_has_left_when_a_carrier_has_it(
    order, kind, status, assert_invariants
):
    package = packed(order)
    make_case(order)  # asked to cancel: too late, it has happened

    came = report(package, kind)

    package.refresh_from_db()
    assert (came.outcome, package.status, statuses(order)) == ("moved", status, [status])
    assert package.shipped_at is not None
    assert_invariants()


def test_a_failure_that_comes_late_does_not_undo_the_second_shipment(order):
    package = packed(order)
    outcomes(package, ("shipped", 1), ("failed", 5), ("shipped", 8))

    assert outcomes(package, ("failed", 4), ("shipped", 2)) == ["superseded"] * 2

    package.refresh_from_db()
    assert package.status == "shipped"


def test_a_shipment_that_comes_late_does_not_undo_the_failure(order):
    package = packed(order)
    report(package, "failed", minutes=5)

    assert outcomes(package, ("shipped", 1), ("out_for_delivery", 2)) == ["superseded"] * 2

    assert statuses(order) == ["delivery_failed"]


def test_a_failure_said_by_hand_is_a_measure_too(order):
    package = ship_package(package=packed(order), actor=SYSTEM)
    fail_delivery(package=package, reason="Nobody was at home", actor=SYSTEM)

    assert outcomes(package, ("shipped", -5), ("shipped", 5)) == ["superseded", "moved"]

    assert CarrierReport.objects.get(kind="failed").reason == "Nobody was at home"


def test_it_turns_out_delivered_after_a_failure(order):
    package = packed(order)

    assert outcomes(package, ("failed", 5), ("delivered", 2)) == ["moved", "moved"]
    assert statuses(order) == ["delivered"]


def test_a_cancelled_package_stays_cancelled(order):
    package = packed(order)
    move_items(order, items_of(order), "cancelled", actor=SYSTEM)
    remove_items(order=order, items=items_of(order), actor=SYSTEM)

    assert report(package, "delivered").outcome == "superseded"

    package.refresh_from_db()
    assert package.status == "cancelled"


def test_the_newest_expected_date_stands(order):
    package = packed(order)
    soon, later = (timezone.now() + timedelta(days=days) for days in (1, 2))

    report(package, "shipped", minutes=1, expected_at=soon)
    report(package, "out_for_delivery", minutes=5, expected_at=later)
    report(package, "out_for_delivery", minutes=3, key="late", expected_at=soon)

    package.refresh_from_db()
    assert package.expected_at == later


def test_moments_are_the_carriers_within_the_packages_life(order):
    package = packed(order)
    report(package, "shipped", minutes=-600)
    report(package, "delivered", minutes=600)

    package.refresh_from_db()
    assert package.created_at <= package.shipped_at <= package.delivered_at <= timezone.now()


@pytest.mark.parametrize("said", [{"kind": "lost"}, {"key": " "}, {"key": "k" * 121}])
def test_what_is_no_report_is_refused(order, said):
    given = {"kind": "shipped", "key": "m-1"} | said

    with pytest.raises(InvalidInput) as refused:
        take_report(package=packed(order), occurred_at=timezone.now(), actor=CARRIER, **given)

    assert refused.value.field == next(iter(said))


def test_who_may_report(order):
    package = packed(order)
    given = {"package": package, "kind": "shipped", "key": "1", "occurred_at": timezone.now()}

    with pytest.raises(NotAllowed):
        take_report(**given, actor=make_customer(order))
    with pytest.raises(UnknownPackage):
        take_report(**given, actor=make_member(make_seller()))
    assert take_report(**given, actor=make_member(package.seller)).outcome == "moved"


def test_reports_lock_the_order_first(order, locks_first):
    package = packed(order)

    with locks_first():
        report(package, "shipped")


def test_delivering_by_hand_what_was_never_shipped(order):
    package = deliver_package(package=packed(order), actor=CARRIER)

    assert told(package) == ["preparing", "shipped", "delivered"]
