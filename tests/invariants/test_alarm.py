"""A broken invariant is told in the log and as a metric."""

import logging

import pytest
from django.core.cache import cache

from marketplace.invariants import alarm
from marketplace.tasks import check_recent_invariants
from orders.models import SellerOrder
from tests.factories import make_order

pytestmark = pytest.mark.django_db
NAME = "The amounts of a seller order are those of its lines"
GAUGE = "marketplace_invariant_violations"


@pytest.fixture(autouse=True)
def _forget():
    cache.delete(alarm.LAST)
    yield
    cache.delete(alarm.LAST)


def test_all_well_is_a_zero_and_a_silence(caplog):
    make_order()

    check_recent_invariants()

    assert alarm.REGISTRY.get_sample_value(GAUGE, {"invariant": ""}) == 0
    assert alarm.REGISTRY.get_sample_value("marketplace_invariants_checked_timestamp_seconds")
    assert not caplog.records


def test_a_broken_one_is_logged_and_counted(caplog):
    make_order()
    SellerOrder.objects.update(unit_count=77)

    with caplog.at_level(logging.ERROR):
        check_recent_invariants()

    assert alarm.REGISTRY.get_sample_value(GAUGE, {"invariant": NAME}) == 1
    assert NAME in caplog.text


def test_two_beats_check_once(monkeypatch):
    rounds = []
    monkeypatch.setattr(alarm, "check_and_tell", lambda **given: rounds.append(given))

    check_recent_invariants()
    check_recent_invariants()

    assert len(rounds) == 1


def test_without_a_cache_metrics_are_still_readable(monkeypatch):
    def away(*_args, **_options):
        raise ConnectionError

    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "set", away)

    alarm.check_and_tell(since=alarm.timedelta(minutes=15))

    assert list(alarm.InvariantCollector().collect()) == []


def test_metrics_tell_it(client, settings):
    settings.METRICS_TOKEN = "let-me-in"
    alarm.check_and_tell(since=alarm.timedelta(minutes=15))

    answer = client.get("/metrics/", headers={"Authorization": "Bearer let-me-in"})

    assert b'marketplace_invariant_violations{invariant=""} 0.0' in answer.content
    assert b"django_http_requests" in answer.content
