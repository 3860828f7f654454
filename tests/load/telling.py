"""How figures are told: one table, the same as JSON, and whether the bars are met.

The gate leaves a quarter of slack, because a bar is for a quiet machine.
"""

import json
import os
import platform
import subprocess
from datetime import date
from typing import Any

from tests.load.measuring import CLIENTS, ROOT, ROUNDS, SECONDS

FIGURES = ROOT / "docs" / "performance.json"
SLACK = 0.25
COMPARED = {  # of the same side: the second costs what the first does
    "deep": (0.9, ", first page", ", page 1,000"),
    "larger": (0.85, "200k", "1m"),
}
COLUMNS = (
    ("postgres", "PostgreSQL", 11, 0),
    ("floor", "floor", 8, 0),
    ("ours", "ours", 8, 0),
    ("ratio", "ratio", 7, 2),
    ("bar", "bar", 6, 2),
    ("p50_ms", "p50 ms", 8, 1),
    ("p99_ms", "p99 ms", 8, 1),
    ("floor_p99_ms", "floor p99", 10, 1),
)


def tell(rows: list[dict[str, Any]], *, data: str, keep: bool) -> bool:
    """The table, and, to `keep` it, with raw figures in docs/performance.json under `data`. Says
    whether the gate lets it pass."""
    rows = rows + deep_beside_first(rows)
    print(f"\n{data}: {CLIENTS} clients, 2 workers, {ROUNDS} × {SECONDS:g} s, per second\n")
    print(f"{'operation':<54}" + "".join(f"{title:>{wide}}" for _, title, wide, _ in COLUMNS))
    for row in rows:
        cells = "".join(_cell(row.get(name), wide, digits) for name, _, wide, digits in COLUMNS)
        print(f"{row['operation']:<54}{cells}{_verdict(row)}")
    if keep:
        _keep(data, rows)
    return not any(missed(row) for row in rows)


def deep_beside_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    bar, first, deep = COMPARED["deep"]
    ours = {row["operation"]: row["ours"] for row in rows}
    return [
        _compared(f"{name}, beside its first", figure, ours[name.replace(deep, first)], bar)
        for name, figure in ours.items()
        if name.endswith(deep)
    ]


def beside(smaller: str, larger: str) -> bool:
    """The same operations on two databases, as they were measured last. Says whether it passes."""
    kept = json.loads(FIGURES.read_text())
    ours = {
        data: {row["operation"]: row["ours"] for row in kept[data]["operations"] if "floor" in row}
        for data in (smaller, larger)
    }
    bar = COMPARED["larger"][0]
    rows = [
        _compared(name, ours[larger][name], figure, bar)
        for name, figure in ours[smaller].items()
        if name in ours[larger]
    ]
    print(f"\nours on {larger} beside {smaller}\n")
    for row in rows:
        print(f"{row['operation']:<54}{row['ratio']:>8.2f}{row['bar']:>7.2f}{_verdict(row)}")
    _keep(f"{larger} beside {smaller}", rows)
    return not any(missed(row) for row in rows)


def _compared(name: str, figure: float, other: float, bar: float) -> dict[str, Any]:
    return {"operation": name, "ours": figure, "ratio": round(figure / other, 3), "bar": bar}


def missed(row: dict[str, Any]) -> bool:
    """By more than the slack."""
    ratio, bar, slowest = row.get("ratio"), row.get("bar"), row.get("slowest_ms")
    grown, most = row.get("grown_mib"), row.get("most_mib")
    return bool(
        (bar and ratio is not None and ratio < bar * (1 - SLACK))
        or (slowest and row["p99_ms"] > slowest * (1 + SLACK))
        or (most and grown is not None and grown > most * (1 + SLACK))
    )


def _verdict(row: dict[str, Any]) -> str:
    words = [f"  {row['note']}"] if row.get("note") else []
    if row.get("slowest_ms"):
        words.append(f"  p99 under {row['slowest_ms']:g}")
    if row.get("grown_mib") is not None:
        words.append(f"  +{row['grown_mib']:.0f} MiB")
    return "".join([*words, "  MISSED" if missed(row) else ""])


def _cell(figure: float | None, wide: int, digits: int) -> str:
    return f"{'–':>{wide}}" if figure is None else f"{figure:>{wide},.{digits}f}"


def _keep(data: str, told: list[dict[str, Any]]) -> None:
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.strip()
    kept[data] = {
        "date": date.today().isoformat(),
        "commit": commit,
        "python": platform.python_version(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "clients": CLIENTS,
        "workers": 2,
        "seconds": SECONDS,
        "operations": told,
    }
    FIGURES.write_text(json.dumps(kept, indent=2) + "\n")
