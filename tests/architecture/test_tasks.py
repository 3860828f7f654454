"""Every background task, as the workers know it: small, routed, and only ever a nudge."""

import ast
import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from celery.app.task import Task
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.deadlines.models import PeriodicRun
from marketplace.celery import QUEUES, app

app.loader.import_default_modules()
TASKS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
BEAT = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ["marketplace", "core", "sellers", "finance", "orders", "packages", "refunds"]
APPS += ["cancellations", "returns"]
LONGEST = 60  # seconds: dates live in PostgreSQL, not in Redis


def test_there_are_tasks():
    assert {
        "core.events.deliver",
        "core.deadlines.handle_passed",
        "core.jobs.continue_job",
        "core.notifications.send",
        "refunds.execute",
    } <= set(TASKS)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_is_named_after_its_app_and_function(name):
    run = inspect.unwrap(TASKS[name].run)
    app_name = run.__module__.removesuffix(".tasks").split(".tasks.")[0]

    assert name == f"{app_name}.{run.__name__}"


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_takes_ids_only(name):
    given = inspect.signature(TASKS[name].run).parameters.values()

    for parameter in given:
        assert parameter.kind is parameter.KEYWORD_ONLY, parameter
        assert parameter.name.endswith("_id"), parameter
        assert parameter.annotation is int, parameter
    assert name not in BEAT or not list(given), "beat knows no ids"


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_is_patient_but_not_for_long(name):
    task = TASKS[name]

    assert task.max_retries is not None
    assert task.max_retries <= 5
    assert (task.default_retry_delay or 0) <= LONGEST
    assert getattr(task, "retry_backoff_max", LONGEST) <= LONGEST
    for moment in ("countdown", "eta", "expires"):
        assert not getattr(task, moment, None), moment
    assert (task.time_limit or settings.CELERY_TASK_TIME_LIMIT) <= LONGEST


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_goes_to_a_queue_that_workers_listen_to(name):
    assert app.amqp.router.route({}, name)["queue"].name in QUEUES


def test_deadlines_do_not_stand_in_the_queue():
    """However much else is to be done, they are looked for as soon as a worker is free."""
    first = {name for name, task in TASKS.items() if task.priority == 0}

    assert first == {"core.deadlines.handle_passed"}
    assert app.conf.task_default_priority == 3


@pytest.mark.parametrize("name", sorted(BEAT))
def test_what_beat_starts_is_a_task_that_exists(name):
    assert name in TASKS
    assert 0 < BEAT[name] <= 24 * 3600


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(BEAT) & set(TASKS)))
def test_what_beat_starts_claims_its_slot_first(name, monkeypatch):
    """Whoever comes second in a slot does nothing: not even a query beyond the claim."""
    monkeypatch.setattr(Task, "apply_async", lambda *args, **options: None)
    TASKS[name].run()
    runs = PeriodicRun.objects.filter(job=name)
    assert runs.count() == 1
    # The slot that is running now and the next one: the clock may pass a border right here.
    _claim_also_the_next_slot(runs.get(), BEAT[name])

    with CaptureQueriesContext(connection) as asked:
        TASKS[name].run()

    statements = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 1, statements
    assert "deadlines_periodicrun" in statements[0]


def _claim_also_the_next_slot(run: PeriodicRun, every: float) -> None:
    PeriodicRun.objects.create(job=run.job, slot=run.slot + timedelta(seconds=every))


def test_an_interrupted_task_comes_back_before_it_can_run_twice():
    """reliability.md §3: the settings without which Celery on Redis loses or repeats tasks."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert options["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_TASK_RETRY_ON_WORKER_LOST
    assert settings.CELERY_TASK_ACKS_ON_FAILURE
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert options["max_retries"] == 1, "or each nudge waits 6 s for a broker that is away"


# -- Nobody starts a task but the doorbell --------------------------------------------------

STARTERS = {"delay", "apply_async", "apply", "send_task", "signature", "si", "retry"}
ALLOWED = {("core/events/log.py", "apply_async")}  # nudge() itself


def starts_of_tasks() -> list[tuple[str, str, int]]:
    found = []
    for app_name in APPS:
        for path in sorted((ROOT / app_name).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in STARTERS
                ):
                    where = str(path.relative_to(ROOT))
                    found.append((where, node.func.attr, node.lineno))
    return found


def test_nobody_starts_a_task_but_the_doorbell():
    """Nudges go out after the commit, and a broker that is away costs nobody their act."""
    starts = starts_of_tasks()

    assert ("core/events/log.py", "apply_async") in {(path, call) for path, call, _ in starts}
    assert [start for start in starts if start[:2] not in ALLOWED] == []
