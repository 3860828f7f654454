"""Workers in processes of their own, killed in the middle; two of them at one export; fifty exports
at once. With real commits."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from core.exports import writing
from core.exports.models import Export
from core.jobs.models import Job
from core.jobs.operations import request_cancel, work_on
from tests.core.test_real_worker import database_url
from tests.exports import sample
from tests.exports.reading import lines_of, workbooks_of
from tests.factories import make_owner

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.timeout(240),
]
ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = 3000  # thirty steps
PATIENCE = 60


@pytest.fixture
def worker(settings, tmp_path):
    """`worker(export)` starts a process that works at it; what it says goes to a log."""
    started: list[subprocess.Popen] = []
    log = tmp_path / "worker.log"

    def begin(export: Export) -> subprocess.Popen:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "PRIVATE_FILES_DIR": settings.PRIVATE_FILES_DIR,
            "JOB_LEASE_SECONDS": "1",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        }
        command = [sys.executable, "-m", "tests.exports.sample", "work", str(export.job_id)]
        with log.open("a") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=20)


def done_of(export: Export) -> int:
    return Job.objects.values_list("done", flat=True).get(pk=export.job_id)


def wait_until(true) -> None:
    stop = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < stop, Job.objects.values().last()
        time.sleep(0.01)


@pytest.mark.parametrize(("ending", "files_inside"), [("csv", 1), ("xlsx", ROWS // 100)])
def test_a_worker_killed_three_times_loses_and_doubles_no_row(start, worker, ending, files_inside):
    sample.fill(ROWS)
    export = start(columns=["position", "label", "slow"], format=ending)
    dice = random.Random(ending)

    for kill in (1, 2, 3):
        process = worker(export)
        wait_until(lambda kill=kill: done_of(export) >= kill * ROWS // 4)
        time.sleep(dice.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=20) == -signal.SIGKILL
        assert done_of(export) < ROWS, "it died in the middle"
    worker(export).wait(timeout=PATIENCE)

    export.refresh_from_db()
    assert Job.objects.get(pk=export.job_id).status == "done"
    if ending == "csv":
        positions = [int(line[0]) for line in lines_of(export)[1:]]
    else:
        books = workbooks_of(export)
        assert len(books) == files_inside
        positions = [row[0].value for rows in books.values() for row in rows[1:]]
    assert positions == list(range(ROWS, 0, -1))
    assert export.rows == ROWS


def test_a_cancelled_export_stops_within_five_seconds_and_leaves_no_file(start, worker, owner):
    sample.fill(ROWS)
    export = start(columns=["position", "slow"], format="xlsx")
    process = worker(export)
    wait_until(lambda: done_of(export) >= ROWS // 4)

    begin = time.monotonic()
    request_cancel(export.job, actor=owner)
    wait_until(lambda: Job.objects.get(pk=export.job_id).finished)
    took = time.monotonic() - begin
    process.wait(timeout=20)

    assert Job.objects.get(pk=export.job_id).status == "cancelled"
    assert took < 5
    assert not writing.folder_of(export.number).exists()


def test_two_workers_at_once_write_each_row_once(start, worker):
    sample.fill(ROWS)
    export = start(columns=["position", "slow"])

    both = [worker(export), worker(export)]
    for process in both:
        process.wait(timeout=PATIENCE)

    export.refresh_from_db()
    assert [int(line[0]) for line in lines_of(export)[1:]] == list(range(ROWS, 0, -1))


def test_fifty_people_at_once_all_get_theirs_and_nobody_waits_for_another_to_end(start, settings):
    """One worker takes turns as they come from the queue; a turn here is one step."""
    settings.JOB_SLICE_SECONDS = 0
    settings.EXPORT_ROWS_PER_STEP = 50
    sample.fill(200)
    exports = [start(actor=make_owner()) for _ in range(50)]

    queue = [export.job_id for export in exports]
    spread = []
    while queue:
        job_id, *queue = queue
        work_on(job_id=job_id)
        done = list(Job.objects.filter(kind="export").values_list("done", flat=True))
        spread.append(max(done) - min(done))
        if not Job.objects.get(pk=job_id).finished:
            queue.append(job_id)

    assert max(spread) <= 50, "nobody is more than a step ahead of anybody"
    for export in exports:
        export.refresh_from_db()
        assert len(lines_of(export)) == 201
    assert connection.in_atomic_block is False
