"""Exports of the product's lists for tests: made at once, and read back."""

import csv

from core.actors import Actor
from core.exports import writing
from core.exports.models import Export
from core.exports.operations import start_export
from core.jobs.operations import continue_job


def asked(actor: Actor, source: str, columns, query: str = "", **more) -> Export:
    wish = {"format": "csv", "zone": "UTC", "language": "en"} | more
    return start_export(source=source, columns=columns, query=query, actor=actor, **wish)


def finished(export: Export) -> Export:
    """The export once its job has nothing left to do."""
    while continue_job(job_id=export.job_id):
        pass
    export.refresh_from_db()
    return export


def rows_of(export: Export) -> list[list[str]]:
    """What the CSV holds, its head first."""
    with writing.file_of(export.number).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def table(actor: Actor, source: str, columns, query: str = "", **more) -> list[list[str]]:
    """The rows of a file of these columns, without its head."""
    return rows_of(finished(asked(actor, source, columns, query, **more)))[1:]


def only(actor: Actor, source: str, columns, query: str = "", **more) -> dict[str, str]:
    """The one row of a file, by the names of its columns."""
    [row] = table(actor, source, columns, query, **more)
    return dict(zip(columns, row, strict=True))
