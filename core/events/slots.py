"""Beat may be doubled: a slot of a job is a unique row, so each slot runs at most once.

The rows are `core.deadlines.models.PeriodicRun`; they are written here, in plain SQL, because the
tasks of events and jobs claim slots too and stand below or beside deadlines. Apps import
`core.deadlines.claim_slot`.
"""

from django.db import connection, transaction

CLAIM = """
    INSERT INTO deadlines_periodicrun (job, slot, claimed_at)
    SELECT %(job)s,
           to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %(every)s) * %(every)s),
           clock_timestamp()
    ON CONFLICT (job, slot) DO NOTHING
"""
FORGET = "DELETE FROM deadlines_periodicrun WHERE job = %s AND slot < now() - interval '2 days'"


def claim_slot(job: str, every_seconds: int) -> bool:
    """Whether this call is the first for `job` in the running slot of `every_seconds`.

    Every beat task asks this first; `job` is the task's name. Slots are counted by the database's
    clock. A run that fails afterwards is not repeated in its slot: the next slot does its work.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"job": job, "every": every_seconds})
        claimed = cursor.rowcount == 1
        if claimed:
            cursor.execute(FORGET, [job])
    return claimed
