"""docs/proofs.md: what was run, on which commit and machine, and what came of it."""

import os
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / "docs" / "proofs.md"

HEAD = """\
# Proofs

Written by `make prove` (`python -m tests.proofs --seed {seed}`); what failed is shown like what
did not. How each proof works stands in `tests/proofs/`; CI runs a sample of each every time. What
the suite notices when rules are changed by one thing: [mutation.md](mutation.md).

| | |
|---|---|
| Commit | `{commit}` |
| Seed | {seed} |
| Date | {date} |
| Machine | {machine} |
| Verdict | {verdict} |
"""


@dataclass
class Result:
    """One proof: figures in words, longer rows below, and sentences about what failed."""

    title: str
    claim: str
    figures: dict[str, object] = field(default_factory=dict)
    rows: list[tuple[str, object]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        verdict = f"**{len(self.failures)} failed**" if self.failures else "holds"
        lines = [f"## {self.title}: {verdict}", "", self.claim, "", "| | |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.figures.items()]
        lines += [f"| Time | {self.seconds:.0f} s |", ""]
        if self.failures:
            lines += ["What failed:", "", *[f"- {words}" for words in self.failures[:50]], ""]
        if self.rows:
            lines += ["<details><summary>In detail</summary>", "", "| | |", "|---|---|"]
            lines += [f"| {name} | {value} |" for name, value in self.rows]
            lines += ["", "</details>", ""]
        return lines


def write_report(results: list[Result], seed: int, *, file: Path = REPORT) -> None:
    failed = [result.title for result in results if result.failures]
    head = HEAD.format(
        seed=seed,
        commit=commit(),
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=f"{os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end",
        verdict=f"failed: {', '.join(failed)}" if failed else "every proof run holds",
    )
    body = "\n".join(line for result in results for line in result.lines())
    file.write_text(f"{head}\n{body}")


def commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = " with changes not committed" if git("status", "--porcelain", "-uno") else ""
    return git("rev-parse", "--short", "HEAD") + changed
