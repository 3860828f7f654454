"""The demo's carrier drives packages about, through the API and nothing else."""

import itertools
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from core.actors import SYSTEM
from marketplace.demo import embedded
from packages.carrier.journeys import journey, shipped_since
from packages.carrier.rounds import Marketplace, NotNow, Rounds
from packages.models import CarrierReport
from packages.operations import ship_package, start_packaging
from tests.factories import items_of, make_order, make_owner
from tests.people import token_of

LEFT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MANY = [f"P-{number}" for number in range(600)]


def kinds(package: str) -> list[str]:
    return [message.kind for message in journey(package, LEFT, 20)]


def test_a_journey_follows_from_the_number_and_the_moment():
    assert journey("P-1", LEFT, 20) == journey("P-1", LEFT, 20)
    again = journey("P-1", LEFT + timedelta(hours=1), 20)
    assert not {one.key for one in again} & {one.key for one in journey("P-1", LEFT, 20)}


def test_every_journey_has_one_end_and_one_in_twelve_fails():
    ends = [{"delivered", "failed"} & set(kinds(package)) for package in MANY]
    assert all(len(end) == 1 for end in ends)
    failed = sum(end == {"failed"} for end in ends)
    assert 25 <= failed <= 80  # 50 of 600


def test_some_things_are_told_twice_and_some_too_late():
    usual = ["shipped", "out_for_delivery"]
    assert any(kinds(package)[:2] == usual and len(kinds(package)) == 3 for package in MANY)
    assert any(len(set(kinds(package))) < len(kinds(package)) for package in MANY)
    assert any(kinds(package)[-1] == "out_for_delivery" for package in MANY)
    for package in MANY:
        for message in journey(package, LEFT, 20):
            assert LEFT < message.occurred_at <= message.due <= LEFT + timedelta(seconds=60)


def test_what_left_before_is_somebody_elses():
    packages = [
        {"number": "P-1", "shipped_at": "2026-11-20T08:59:59Z"},
        {"number": "P-2", "shipped_at": "2026-11-20T09:00:00Z"},
        {"number": "P-3", "shipped_at": None},
    ]
    assert shipped_since(packages, LEFT) == {"P-2": LEFT}


class Heard(Marketplace):
    """Keeps what it is told; the first `broken` calls fail."""

    def __init__(self, packages, broken=0):
        self.packages, self.told, self.broken = packages, [], broken

    def shipped(self, since):
        return self.packages

    def tell(self, message):
        if self.broken:
            self.broken -= 1
            raise NotNow(0)
        self.told.append(message)
        return "noted"


def test_everything_is_told_once_and_in_time():
    market = Heard([{"number": "P-1", "shipped_at": LEFT.isoformat()}])
    rounds = Rounds(market, seconds=20, since=LEFT)

    assert rounds.go(LEFT) == 0
    for second in range(0, 70, 2):
        rounds.go(LEFT + timedelta(seconds=second))

    assert market.told == journey("P-1", LEFT, 20)


def test_what_could_not_be_told_is_told_later():
    market = Heard([{"number": "P-1", "shipped_at": LEFT.isoformat()}], broken=2)
    rounds = Rounds(market, seconds=20, since=LEFT)
    end = LEFT + timedelta(seconds=70)
    for _try in range(2):
        with pytest.raises(NotNow):
            rounds.go(end)
    rounds.go(end)
    assert market.told == journey("P-1", LEFT, 20)


def test_a_marketplace_that_is_away_is_asked_again_later():
    nobody = Marketplace(f"http://127.0.0.1:{embedded.free_port()}", "mkt_x")
    with pytest.raises(NotNow):
        nobody.shipped(LEFT)


def test_it_does_not_start_without_a_token():
    started = subprocess.run(
        [sys.executable, "-m", "packages.carrier"],
        cwd=embedded.CHECKOUT,
        env={},
        capture_output=True,
        text=True,
    )
    assert started.returncode == 2
    assert "CARRIER_TOKEN is empty" in started.stderr


@pytest.mark.django_db(transaction=True)
def test_a_shipped_package_comes_to_its_end(live_server):
    """The real thing, killed half-way and started again."""
    token = token_of(make_owner(), "packages:read", "packages:carrier")
    since = datetime.now(UTC)
    order = make_order()
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    ship_package(package=package, tracking_number="T-1", actor=SYSTEM)

    def carrier():
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "packages.carrier", "--url", live_server.url),
                *("--seconds", "1.5", "--since", since.isoformat()),
            ],
            cwd=embedded.CHECKOUT,
            env={"CARRIER_TOKEN": token},
            stdout=subprocess.DEVNULL,
        )

    first = carrier()
    _wait_for(lambda: CarrierReport.objects.filter(package=package).exists())
    first.kill()
    first.wait()
    second = carrier()
    try:
        _wait_for(lambda: _status(package) in {"delivered", "delivery_failed"})
    finally:
        second.terminate()
    assert second.wait(timeout=10) == 0
    keys = list(CarrierReport.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def _status(package) -> str:
    package.refresh_from_db()
    return package.status


def _wait_for(condition):
    for _turn in itertools.repeat(None, 300):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("waited 30 seconds")
