"""Many packages at once: a row each, one that fails stops no other, foreign is missing."""

from contextlib import contextmanager

import pytest
from django.db import transaction

from core.actors import SYSTEM
from core.errors import InvalidInput
from core.events.models import Event
from core.jobs.models import Job
from core.jobs.operations import continue_job
from packages.bulk import MOST, Action, act_now, start_bulk
from packages.foresight import foresee
from packages.models import Package
from packages.operations import mark_ready, ship_package
from sellers.models import SellerDeliveryOption
from tests.factories import (
    items_of,
    make_case,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.packages.acts import make_option, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def member(seller):
    return make_member(seller, "employee")


def finish(job: Job) -> Job:
    while continue_job(job_id=job.pk):
        pass
    job.refresh_from_db()
    return job


def told(job: Job) -> list[tuple[str, str, str]]:
    return list(job.rows.values_list("label", "status", "message"))


@contextmanager
def undone():
    """What is done within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def status_of(*packages: Package) -> list[str]:
    return [Package.objects.get(pk=package.pk).status for package in packages]


class TestPacking:
    def test_one_package_per_order_with_all_that_waits(self, seller, member, assert_invariants):
        orders = [make_order(sellers=[seller]) for _n in range(3)]

        job = finish(start_bulk("pack", [order.number for order in orders], actor=member))

        assert (job.status, job.total, job.done, job.failed) == ("done", 3, 3, 0)
        assert str(job.label) == "Packaging of orders"
        assert Package.objects.filter(seller=seller, status="preparing").count() == 3
        packer = Event.objects.filter(type="package.preparing").first()
        assert packer.actor_user_id == member.user_id
        assert_invariants()

    def test_a_seller_packs_only_their_part_and_the_owner_every_part(self, seller, member):
        order = make_order(sellers=[seller, make_seller()])

        assert not any(row.failed for row in act_now("pack", [order.number], actor=member))
        assert Package.objects.get().seller == seller

        [row] = act_now("pack", [order.number], actor=make_owner())
        assert not row.failed
        assert Package.objects.count() == 2
        assert {item.status for item in items_of(order)} == {"preparing"}

    def test_what_is_packed_and_what_is_foreign_are_errors_of_their_rows(self, seller, member):
        done, foreign = make_order(sellers=[seller]), make_order()
        packed(done)
        waiting = make_order(sellers=[seller])
        numbers = [done.number, foreign.number, "T-NONE", waiting.number]

        rows = act_now("pack", numbers, actor=member)

        assert [(row.label, row.message) for row in rows] == [
            (done.number, "Nothing of it waits for packaging."),
            (foreign.number, "There is no such order."),
            ("T-NONE", "There is no such order."),
            (waiting.number, ""),
        ]
        assert {item.status for item in items_of(foreign)} == {"waiting_packaging"}

    def test_with_a_way_of_delivery(self, seller, member):
        make_option("fast")
        order = make_order(sellers=[seller])

        act_now("pack", [order.number], actor=member, delivery_option="fast")

        assert Package.objects.get().delivery_option.code == "fast"


class TestShipping:
    @pytest.fixture
    def packages(self, seller):
        return [packed(make_order(sellers=[seller])) for _n in range(3)]

    def test_as_a_job_with_a_row_each(self, packages, member, assert_invariants):
        option = make_option("std", tracking_pattern=r"T\d+", is_default=True)
        [first, second, third] = packages
        foreign = packed(make_order())
        ship_package(package=second, actor=SYSTEM)
        numbers = [package.number for package in packages]

        job = finish(
            start_bulk(
                Action.SHIP,
                [*numbers, foreign.number, "P-NONE"],
                actor=member,
                tracking={first.number: "T1", third.number: "nonsense"},
                delivery_option=option.code,
            )
        )

        rows = told(job)
        assert [(label, status) for label, status, _message in rows] == [
            (first.number, "done"),
            (second.number, "failed"),
            (third.number, "failed"),
            (foreign.number, "failed"),
            ("P-NONE", "failed"),
        ]
        assert "is Shipped" in rows[1][2]
        assert "look different" in rows[2][2]
        assert [message for *_row, message in rows[3:]] == ["There is no such package."] * 2
        assert status_of(*packages, foreign) == ["shipped", "shipped", "preparing", "preparing"]
        assert Package.objects.get(pk=first.pk).tracking_number == "T1"
        assert job.failed == 4
        assert_invariants()

    def test_a_step_done_twice_ships_once(self, packages, member):
        job = start_bulk("ship", [packages[0].number, packages[1].number], actor=member)
        continue_job(job_id=job.pk)
        Job.objects.filter(pk=job.pk).update(cursor=None, done=0)  # as if it had not been kept
        Job.objects.get(pk=job.pk).rows.all().delete()

        finish(job)

        assert Event.objects.filter(type="package.shipped").count() == 2

    def test_the_same_number_twice_is_one(self, packages, member):
        number = packages[0].number

        assert len(act_now("ship", [number, f" {number} ", ""], actor=member)) == 1

    def test_what_the_customer_asked_to_cancel_needs_a_second_yes(self, packages, member):
        asked = packages[0]
        make_case(asked.order)

        [row] = act_now("ship", [asked.number], actor=member)
        assert "asked to cancel" in row.message
        [row] = act_now("ship", [asked.number], actor=member, anyway=True)
        assert not row.failed

    def test_with_an_option_that_is_not_there(self, packages, member):
        [row] = act_now("ship", [packages[0].number], actor=member, delivery_option="none")

        assert row.message == "There is no such way of delivery."
        assert status_of(packages[0]) == ["preparing"]


def test_ready_changed_delivered(seller, member):
    package = packed(make_order(sellers=[seller]))
    make_option("fast")

    for action, params in (
        ("ready", {}),
        ("change_delivery", {"delivery_option": "fast"}),
        ("ship", {}),
        ("deliver", {}),
    ):
        [row] = act_now(action, [package.number], actor=member, **params)
        assert not row.failed, row.message

    package.refresh_from_db()
    assert (package.status, package.delivery_option.code) == ("delivered", "fast")


def test_none_and_too_many_are_refused(member):
    with pytest.raises(InvalidInput):
        start_bulk("ship", [" "], actor=member)
    with pytest.raises(InvalidInput):
        act_now("ship", [f"P-{n}" for n in range(MOST + 1)], actor=member)

    assert not Job.objects.exists()


class TestForesight:
    def test_it_says_what_the_act_will_say(self, seller, member):
        option = make_option("std", tracking_pattern=r"T\d+", is_default=True)
        gone = make_option("gone", active=False)
        foreign = packed(make_order())
        fine, asked, shipped, wrong = (packed(make_order(sellers=[seller])) for _n in range(4))
        make_case(asked.order)
        ship_package(package=shipped, actor=SYSTEM)
        numbers = [p.number for p in (fine, asked, shipped, wrong, foreign)]
        before = Event.objects.count()

        for action in ("ready", "ship", "deliver", "change_delivery"):
            for code in (option.code, gone.code, "none"):
                params = {"tracking": {wrong.number: "nonsense"}, "delivery_option": code}
                seen = foresee(action, numbers, actor=member, **params)
                assert Event.objects.count() == before
                assert [one.entry.number for one in seen] == numbers
                with undone():
                    rows = act_now(action, numbers, actor=member, **params)
                refusals = [str(one.refusal or "") for one in seen]
                assert refusals == [row.message for row in rows], (action, code)

    def test_packing(self, seller, member):
        waiting, done = (make_order(sellers=[seller]) for _n in range(2))
        packed(done)
        other = make_option("other")
        SellerDeliveryOption.objects.create(seller=seller, option=make_option("used"))

        seen = foresee("pack", [waiting.number, done.number, "T-NONE"], actor=member)
        assert [(one.units, str(one.refusal or "")) for one in seen] == [
            (2, ""),
            (0, "Nothing of it waits for packaging."),
            (0, "There is no such order."),
        ]
        [seen] = foresee("pack", [waiting.number], actor=member, delivery_option=other.code)
        [row] = act_now("pack", [waiting.number], actor=member, delivery_option=other.code)
        assert str(seen.refusal) == row.message != ""

    def test_a_second_yes_would_help(self, seller, member):
        package = packed(make_order(sellers=[seller]))
        make_case(package.order)

        [one] = foresee("ship", [package.number], actor=member)
        assert one.asked_to_cancel
        [one] = foresee("ship", [package.number], actor=member, anyway=True)
        assert one.refusal is None

    def test_it_asks_the_same_number_of_questions_however_many_they_are(
        self, seller, member, django_assert_num_queries
    ):
        make_option("std")
        numbers = [packed(make_order(sellers=[seller])).number for _n in range(8)]

        for few in (numbers[:1], numbers):
            with django_assert_num_queries(4):
                foresee("ship", few, actor=member, delivery_option="std")


def test_made_ready_beforehand_is_refused_where_it_stands(seller, member):
    package = mark_ready(package=packed(make_order(sellers=[seller])), actor=SYSTEM)

    [seen] = foresee("ready", [package.number], actor=member)

    assert "is Ready to ship" in str(seen.refusal)
