"""A list to export that costs nothing to fill: the rows of one job, with a column of each kind.

`python -m tests.exports.sample work <job id>` is a worker in a process of its own, to be killed.
"""

import os
import sys
import time

from django.db import connection
from django.http import QueryDict

from core.actors import SYSTEM, Actor, Role

NAME = "probe_rows"
ROWS_PER_STEP = 100
# Euros and yen have two digits and none, dinars three.
CURRENCIES = ("EUR", "JPY", "KWD")


def register_sample() -> None:
    from core.exports.sources import Column, Join, Kind, Source, register
    from core.jobs.models import JobRow

    def listed(actor: Actor, query: QueryDict):
        rows = JobRow.objects.filter(job__title="rows to export").order_by("-position")
        return rows.filter(label__startswith=query["label"]) if "label" in query else rows

    made = Join("made", "JOIN jobs_job made ON made.id = row.job_id")
    register(
        Source(
            name=NAME,
            role=Role.OWNER,
            label="Probe rows",
            model=JobRow,
            listed=listed,
            joins=(made,),
            currency_sql="('{EUR,JPY,KWD}'::text[])[row.position %% 3 + 1]",
            numbered="position",
            columns=(
                Column("label", "Label", "row.label"),
                Column("position", "Position", "row.position", Kind.NUMBER),
                Column("amount", "Amount", "row.position::bigint * 100 - 500", Kind.MONEY),
                Column("day", "Day", "made.created_at::date", Kind.DATE, needs=("made",)),
                Column("moment", "Moment", "made.created_at", Kind.MOMENT, needs=("made",)),
                Column("message", "Message", "nullif(row.message, '')"),
                Column("status", "Status", "row.status", words={"done": "It's 100% done"}),
                # A row takes a fifth of a millisecond, so that a step is long enough to die in.
                Column(
                    "slow",
                    "Slow",
                    "(SELECT 'slow' FROM pg_sleep(0.0002) WHERE row.id > 0)",
                    default=False,
                ),
            ),
        )
    )


def fill(rows: int, *, label: str = "row ", message: str = "", created_at=None):
    """A job with so many rows; their labels end with their position."""
    from django.utils import timezone

    from core.jobs.models import Job

    job = Job(
        kind="probe",
        title="rows to export",
        actor_role="system",
        created_at=created_at or timezone.now(),
    )
    job.begin(actor=SYSTEM)
    add_rows(job, 1, rows, label=label, message=message)
    return job


def add_rows(job, first: int, last: int, *, label: str = "row ", message: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_jobrow (job_id, position, label, status, message) "
            "SELECT %s, n, %s || n, 'done', %s FROM generate_series(%s, %s) n",
            [job.pk, label, message, first, last],
        )


def work(job_id: int) -> None:
    """Turns at the job until it has ended, as often as a lease is over."""
    from django.conf import settings

    from core.jobs.models import Job
    from core.jobs.operations import work_on

    register_sample()
    settings.EXPORT_ROWS_PER_STEP = settings.EXPORT_ROWS_PER_WORKBOOK = ROWS_PER_STEP
    while not Job.objects.get(pk=job_id).finished:
        work_on(job_id=job_id)
        time.sleep(0.05)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    work(int(sys.argv[2]))
