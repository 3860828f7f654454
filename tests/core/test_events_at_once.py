"""Two workers, one delivery: real threads, connections and commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.events import operations
from core.jobs.models import JobRow
from tests.core import reactions  # noqa: F401 (registers them)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def at_once(count: int, act) -> list:
    """Run `act` in that many threads that begin together, each with its own connection."""
    start = Barrier(count)

    def run(_):
        try:
            start.wait(timeout=10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_workers_at_once_handle_a_delivery_once(happen, doorbell):
    event = happen("probe.slow")
    delivery = event.deliveries.get()

    at_once(4, lambda: operations.deliver(delivery_id=delivery.pk))

    delivery.refresh_from_db()
    assert delivery.handled_at
    assert delivery.attempts == 1
    assert list(JobRow.objects.values_list("label", flat=True)) == [f"slow {event.pk}"]


def test_two_subscribers_of_one_event_do_not_wait_for_each_other(happen, doorbell):
    event = happen("probe.noted")
    ids = list(event.deliveries.values_list("pk", flat=True))

    at_once(2, lambda: [operations.deliver(delivery_id=pk) for pk in ids])

    assert not event.deliveries.filter(handled_at=None).exists()
    assert JobRow.objects.count() == 2


def test_a_slot_is_claimed_once_by_any_number_of_beats(db):
    from core.deadlines import claim_slot
    from core.deadlines.models import PeriodicRun

    claimed = at_once(6, lambda: claim_slot("probe", 86_400))

    assert sorted(claimed) == [False] * 5 + [True]
    assert PeriodicRun.objects.filter(job="probe").count() == 1
