"""docs/mutation.md: what was mutated, what survived, and what each survivor means."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.mutation.runner import Outcome
from tests.mutation.targets import TARGETS
from tests.proofs.report import commit

ROOT = Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / "docs" / "mutation.md"
JUDGED = Path(__file__).parent / "judged.toml"
ENDS = ("killed", "timeout", "survived", "unreached", "not run")

HEAD = """\
# Mutation run

Written by `make mutation` (`python -m tests.mutation --seed {seed} --sample {sample:g}`): small
wrong changes to the rules about money, states, policies and scoping, one at a time, and whether a
test notices. Judgements of survivors are kept in `tests/mutation/judged.toml`.

| | |
|---|---|
| Commit | `{commit}` |
| Date | {date} |
| Sample | {share} of {possible} possible mutants, seed {seed} |
| Tests asked | {tests}, each mutant those that enter its function, up to {budget:g} s of them |
| Time | {minutes:.0f} min on one core |
| Noticed | {noticed} of {asked} ({percent:.1f} %) |
| Survivors nobody has judged | {not_judged} |
"""

HOW = """\
## How

A mutant changes one thing: a comparison, its boundary, an operator, a number, a word that is a
code, `and`/`or` and each side of them, a condition, a returned value, a step left out, a member of
a table or a filter, a branch of a `match`, a decorator that opens a transaction. Sentences for
people, types, columns and constraints are left alone (migrations state the last two, and CI
compares them); so are SQL texts, default values of arguments and fields of dataclasses.

No file is changed. The test process is collected once; each mutant lives in a fork of it, with the
code of one function or the value of one table exchanged (`tests/mutation/placing.py`). So a mutant
costs a second, and not a start of Django with a database.

Why not a library: mutmut 3 leaves decorated functions alone (`move`, `_post`, every property and
everything in a transaction here) and whatever stands outside of a function (tables of transitions,
ranks and roles); Cosmic Ray writes each mutant over the source and starts a process for it.

Not asked: tests in Chromium, with threads, with processes of their own, and the state machine of
`tests/property`; they are slow, and see more than this run gives credit for.
"""


@dataclass
class Run:
    """A run and its figures."""

    seed: int
    sample: float
    budget: float
    possible: dict[str, int] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0
    tests: int = 0
    broken: list[str] = field(default_factory=list)

    def table(self) -> list[str]:
        lines = [f"| Module | Possible | Run | {' | '.join(map(str.capitalize, ENDS))} |"]
        lines.append("|---|" + "--:|" * (len(ENDS) + 2))
        total: Counter = Counter()
        for file in TARGETS:
            ends = Counter(o.end for o in self.outcomes if o.mutant.file == file)
            lines.append(_row(f"`{file}`", self.possible[file], ends))
            total += ends
        return [*lines, _row("**all**", sum(self.possible.values()), total)]

    def alive(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.end not in {"killed", "timeout"}]

    def not_judged(self) -> list[Outcome]:
        judged = judgements()
        return [outcome for outcome in self.alive() if outcome.mutant.key not in judged]

    def head(self) -> str:
        asked, alive = len(self.outcomes), len(self.alive())
        return HEAD.format(
            seed=self.seed,
            sample=self.sample,
            commit=commit(),
            date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            share=f"{asked} ({self.sample:.0%})" if self.sample < 1 else f"all {asked}",
            possible=sum(self.possible.values()),
            tests=self.tests,
            budget=self.budget,
            minutes=self.seconds / 60,
            noticed=asked - alive,
            asked=asked,
            percent=100 * (asked - alive) / max(asked, 1),
            not_judged=len(self.not_judged()),
        )

    def survivors(self) -> list[str]:
        judged = judgements()
        lines = ["| Where | Change | Judgement |", "|---|---|---|"]
        for outcome in self.alive():
            mutant = outcome.mutant
            change = f"`{mutant.before}` → `{mutant.after}`".replace("|", "\\|")
            judgement = judged.get(mutant.key, "**not judged**")
            lines.append(f"| `{mutant.file}:{mutant.line}` | {change} | {judgement} |")
        return lines


def judgements() -> dict[str, str]:
    """Why each known survivor may live, by `Mutant.key`."""
    if not JUDGED.exists():
        return {}
    found = {}
    for row in tomllib.loads(JUDGED.read_text())["survivor"]:
        for change in row["changes"]:
            found[f"{row['where']}: {change}"] = f"{row['kind']}: {row['why']}"
    return found


def write_report(run: Run, *, file: Path = REPORT) -> None:
    parts = [run.head(), *run.table(), "", "## Survivors", ""]
    parts += ["`unreached`: no test that was asked enters the function.", "", *run.survivors()]
    if run.broken:
        parts += ["", "Failed without a mutant, so not asked:", ""]
        parts += [f"- `{test}`" for test in run.broken]
    file.write_text("\n".join([*parts, "", HOW]))


def _row(name: str, possible: int, ends: Counter) -> str:
    figures = [possible, ends.total(), *(ends[end] for end in ENDS)]
    return f"| {name} | {' | '.join(map(str, figures))} |"
