"""What exports hear of: jobs that ended. A cancelled one needs no telling."""

from core.events import on
from core.exports import letters
from core.exports.kinds import KIND
from core.exports.models import Export


@on("job.done")
def tell_that_the_file_is_there(event) -> None:
    if export := _export_of(event):
        letters.tell_ready(export)


@on("job.failed")
def tell_that_there_will_be_none(event) -> None:
    if export := _export_of(event):
        letters.tell_failed(export)


def _export_of(event) -> Export | None:
    """None for jobs of another kind."""
    exports = Export.objects.select_related("job")
    return exports.filter(job_id=event.subject_id, job__kind=KIND).first()
