"""Reactions to events that only tests record ("probe.…"); a real worker imports them too.

What they did stands in the database: each adds a row for the job that the event is about.
"""

import os
import secrets
import signal
import time

from core.events import on
from core.jobs.models import JobRow


def happened(event, label: str) -> None:
    JobRow.objects.create(
        job_id=event.subject_id,
        position=secrets.randbelow(2**31),
        label=label,
        status=JobRow.Status.DONE,
    )


@on("probe.noted")
def note(event) -> None:
    happened(event, f"note {event.pk}")


@on("probe.noted")
def note_as_well(event) -> None:
    happened(event, f"also {event.pk}")


@on("probe.inside", within=True)
def inside(event) -> None:
    happened(event, f"inside {event.pk}")


@on("probe.refused", within=True)
def refuse(event) -> None:
    happened(event, "never seen")
    raise ValueError("not inside")


@on("probe.broken")
def break_down(event) -> None:
    happened(event, "undone with the failure")
    raise RuntimeError("broken on purpose")


@on("probe.slow")
def take_time(event) -> None:
    happened(event, f"slow {event.pk}")
    time.sleep(0.5)


@on("probe.deadly")
def kill_the_worker_once(event) -> None:
    """The pool child dies as by kill -9 in the middle of the first attempt."""
    happened(event, f"survived {event.pk}")
    if event.deliveries.get().attempts == 1:
        os.kill(os.getpid(), signal.SIGKILL)
