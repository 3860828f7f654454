"""What can be done with exports. Cancelling one is `core.jobs.operations.request_cancel`."""

from core.exports.operations.exporting import (
    TooManyExports,
    retry_export,
    start_export,
)
from core.exports.operations.keeping import (
    Download,
    FileGone,
    download,
    offered,
    remove_outdated,
    sweep_files,
)
from core.exports.operations.presets import (
    NameTaken,
    delete_preset,
    keep_preset,
    remember_choice,
    rename_preset,
)
from core.exports.operations.schedules import (
    delete_schedule,
    keep_schedule,
    pause_schedule,
    resume_schedule,
    run_due_schedules,
    run_schedule,
)

__all__ = [
    "Download",
    "FileGone",
    "NameTaken",
    "TooManyExports",
    "delete_preset",
    "delete_schedule",
    "download",
    "keep_preset",
    "keep_schedule",
    "offered",
    "pause_schedule",
    "remember_choice",
    "remove_outdated",
    "rename_preset",
    "resume_schedule",
    "retry_export",
    "run_due_schedules",
    "run_schedule",
    "start_export",
    "sweep_files",
]
