"""The Celery app: queues, and what beat starts and when.

A beat entry names a task; the task itself claims its slot (`core.deadlines.claim_slot`), so any
number of beats may run.
"""

import os

from celery import Celery, Task

from marketplace import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

QUEUES = ("money", "default", "exports", "mail", "webhooks")


class PatientTask(Task):
    """What every task here inherits: few, quick retries; the sweepers do the rest."""

    max_retries = 5
    default_retry_delay = 5
    retry_backoff_max = 60


broker.use()
app = Celery("marketplace", task_cls=PatientTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {
    "refunds.*": {"queue": "money"},
    "cancellations.*": {"queue": "money"},
    "core.notifications.*": {"queue": "mail"},
    "core.exports.*": {"queue": "exports"},
}
# What is usual leaves room before it: `core.deadlines.tasks`. Redis knows 0, 3, 6 and 9.
app.conf.task_default_priority = 3
app.conf.beat_schedule = {
    "deliver-overdue-events": {"task": "core.events.deliver_overdue", "schedule": 15.0},
    "execute-due-refunds": {"task": "refunds.execute_due", "schedule": 15.0},
    "reconcile-refunds": {"task": "refunds.reconcile_due", "schedule": 30.0},
    "handle-passed-deadlines": {
        "task": "core.deadlines.handle_passed",
        "schedule": 10.0,
    },
    "send-owed-mail": {"task": "core.notifications.send_owed", "schedule": 15.0},
    "continue-jobs": {"task": "core.jobs.continue_owed", "schedule": 15.0},
    "run-due-export-schedules": {"task": "core.exports.run_due_schedules", "schedule": 60.0},
    "remove-outdated-exports": {"task": "core.exports.remove_outdated", "schedule": 600.0},
    "forget-old-keys": {"task": "core.accounts.forget_old_keys", "schedule": 3600.0},
    "forget-old-deliveries": {"task": "core.events.forget_old", "schedule": 3600.0},
    "forget-unheld-files": {"task": "core.evidence.forget_unheld", "schedule": 3600.0},
    "check-invariants": {
        "task": "marketplace.check_recent_invariants",
        "schedule": 300.0,
    },
}
app.autodiscover_tasks()
