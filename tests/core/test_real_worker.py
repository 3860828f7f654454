"""A real worker, in processes of its own, on the test's database and its own Redis database."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.db import connection

from core.events import nudge, operations
from core.events.models import Delivery
from core.events.tasks import deliver
from core.jobs.models import JobRow
from tests.core import reactions  # noqa: F401 (registers them)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.timeout(180),
]
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60


def database_url() -> str:
    where = connection.settings_dict
    return (
        f"postgres://{quote(where['USER'])}:{quote(where['PASSWORD'])}"
        f"@{where['HOST']}:{where['PORT']}/{where['NAME']}"
    )


@pytest.fixture(scope="module")
def worker(django_db_setup, tmp_path_factory):
    """`celery -A marketplace worker` with two children; stopped at the end, with its children."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()  # this run's own database of it
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "marketplace", "worker"]
    command += ["-I", "tests.core.reactions", "-Q", "default", "-c", "2", "-l", "INFO"]
    command += ["-n", f"probe-{os.getpid()}@%h", "--without-gossip", "--without-mingle"]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    yield process, log
    _stop(process)


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the session that we started, and nothing else
        process.wait(timeout=10)


def wait_until(true, log: Path, *, meanwhile=lambda: None) -> None:
    stop = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < stop, log.read_text()[-4000:]
        meanwhile()
        time.sleep(0.2)


def handled(event) -> bool:
    return not event.deliveries.filter(handled_at=None).exists()


def test_a_worker_delivers_an_event_after_its_commit(worker, happen):
    process, log = worker

    event = happen("probe.noted")
    wait_until(lambda: handled(event), log)

    assert sorted(JobRow.objects.values_list("label", flat=True)) == [
        f"also {event.pk}",
        f"note {event.pk}",
    ]
    assert set(event.deliveries.values_list("attempts", flat=True)) == {1}
    assert process.poll() is None


def test_a_killed_child_loses_nothing_and_does_nothing_twice(worker, happen):
    process, log = worker

    def sweep():  # as beat does every 15 seconds
        for delivery_id in operations.owed_deliveries():
            nudge(deliver, delivery_id=delivery_id)

    event = happen("probe.deadly")
    wait_until(lambda: handled(event), log, meanwhile=sweep)

    delivery = event.deliveries.get()
    assert delivery.attempts == 2, "the first one died half-way"
    assert list(JobRow.objects.values_list("label", flat=True)) == [f"survived {event.pk}"]
    assert "SIGKILL" in log.read_text()
    assert process.poll() is None, "the worker itself lives on"


def test_a_lost_redis_loses_nothing(worker, happen, monkeypatch):
    """All messages are gone, as after a restart of an empty Redis: the rows still stand."""
    _process, log = worker
    with monkeypatch.context() as silent:
        silent.setattr("core.events.log.nudge", lambda *args, **ids: True)
        events = [happen("probe.noted") for _ in range(10)]
    assert not any(handled(event) for event in events)
    Delivery.objects.update(next_attempt_at=events[0].recorded_at.replace(year=2020))

    for delivery_id in operations.owed_deliveries():
        nudge(deliver, delivery_id=delivery_id)
    wait_until(lambda: all(handled(event) for event in events), log)

    assert JobRow.objects.count() == 20


def test_nobody_waits_for_a_broker_that_is_not_there():
    """Nothing listens on port 9: retries that grow would take 18 s, as measured once."""
    script = (
        "import django, time; django.setup()\n"
        "from core.events import nudge\n"
        "from core.events.tasks import deliver\n"
        "begin = time.monotonic()\n"
        "assert not any(nudge(deliver, delivery_id=1) for _ in range(3))\n"
        "print(time.monotonic() - begin)\n"
    )
    environment = {
        **os.environ,
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    }

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout.strip().splitlines()[-1]) < 9
