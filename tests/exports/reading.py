"""What stands in a finished export's file, as programs read it."""

import csv
import io
import zipfile

from openpyxl import load_workbook

from core.exports import writing
from core.exports.models import Export


def lines_of(export: Export) -> list[list[str]]:
    """Of a CSV file, the heading first."""
    with writing.file_of(export.number).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def cells_of(export: Export) -> list[list]:
    """Of a workbook, as openpyxl's cells."""
    return sheet_of(writing.file_of(export.number).read_bytes())


def sheet_of(content: bytes) -> list[list]:
    book = load_workbook(io.BytesIO(content))
    return [list(row) for row in book.active.iter_rows()]


def values_of(export: Export) -> list[list]:
    return [[cell.value for cell in row] for row in cells_of(export)]


def workbooks_of(export: Export) -> dict[str, list[list]]:
    """Of a zip, {name: cells}."""
    with zipfile.ZipFile(writing.file_of(export.number)) as archive:
        assert archive.testzip() is None
        return {name: sheet_of(archive.read(name)) for name in archive.namelist()}
