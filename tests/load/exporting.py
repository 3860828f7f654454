"""The whole export of all order items, all columns, beside a COPY of the identical SELECT into a
file; and what the process that writes it grows by.

Each side runs in a process of its own, within one transaction that is undone at the end, so that a
seeded database stays as it is. The floor is given the frozen ids and copies part after part to one
file; freezing them, the parts' own files, bringing them to the disk and putting them together is
ours alone. A workbook export ends after a million rows.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SOURCE = "order_items"
MOST_ROWS = 1_000_000  # of workbooks
MOST_MIB = 30
CSV_BAR = 0.8


def exports() -> list[dict[str, Any]]:
    """The rows of the table: rows of the file a second."""
    copied, written, workbook = (_measured(*how) for how in HOWS)
    return [
        _row("export CSV, all order items", written, copied, CSV_BAR),
        _row("export XLSX, beside the same COPY", workbook, copied, None),
    ]


HOWS = (("floor", "csv"), ("ours", "csv"), ("ours", "xlsx"))


def _row(name: str, ours: dict, floor: dict, bar: float | None) -> dict[str, Any]:
    each, copied = (one["rows"] / one["seconds"] for one in (ours, floor))
    return {
        "operation": name,
        "floor": round(copied, 1),
        "ours": round(each, 1),
        "ratio": round(each / copied, 3),
        "bar": bar,
        "rows": ours["rows"],
        "columns": ours["columns"],
        "bytes": ours["bytes"],
        "grown_mib": ours["grown_mib"],
        "floor_grown_mib": floor["grown_mib"],
        "most_mib": MOST_MIB,
    }


def _measured(side: str, wanted: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.exporting", side, wanted],
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"bench: export: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


# -- In a process of its own ---------------------------------------------------------------


def _main(side: str, wanted: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection, transaction

    with tempfile.TemporaryDirectory(prefix="bench-export-") as folder, transaction.atomic():
        settings.PRIVATE_FILES_DIR = folder
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        export = _asked_for(wanted)
        figures = _ours(export, wanted) if side == "ours" else _floor(export, Path(folder))
        transaction.set_rollback(True)
    print(json.dumps(figures))


def _asked_for(wanted: str):
    """The export as somebody of the owner's asks for it; its job has not begun."""
    from core.accounts.models import User
    from core.actors import Actor, Rank, Role
    from core.exports.operations import start_export
    from core.exports.sources import source_for

    user, _is_new = User.objects.get_or_create(email="bench@example.com")
    actor = Actor(Role.OWNER, user_id=user.pk, rank=Rank.ADMIN)
    columns = [column.name for column in source_for(actor, SOURCE).visible_columns(actor)]
    return start_export(
        source=SOURCE,
        format=wanted,
        columns=columns,
        query="",
        actor=actor,
        zone="Europe/Lisbon",
        language="en",
    )


def _ours(export, wanted: str) -> dict[str, Any]:
    from core.exports import writing
    from core.exports.kinds import WriteExport

    kind, before, started = WriteExport(), _begun(), time.monotonic()
    rows = kind.plan(export.job)
    if wanted == "xlsx":
        rows = _shortened(export, rows)
    cursor: Any = kind.chunk(export.job, None).next_cursor
    while cursor is not None:
        cursor = kind.chunk(export.job, cursor).next_cursor
    seconds = time.monotonic() - started
    size = writing.file_of(export.number).stat().st_size
    return _figures(export, rows, seconds, size, before)


def _shortened(export, rows: int) -> int:
    """Without the parts above so many rows; says how many rows are left."""
    left = 0
    for part in export.parts.order_by("position").defer("ids"):
        if left >= MOST_ROWS:
            part.delete()
            continue
        left += len(part.ids)
    return min(left, rows)


def _floor(export, folder: Path) -> dict[str, Any]:
    from django.db import connection

    from core.exports.kinds import freeze, reading_as
    from core.exports.sources import source_for
    from core.exports.statements import csv_select, reader_clock

    with reading_as(export):
        source = source_for(export.actor, SOURCE)
        columns = source.chosen_columns(export.actor, export.columns)
        rows = freeze(export, source.rows(export.actor, _nothing_asked(), None))
        select = csv_select(source, columns)
    before, started = _begun(), time.monotonic()
    target = folder / "copied.csv"
    with target.open("wb") as file, reader_clock(export.zone), connection.cursor() as cursor:
        for part in export.parts.order_by("position").iterator():
            statement = cursor.mogrify(select, [part.ids]).decode()
            cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT csv)", file)
    seconds = time.monotonic() - started
    return _figures(export, rows, seconds, target.stat().st_size, before)


def _nothing_asked():
    from django.http import QueryDict

    return QueryDict("")


def _figures(export, rows: int, seconds: float, size: int, before: int) -> dict[str, Any]:
    return {
        "rows": rows,
        "columns": len(export.columns),
        "seconds": seconds,
        "bytes": size,
        "grown_mib": round((_memory("VmHWM") - before) / 1024, 1),
    }


def _begun() -> int:
    """What the process holds now, kB; its peak counts from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(what: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1])


if __name__ == "__main__":
    _main(*sys.argv[1:])
