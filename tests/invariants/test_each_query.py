"""Every invariant holds in a healthy marketplace, and each is seen to fail once, alone."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from marketplace.invariants.check import check, invariants
from tests.invariants import breaks, scene
from tests.invariants.breaking import BREAKS, execute, order, without_protection

assert breaks


@pytest.fixture(scope="module")
def _marketplace(django_db_setup, django_db_blocker):
    """Built once, in a transaction that every test looks into and that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def broken(_marketplace):
    """What the test breaks is whole again after it."""
    with transaction.atomic():
        without_protection()
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("_marketplace")
def test_all_hold_in_a_healthy_marketplace():
    assert check() == []
    assert check(timedelta(hours=1)) == []


def test_every_invariant_has_a_break():
    names = [invariant.name for invariant in invariants()]

    assert len(set(names)) == len(names)
    assert set(BREAKS) == set(names)
    assert {invariant.chapter for invariant in invariants()} == {
        "money",
        "quantity",
        "history",
        "tenancy",
        "time",
        "access",
    }


@pytest.mark.parametrize("name", sorted(BREAKS))
@pytest.mark.usefixtures("broken")
def test_a_break_is_seen_by_its_invariant_alone(name):
    BREAKS[name]()

    assert {violation.invariant for violation in check()} == {name}


@pytest.mark.parametrize(
    "name", sorted(BREAKS.keys() - {one.name for one in invariants() if one.nightly})
)
@pytest.mark.usefixtures("broken")
def test_a_check_of_recent_orders_sees_it_too(name):
    BREAKS[name]()

    assert {violation.invariant for violation in check(timedelta(hours=1))} == {name}


@pytest.mark.usefixtures("broken")
def test_orders_that_nothing_happened_to_are_left_out():
    execute(
        f"UPDATE events_event SET recorded_at = now() - interval '3 hours' "
        f"WHERE order_id = {order('PACKED')}"
    )
    BREAKS["The amounts of a seller order are those of its lines"]()

    names = {violation.invariant for violation in check(timedelta(hours=1))}
    assert "The amounts of a seller order are those of its lines" not in names
    names = {violation.invariant for violation in check(timedelta(hours=4))}
    assert "The amounts of a seller order are those of its lines" in names


@pytest.mark.usefixtures("broken")
class TestCommand:
    def test_all_is_well(self, capsys):
        call_command("check_invariants")

        assert capsys.readouterr().out == f"All {len(invariants())} invariants hold.\n"

    def test_the_rows_are_shown_and_it_fails(self, capsys):
        BREAKS["An account's balance is the sum of its entries"]()

        with pytest.raises(CommandError) as failed:
            call_command("check_invariants")

        assert failed.value.returncode == 1
        assert (
            "An account's balance is the sum of its entries: account_id" in capsys.readouterr().out
        )

    def test_the_rows_as_json(self, capsys):
        execute(f"UPDATE orders_sellerorder SET unit_count = 7 WHERE order_id = {order('ASKED')}")

        with pytest.raises(CommandError):
            call_command("check_invariants", "--json", "--since", "15m")

        [line] = capsys.readouterr().out.splitlines()
        told = json.loads(line)
        assert told["invariant"] == "The amounts of a seller order are those of its lines"
        assert set(told["row"]) == {"seller_order_id", "order_id"}

    def test_a_span_that_cannot_be_meant_is_refused(self):
        with pytest.raises(CommandError, match="such as 15m"):
            call_command("check_invariants", "--since", "soon")
