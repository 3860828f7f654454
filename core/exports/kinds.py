"""The job that writes an export: freeze the rows, write part after part, put the parts together.

A step is one part, so a lost worker loses one; frozen ids say which rows and in which order, so
that nothing is missing or doubled, whatever happens to the list meanwhile.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.exports import csv_files, writing, xlsx_files
from core.exports.models import Export, ExportPart, Format
from core.exports.sources import Column, Source, source_for
from core.jobs import CannotGoOn, Chunk, job_kind
from core.jobs.models import Job
from core.jobs.operations import stop_if_asked

KIND = "export"
MARKED = "byte_order_mark"  # of the job's params: whether a CSV begins with one

_FREEZE = """
    INSERT INTO exports_exportpart (export_id, position, ids)
    SELECT %s, (place - 1) / %s + 1, array_agg(id ORDER BY place)
    FROM (SELECT id, row_number() OVER () AS place FROM ({listed}) AS listed(id)) AS placed
    GROUP BY (place - 1) / %s
"""
_FROZEN = "SELECT coalesce(sum(cardinality(ids)), 0) FROM exports_exportpart WHERE export_id = %s"


@job_kind(KIND, label=_("Export"), queue="exports")
class WriteExport:
    """Steps: each part, then the file. The cursor is the position of the part written last."""

    def plan(self, job: Job) -> int:
        export = Export.objects.get(job=job)
        with reading_as(export):
            try:
                listed = source_for(export.actor, export.source).rows(
                    export.actor, QueryDict(export.query), export.chosen
                )
            except DomainError as refusal:
                raise CannotGoOn(str(refusal)) from refusal
            export.rows = freeze(export, listed)
        export.save(update_fields=["rows"])
        return export.rows

    def chunk(self, job: Job, cursor: Any) -> Chunk:
        export = Export.objects.get(job=job)
        position = (cursor or 0) + 1
        part = export.parts.filter(position=position).first()
        with reading_as(export):
            source, columns = _wanted(export)
            if part is None and (position > 1 or not _needs_empty_part(export)):
                _finish(export, source, columns, parts=position - 1)
                return Chunk([], None)
            ids = part.ids if part else []
            _write_part(export, source, columns, position, ids)
        if part:
            ExportPart.objects.filter(pk=part.pk).update(written_at=Now())
        return Chunk([], position, uneventful=len(ids))

    def ended(self, job: Job) -> None:
        """Of what did not get done nothing stays."""
        export = Export.objects.filter(job=job).first()
        if export is None:
            return
        export.parts.all().delete()
        tidy = writing.remove_parts if job.status == Job.Status.DONE else writing.remove
        transaction.on_commit(partial(tidy, export.number))


@contextmanager
def reading_as(export: Export) -> Iterator[None]:
    """Within, "today" and all words are those of the export's reader."""
    with timezone.override(ZoneInfo(export.zone)), translation.override(export.language):
        yield


def freeze(export: Export, listed: QuerySet) -> int:
    """Keep the ids of these rows in their order, part by part; says how many there are."""
    size = rows_per_part(export.format)
    try:
        select, values = listed.values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        statement = _FREEZE.format(listed=select)
        cursor.execute(statement, [export.pk, size, *values, size])
        cursor.execute(_FROZEN, [export.pk])
        return int(cursor.fetchone()[0])


def rows_per_part(wanted: str) -> int:
    """A part of a workbook export is one workbook."""
    return {
        Format.CSV: settings.EXPORT_ROWS_PER_STEP,
        Format.XLSX: settings.EXPORT_ROWS_PER_WORKBOOK,
    }[Format(wanted)]


def _wanted(export: Export) -> tuple[Source, list[Column]]:
    try:
        source = source_for(export.actor, export.source)
        return source, source.chosen_columns(export.actor, export.columns)
    except DomainError as refusal:  # a version without this column has come meanwhile
        raise CannotGoOn(str(refusal)) from refusal


def _needs_empty_part(export: Export) -> bool:
    """A workbook without rows is a workbook all the same."""
    return export.format == Format.XLSX


def _write_part(
    export: Export, source: Source, columns: Sequence[Column], position: int, ids: Sequence[int]
) -> None:
    between = partial(stop_if_asked, export.job)
    with writing.whole(writing.part_of(export.number, position)) as file:
        if export.format == Format.XLSX:
            xlsx_files.write_part(file, source, columns, ids, export.zone, between)
        else:
            csv_files.write_part(file, source, columns, ids, export.zone)


def _finish(export: Export, source: Source, columns: Sequence[Column], *, parts: int) -> None:
    """Put the parts together, and say that the file is there. What is left of the parts goes when
    the job has ended."""
    between = partial(stop_if_asked, export.job)
    stem = f"{slugify(str(source.label)) or source.name}-{timezone.localdate()}-{export.number}"
    positions = range(1, parts + 1)
    paths = [writing.part_of(export.number, position) for position in positions]
    target = writing.file_of(export.number)
    with writing.whole(target) as file:
        if export.format == Format.XLSX:
            names = [f"{stem}-{position:03d}.xlsx" for position in positions]
            xlsx_files.join(file, names, paths, between)
        else:
            marked = export.job.params.get(MARKED, False)
            csv_files.join(file, columns, paths, between, marked=marked)
    ending = "zip" if export.format == Format.XLSX and parts > 1 else export.format
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(
        file_name=f"{stem}.{ending}",
        size=target.stat().st_size,
        ready_at=now,
        expires_at=now + timedelta(days=settings.EXPORT_KEPT_DAYS),
    )
