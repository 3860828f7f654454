"""Workbooks (ECMA-376), written as they are read: a cell is a few bytes of XML, so neither rows nor
texts are kept. Measured, this is six times faster than a library that builds cells one by one,
which keeps each step of a job short (docs/adr/0011).
"""

import re
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from django.db import connection

from core.exports import writing
from core.exports.sources import Column, Kind, Source
from core.exports.statements import FORMULA_STARTS, cell_select, frozen, reader_clock

BATCH = 1000  # rows in memory at a time
FAST = 1  # how hard to compress: three times faster than the default, for a third more bytes
LONGEST_TEXT = 32_767  # characters of a cell
Row = Sequence[str | None]
Cell = Callable[[str, str], str]

# Styles, by their place in <cellXfs> below.
PLAIN, HEADING, DAY, MOMENT, QUOTED, WHOLE, TWO_DIGITS, THREE_DIGITS = range(8)
WIDTHS = {Kind.TEXT: 24, Kind.NUMBER: 12, Kind.MONEY: 14, Kind.DATE: 12, Kind.MOMENT: 20}


def write_part(
    file: IO[bytes],
    source: Source,
    columns: Sequence[Column],
    ids: Sequence[int],
    zone: str,
    between: Callable[[], None],
) -> None:
    """One whole workbook of these rows; `between` is called now and then."""
    select = cell_select(source, columns)
    with sheet(file, columns) as add, closing(_batches(select, ids, zone)) as batches:
        for batch in batches:
            between()
            add(batch)


def _batches(select: str, ids: Sequence[int], zone: str) -> Generator[list[Row]]:
    with reader_clock(zone), closing(connection.chunked_cursor()) as cursor:
        cursor.execute(select, frozen(ids))
        while rows := cursor.fetchmany(BATCH):
            yield rows


def join(
    file: IO[bytes], names: Sequence[str], parts: Sequence[Path], between: Callable[[], None]
) -> None:
    """A single workbook as it is, several in a zip under these names. Raises writing.PartLost."""
    if len(parts) == 1:
        writing.append(file, parts, between)
        return
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, part in zip(names, parts, strict=True):
            between()
            with writing.opened_part(part) as content, archive.open(name, "w") as entry:
                while block := content.read(1 << 20):
                    entry.write(block)


# -- One sheet ------------------------------------------------------------------------------------


@contextmanager
def sheet(file: IO[bytes], columns: Sequence[Column]) -> Iterator[Callable[[Iterable[Row]], None]]:
    """A workbook of one sheet with a heading; yields `add(rows)`. Values are text as `cell_select`
    gives it, None leaves a cell out."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as book:
        for name, content in _FRAME.items():
            book.writestr(name, content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            entry.write(_opening(columns).encode())
            cells = [(_letters(place), _CELLS[column.kind]) for place, column in enumerate(columns)]
            count = 1

            def add(rows: Iterable[Row]) -> None:
                nonlocal count
                lines = []
                for row in rows:
                    count += 1
                    number = str(count)
                    lines.append(f'<row r="{number}">')
                    lines += [
                        cell(f"{letters}{number}", value)
                        for (letters, cell), value in zip(cells, row, strict=True)
                        if value is not None
                    ]
                    lines.append("</row>")
                entry.write("".join(lines).encode())

            yield add
            entry.write(b"</sheetData></worksheet>")


@cache
def _letters(place: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _opening(columns: Sequence[Column]) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{WIDTHS[column.kind]}" customWidth="1"/>'
        for place, column in enumerate(columns, start=1)
    )
    heading = "".join(
        _text(f"{_letters(place)}1", str(column.label), HEADING)
        for place, column in enumerate(columns)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" '
        'workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
        'state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1">{heading}</row>'
    )


# -- Cells ----------------------------------------------------------------------------------------

_STARTS = frozenset(FORMULA_STARTS)
_STYLE_OF_DIGITS = {0: WHOLE, 2: TWO_DIGITS, 3: THREE_DIGITS}
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _text(place: str, value: str, style: int = PLAIN) -> str:
    """A cell of type text is never a formula. One that looks like one is marked as quoted, so that
    it stays text also when somebody edits it."""
    if _SPECIAL.search(value) or len(value) > LONGEST_TEXT:
        value = _escaped(value[:LONGEST_TEXT])
    if value[:1] in _STARTS:
        style = QUOTED
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    )


def _escaped(value: str) -> str:
    """What XML cannot hold is written as _x0001_ (ECMA-376, 22.9.2.19)."""
    value = _LOOKS_ESCAPED.sub("_x005F_", value)
    value = _NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    return escape(value, {"\r": "&#13;"})


def _number_in(style: int) -> Cell:
    middle = f'" s="{style}"><v>'

    def cell(place: str, value: str) -> str:
        return f'<c r="{place}{middle}{value}</v></c>'

    return cell


def _money(place: str, value: str) -> str:
    """An amount shows the digits that its currency has."""
    point = value.find(".")
    style = _STYLE_OF_DIGITS.get(len(value) - point - 1 if point >= 0 else 0, PLAIN)
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


_CELLS: dict[Kind, Cell] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number_in(PLAIN),
    Kind.MONEY: _money,
    Kind.DATE: _number_in(DAY),
    Kind.MOMENT: _number_in(MOMENT),
}

# -- What stands around a sheet -------------------------------------------------------------------

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    (0, 0, ""),  # PLAIN
    (0, 1, ""),  # HEADING
    (14, 0, ""),  # DAY: the reader's own short date
    (22, 0, ""),  # MOMENT
    (49, 0, ' quotePrefix="1"'),  # QUOTED
    (1, 0, ""),  # WHOLE
    (2, 0, ""),  # TWO_DIGITS
    (164, 0, ""),  # THREE_DIGITS
)
_FORMATS = "".join(
    f'<xf numFmtId="{shown}" fontId="{font}" fillId="0" borderId="0" xfId="0" '
    f'applyNumberFormat="1" applyFont="1"{more}/>'
    for shown, font, more in _STYLES
)
_FRAME = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="0.000"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(_STYLES)}">{_FORMATS}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}
