"""Handing files out for some days, and removing them."""

from dataclasses import dataclass
from pathlib import Path

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.actors import Actor
from core.exports import policies, writing
from core.exports.models import Export
from core.exports.policies import ExportGone
from core.jobs.models import Job

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
UNTOUCHED_SECONDS = 3600  # a folder of nobody's may be one whose export is just being begun


class FileGone(ExportGone):
    code = "export_file_gone"


@dataclass(frozen=True)
class Download:
    """A file that its reader may have now."""

    path: Path
    name: str
    size: int
    content_type: str


def download(export: Export, actor: Actor) -> Download:
    """Let `actor`, as they are now, have the file. Writes down that they had it.

    Raises NotAllowed, NotReady, ExportGone (expired) and FileGone (lost).
    """
    found = offered(export, actor)
    Export.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1)
    export.job.note("job.downloaded", actor=actor)
    return found


def offered(export: Export, actor: Actor) -> Download:
    """What `download` would give; nothing is written. Raises as it does."""
    if refusal := policies.may_download(export, actor):
        raise refusal
    path = writing.file_of(export.number)
    if not path.is_file():
        raise FileGone(_("The file of this export is gone. Make it again."), allowed=["retry"])
    ending = export.file_name.rsplit(".", 1)[-1]
    return Download(path, export.file_name, path.stat().st_size, CONTENT_TYPES[ending])


def remove_outdated(*, limit: int = 500) -> int:
    """Remove the files that have stood for their days; returns how many."""
    outdated = list(Export.objects.outdated().order_by("expires_at")[:limit])
    for export in outdated:
        writing.remove(export.number)
        Export.objects.filter(pk=export.pk).update(removed_at=Now())
    return len(outdated)


def sweep_files() -> int:
    """Remove what workers that died left behind: folders of exports that are not there, did not
    get done or whose file was removed, and parts of those that are done. Returns how many."""
    swept = 0
    numbers = writing.folders_older_than(UNTOUCHED_SECONDS)
    exports = {
        export.number: export
        for export in Export.objects.filter(number__in=numbers).select_related("job")
    }
    for number in numbers:
        export = exports.get(number)
        if export and not export.job.finished:
            continue
        if export and export.job.status == Job.Status.DONE and export.removed_at is None:
            swept += writing.remove_parts(number)
        else:
            writing.remove(number)
            swept += 1
    return swept
