"""`make mutation`: small wrong changes to money, states, policies and scoping, one at a time.

python -m tests.mutation                          all mutants; writes docs/mutation.md
python -m tests.mutation --seed 7 --sample 0.4    about 40 % of each module's
python -m tests.mutation --only core/money.py     one file, or one line (core/money.py:36)
python -m tests.mutation --only … tests/core      asked of these tests only

No source is ever changed: mutants live in forks of a warm pytest. Ends with 1 if a mutant survives
that nobody has judged in tests/mutation/judged.toml.
"""

import argparse
import os
import random
import sys
import time
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.report import REPORT, Run, write_report
from tests.mutation.targets import LEFT_OUT, TARGETS, TESTS

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    given = _arguments()
    run = Run(seed=given.seed, sample=given.sample, budget=given.budget)
    wanted = []
    for file in TARGETS:
        every = mutants_of((ROOT / file).read_text(), file)
        run.possible[file] = len(every)
        wanted += _chosen(every, given)
    run.outcomes = _run(wanted, given, run)
    if not given.only:
        write_report(run, file=given.report)
    print("\n".join(run.table()))
    for outcome in run.alive():
        print(f"{outcome.end}: {outcome.mutant}")
    return int(bool(run.not_judged()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("tests", nargs="*", default=TESTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=float, default=1.0, help="of each module; default: all")
    parser.add_argument("--budget", type=float, default=10, help="seconds of tests per mutant")
    parser.add_argument("--only", nargs="*", default=[], metavar="FILE[:LINE]")
    parser.add_argument("--recorded", type=Path, help="keep timings here for the next run")
    parser.add_argument("--report", type=Path, default=REPORT)
    return parser.parse_args()


def _chosen(every: list[Mutant], given: argparse.Namespace) -> list[Mutant]:
    if given.only:
        return [
            mutant
            for mutant in every
            if {mutant.file, f"{mutant.file}:{mutant.line}"} & set(given.only)
        ]
    if given.sample >= 1 or not every:
        return every
    draw = random.Random(f"{given.seed} {every[0].file}")
    drawn = set(draw.sample(range(len(every)), round(len(every) * given.sample)))
    return [mutant for at, mutant in enumerate(every) if at in drawn]


def _run(wanted: list[Mutant], given: argparse.Namespace, run: Run) -> list:
    os.environ.setdefault("TEST_DATABASE_NAME", "test_mutation")
    import hypothesis
    import pytest

    from tests.mutation.runner import MutationRun

    # Fail at once, and leave no failing example of a mutant behind for the next honest run.
    hypothesis.settings.register_profile(
        "mutation",
        database=None,
        deadline=None,
        derandomize=True,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutation")
    mutation = MutationRun(
        wanted,
        given.budget,
        tell=lambda line: print(line, flush=True),
        recorded=given.recorded,
    )
    started = time.monotonic()
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-s", "-o", "timeout=0"]
    words += ["--reuse-db", "-m", "not browser and not concurrency", "--no-summary"]
    words += [f"--ignore={path}" for path in LEFT_OUT]
    pytest.main([*words, *given.tests], plugins=[mutation])
    run.seconds = time.monotonic() - started
    run.tests, run.broken = len(mutation.timed), mutation.broken
    return mutation.outcomes


if __name__ == "__main__":
    sys.exit(main())
