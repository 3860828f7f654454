"""Tracking numbers from a file: read, checked without writing anything, and then shipped."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from core.jobs.models import Job
from packages.bulk import Action, Entry, start_entries
from packages.foresight import foresee_entries
from sellers.models import DeliveryOption

MOST_ROWS = 5000
MOST_BYTES = 2 * 1024 * 1024
DELIMITERS = ",;\t"
# What a column may be called; the first name is the one that refusals say.
COLUMNS = {
    "package": ("package", "package_number", "package_no"),
    "tracking_number": ("tracking_number", "tracking", "tracking_no", "tracking_code"),
    "delivery_option": ("delivery_option", "carrier", "delivery"),
    "anyway": ("ship_anyway", "anyway"),
}
NEEDED = ("package", "tracking_number")
YES = {"1", "yes", "y", "true", "x"}


class UnreadableFile(InvalidInput):
    """Not a file that this can read; the message says what one looks like."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """One line of the file as it was written; `line` counts as an editor does. delivery_option is
    a code once it was checked. A row with an `error` ships nothing."""

    line: int
    package: str
    tracking_number: str
    delivery_option: str = ""
    anyway: bool = False
    error: str = ""


def read_tracking(file: IO[bytes]) -> list[TrackingRow]:
    """The rows of a CSV file in UTF-8 whose first line names the columns; empty lines are left out.

    Columns are divided by comma, semicolon or tab. A package that is named twice, or a value that
    is missing, is an error of its row. Raises UnreadableFile for the file as a whole: what is no
    such text, more than 2 MB or 5,000 rows, or columns that are not there.
    """
    text = _text(file)
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        places = _places(next(lines, []))
        rows = [
            _row(lines.line_num, cells, places) for cells in lines if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise UnreadableFile(
            _("The file cannot be read as CSV: %(why)s.") % {"why": error}, field="file"
        ) from error
    if not rows:
        raise UnreadableFile(_("The file has no rows below its first line."), field="file")
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(
            _("The file has %(rows)s rows; at most %(most)s are read at once.")
            % {"rows": len(rows), "most": MOST_ROWS},
            field="file",
        )
    return _without_doubles(rows)


def check_tracking(rows: Sequence[TrackingRow], actor: Actor) -> list[TrackingRow]:
    """The rows with what would be refused, by the rules that shipping asks; writes nothing.

    A way of delivery may be called by its code, its name or its company's, where that is only one.
    """
    named = _with_codes(rows, actor)
    seen = foresee_entries(Action.SHIP, [_entry(row) for row in named], actor=actor)
    return [
        replace(row, error=row.error or (str(one.refusal) if one.refusal else ""))
        for row, one in zip(named, seen, strict=True)
    ]


def ship_from_file(rows: Sequence[TrackingRow], actor: Actor) -> Job:
    """Leave to a worker: ship the good rows, report the others as failed. The rules are asked
    again when each one's turn comes. Raises InvalidInput for no rows or too many."""
    entries = [_entry(row) for row in check_tracking(rows, actor)]
    return start_entries(Action.SHIP, entries, actor=actor)


def _entry(row: TrackingRow) -> Entry:
    return Entry(
        number=row.package,
        tracking_number=row.tracking_number,
        delivery_option=row.delivery_option,
        anyway=row.anyway,
        label=_("Line %(line)s: %(package)s") % {"line": row.line, "package": row.package or "–"},
        refused=row.error,
    )


# -- Reading --------------------------------------------------------------------------------


def _text(file: IO[bytes]) -> str:
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than 2 MB."), field="file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("The file is not text in UTF-8. Save it as “CSV UTF-8”."), field="file"
        ) from error
    if "\0" in text:
        raise UnreadableFile(
            _("The file is not text in UTF-8. Save it as “CSV UTF-8”."), field="file"
        )
    return text.lstrip("\r\n")


def _places(header: list[str]) -> dict[str, int]:
    """In which place each column stands."""
    named = ["_".join(cell.lower().replace("-", " ").replace("_", " ").split()) for cell in header]
    places = {
        column: named.index(name)
        for column, names in COLUMNS.items()
        for name in names[::-1]
        if name in named
    }
    missing = [COLUMNS[column][0] for column in NEEDED if column not in places]
    if missing:
        raise UnreadableFile(
            _("The first line names the columns; %(missing)s is missing.")
            % {"missing": ", ".join(missing)},
            field="file",
            allowed=[names[0] for names in COLUMNS.values()],
        )
    return places


def _row(line: int, cells: list[str], places: dict[str, int]) -> TrackingRow:
    def cell(column: str) -> str:
        place = places.get(column, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    row = TrackingRow(
        line=line,
        package=cell("package").upper(),
        tracking_number=cell("tracking_number"),
        delivery_option=cell("delivery_option"),
        anyway=cell("anyway").lower() in YES,
    )
    if not row.package:
        return replace(row, error=_("The package number is missing."))
    if not row.tracking_number:
        return replace(row, error=_("The tracking number is missing."))
    return row


def _without_doubles(rows: list[TrackingRow]) -> list[TrackingRow]:
    """Which of two lines about one package is meant, nobody knows: neither is shipped."""
    lines: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        lines[row.package].append(row.line)
    return [
        replace(
            row,
            error=_("Lines %(lines)s name this package; once is enough.")
            % {"lines": ", ".join(map(str, lines[row.package]))},
        )
        if not row.error and len(lines[row.package]) > 1
        else row
        for row in rows
    ]


# -- Ways of delivery -----------------------------------------------------------------------


def _with_codes(rows: Sequence[TrackingRow], actor: Actor) -> list[TrackingRow]:
    if not any(row.delivery_option for row in rows):
        return list(rows)
    options = DeliveryOption.objects.visible_to(actor).select_related("company")
    called: dict[str, set[str]] = defaultdict(set)
    for option in options:
        for name in _names(option):
            called[name.casefold()].add(option.code)
    codes = {option.code for option in options}
    return [_with_code(row, called, codes) for row in rows]


def _names(option: DeliveryOption) -> Iterator[str]:
    yield option.code
    yield option.name
    yield str(option)
    yield option.company.name
    yield option.company.code


def _with_code(row: TrackingRow, called: dict[str, set[str]], codes: set[str]) -> TrackingRow:
    written = row.delivery_option
    if not written or written in codes:
        return row
    meant = called.get(written.casefold(), set())
    if len(meant) == 1:
        return replace(row, delivery_option=next(iter(meant)))
    why = (
        _("There are several ways of delivery called %(name)s; write its code: %(codes)s.")
        if meant
        else _("There is no way of delivery called %(name)s.")
    )
    told = why % {"name": written, "codes": ", ".join(sorted(meant))}
    return row if row.error else replace(row, error=told)
