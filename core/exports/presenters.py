"""What pages show of an export: where it stands, how big it is, what may be done with it."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.actors import Actor
from core.exports import policies
from core.exports.models import Export
from core.exports.narrowing import Told, narrowed_by
from core.exports.sources import SOURCES, Source
from core.jobs.models import Job
from core.jobs.progress import Progress, progress_of

# What the badge of an unfinished job is called here.
CODES: dict[str, str] = {
    Job.Status.WAITING: "queued",
    Job.Status.RUNNING: "running",
    Job.Status.FAILED: "failed",
    Job.Status.CANCELLED: "cancelled",
}
UNITS = ("B", "kB", "MB", "GB")


def size_words(size: int | None) -> str:
    """ "18 kB", "1.1 MB"; thousands, as disks are sold."""
    if size is None:
        return ""
    step = max(0, min(len(UNITS) - 1, (len(str(size)) - 1) // 3))
    amount = number_format(size / 1000**step, decimal_pos=int(step > 1))
    return f"{amount} {UNITS[step]}"


@dataclass
class ShownExport:
    """One export (with its job) as its reader may see it."""

    export: Export
    actor: Actor

    @property
    def job(self) -> Job:
        return self.export.job

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.job)

    @property
    def code(self) -> str:
        """A badge of `core.badges`."""
        if self.job.status in CODES:
            return CODES[self.job.status]
        return "ready" if self.export.downloadable else "expired"

    @property
    def status_words(self) -> str:
        """What the badge says instead of its usual words."""
        if self.job.cancelling:
            return _("Stopping")
        return _("Building") if self.code == "running" else ""

    @property
    def size(self) -> str:
        return size_words(self.export.size)

    @cached_property
    def allowed(self) -> list[str]:
        return policies.allowed_actions(self.export, self.actor)

    @property
    def may_cancel(self) -> bool:
        return "cancel" in self.allowed and not self.job.cancelling

    @property
    def may_download(self) -> bool:
        return "download" in self.allowed

    @property
    def may_retry(self) -> bool:
        return "retry" in self.allowed

    @cached_property
    def source(self) -> Source | None:
        return SOURCES.get((self.export.source, self.actor.role))

    @property
    def source_label(self) -> str | Promise:
        return self.source.label if self.source else self.export.source

    @cached_property
    def filters(self) -> list[Told]:
        if self.source is None or self.export.chosen is not None:
            return []
        return narrowed_by(self.source, self.actor, QueryDict(self.export.query))

    @cached_property
    def columns(self) -> list[str]:
        """What its columns are called, in the file's order."""
        known = (
            {column.name: str(column.label) for column in self.source.columns}
            if self.source
            else {}
        )
        return [known.get(name, name) for name in self.export.columns]
