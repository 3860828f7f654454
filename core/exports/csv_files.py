"""CSV (RFC 4180, UTF-8): PostgreSQL writes it, we pass it on to the disk a row at a time.

Excel takes a file that it opens by a double click for one of the reader's old code pages, unless a
byte order mark says that it is UTF-8. So a file for people begins with one; in a file for programs
it would be taken for a part of the first heading.
"""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from django.db import connection

from core.exports import writing
from core.exports.sources import Column, Source
from core.exports.statements import csv_select, frozen, reader_clock


def write_part(
    file: IO[bytes], source: Source, columns: Sequence[Column], ids: Sequence[int], zone: str
) -> None:
    """The lines of these rows, without a heading."""
    with reader_clock(zone), connection.cursor() as cursor:
        statement = cursor.mogrify(csv_select(source, columns), frozen(ids))
        cursor.copy_expert(f"COPY ({_text(statement)}) TO STDOUT (FORMAT csv)", file)


def _text(statement: str | bytes) -> str:
    return statement.decode() if isinstance(statement, bytes) else statement


def join(
    file: IO[bytes],
    columns: Sequence[Column],
    parts: Sequence[Path],
    between: Callable[[], None],
    *,
    marked: bool,
) -> None:
    """The byte order mark where it is wanted, the heading, then all parts. Raises
    writing.PartLost."""
    heading = io.StringIO()
    csv.writer(heading, lineterminator="\n").writerow([str(column.label) for column in columns])
    if marked:
        file.write(codecs.BOM_UTF8)
    file.write(heading.getvalue().encode())
    writing.append(file, parts, between)
