"""How far a job is, and how long it may still take. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.jobs.models import Job


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` is never less than `done`, for a bar; `left` is None until there is something to
    tell from."""

    done: int
    total: int
    percent: int
    left: timedelta | None

    @property
    def bar(self) -> int:
        """The length of the bar: never 0."""
        return self.total or 1

    @property
    def left_words(self) -> str:
        """ "20 seconds", "3 minutes", "2 hours"; empty when nothing can be said."""
        if self.left is None:
            return ""
        seconds = self.left.total_seconds()
        if seconds < 90:
            tens = max(10, round(seconds / 10) * 10)
            return _("%(n)s seconds") % {"n": tens}
        minutes = round(seconds / 60)
        if minutes < 90:
            return _("%(n)s minutes") % {"n": minutes}
        hours = round(minutes / 60)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def progress_of(job: Job, now: datetime | None = None) -> Progress:
    total = max(job.total or 0, job.done)
    percent = 100 if job.status == Job.Status.DONE else job.done * 100 // total if total else 0
    return Progress(job.done, total, percent, _left(job, total, now or timezone.now()))


def _left(job: Job, total: int, now: datetime) -> timedelta | None:
    if job.status != Job.Status.RUNNING or not job.done or job.started_at is None:
        return None
    per_row = (now - job.started_at) / job.done
    return per_row * (total - job.done)
