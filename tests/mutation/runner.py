"""A pytest plugin: collects once, then forks for every mutant and runs the tests that reach it.

One fork without a mutant comes first. It makes the test database, times each test and writes down
which functions of the mutated modules it enters, so that each mutant meets only tests that can
tell.
"""

import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tests.mutation.mutants import Mutant
from tests.mutation.placing import place
from tests.mutation.targets import TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Outcome:
    """What became of a mutant: killed, survived, timeout, unreached (no test enters it) or not run
    (it could not be put in place)."""

    mutant: Mutant
    end: str
    by: str = ""
    tests: int = 0
    seconds: float = 0.0


class MutationRun:
    """Stands in for pytest's own loop; `outcomes` is complete when pytest returns.

    `budget` is the seconds of tests (as timed without a mutant) that one mutant may cost.
    `recorded` keeps what the first fork found, for a second run upon the same tests.
    """

    def __init__(
        self,
        mutants: list[Mutant],
        budget: float,
        tell: Callable[[str], None],
        recorded: Path | None = None,
    ):
        self.mutants, self.budget, self.tell, self.recorded = mutants, budget, tell, recorded
        self.outcomes: list[Outcome] = []
        self.broken: list[str] = []  # tests that fail without a mutant
        self.failed = ""
        self.timed: dict[str, float] = {}
        self.entered: dict[str, set[tuple[str, str]]] = {}

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session) -> bool:
        gc.freeze()
        if not (self.recorded and self.recorded.exists()):
            self._record(session)
        else:
            self._read_again()
        for number, mutant in enumerate(self.mutants, 1):
            outcome = self._ask(session, mutant)
            self.outcomes.append(outcome)
            self.tell(
                f"{number}/{len(self.mutants)} {outcome.end} {mutant} "
                f"[{outcome.tests} tests, {outcome.seconds:.1f} s] {outcome.by}"
            )
        return True

    def _record(self, session) -> None:
        def record(answer: Callable[[dict], None]) -> None:
            for item, following in _pairs(session.items):
                self.failed, functions, started = "", set(), time.monotonic()
                sys.setprofile(_noting(functions))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                sys.setprofile(None)
                seconds = time.monotonic() - started
                answer(dict(test=item.nodeid, s=seconds, fs=sorted(functions), bad=self.failed))

        answers, _end = _forked(record, limit=3600)
        for told in answers:
            if "error" in told:
                raise RuntimeError(told["error"])
            if told["bad"]:
                self.broken.append(told["test"])
                continue
            self.timed[told["test"]] = told["s"]
            self.entered[told["test"]] = {tuple(function) for function in told["fs"]}
        self.tell(
            f"{len(self.timed)} tests in {sum(self.timed.values()):.0f} s; "
            f"failing without a mutant, not asked: {self.broken or 'none'}"
        )

        if self.recorded:
            entered = {test: sorted(functions) for test, functions in self.entered.items()}
            kept = {"timed": self.timed, "entered": entered, "broken": self.broken}
            self.recorded.write_text(json.dumps(kept))

    def _read_again(self) -> None:
        kept = json.loads(self.recorded.read_text())
        self.timed, self.broken = kept["timed"], kept["broken"]
        for test, functions in kept["entered"].items():
            self.entered[test] = {tuple(function) for function in functions}

    def _ask(self, session, mutant: Mutant) -> Outcome:
        items = self._able_to_tell(session.items, mutant)
        if not items:
            return Outcome(mutant, "unreached")
        limit = 20 + 3 * sum(self.timed[item.nodeid] for item in items)

        def run(answer: Callable[[dict], None]) -> None:
            _use_the_database_that_is_there()
            place(mutant)
            self.failed = ""
            for at, (item, following) in enumerate(_pairs(items), 1):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self.failed or at == len(items):
                    session._setupstate.teardown_exact(None)
                    answer(dict(by=self.failed, tests=at))
                    return

        started = time.monotonic()
        answers, end = _forked(run, limit=int(limit))
        seconds = time.monotonic() - started
        if not answers and end == signal.SIGALRM:
            return Outcome(mutant, "timeout", tests=len(items), seconds=seconds)
        if not answers or "error" in answers[-1]:
            return Outcome(mutant, "not run", by=str(answers or end))
        told = answers[-1]
        return Outcome(
            mutant, "killed" if told["by"] else "survived", told["by"], told["tests"], seconds
        )

    def _able_to_tell(self, items: Iterable, mutant: Mutant) -> list:
        """The tests that enter the mutated function (or its module, for a table): first those
        of the module, then the quick ones, until the budget is spent."""
        first = TARGETS.get(mutant.file, ())
        able = [item for item in items if self._reaches(item.nodeid, mutant)]
        able.sort(key=lambda item: (not item.nodeid.startswith(first), self.timed[item.nodeid]))
        spent, within = 0.0, []
        for item in able:
            spent += self.timed[item.nodeid]
            if within and spent > self.budget:
                break
            within.append(item)
        return within

    def _reaches(self, test: str, mutant: Mutant) -> bool:
        entered = self.entered.get(test, ())
        if (mutant.in_function or mutant.decorator) and not mutant.cached:
            return (mutant.file, mutant.place) in entered
        reads_tables = test.startswith("tests/architecture/test_states.py")
        return reads_tables or any(file == mutant.file for file, _function in entered)


def _pairs(items: list) -> Iterable[tuple]:
    return zip(items, [*items[1:], None], strict=True)


def _noting(functions: set[tuple[str, str]]) -> Callable:
    files = {str(ROOT / file): file for file in TARGETS}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and (file := files.get(frame.f_code.co_filename)):
            functions.add((file, frame.f_code.co_qualname.split(".<locals>")[0]))

    return note


def _use_the_database_that_is_there() -> None:
    """The first fork has made and migrated it; looking again would cost seconds per mutant."""
    from django.conf import settings
    from django.db import connection
    from django.test import utils

    def setup_databases(*_args, **_kwargs) -> list:
        name = connection.creation._get_test_db_name()
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        return []

    utils.setup_databases = setup_databases


def _forked(act: Callable, limit: int) -> tuple[list[dict], int]:
    """Run `act(answer)` in a fork: what it answered, and the signal that ended it or 0."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _be_the_fork(act, reading, writing, limit)
    os.close(writing)
    with os.fdopen(reading) as lines:
        answers = [json.loads(line) for line in lines]
    _pid, status = os.waitpid(child, 0)
    return answers, os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _be_the_fork(act: Callable, reading: int, writing: int, limit: int) -> None:
    """Never returns: what runs here must not run on into pytest."""
    os.close(reading)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limit)
    with os.fdopen(writing, "w") as lines:

        def answer(told: dict) -> None:
            print(json.dumps(told), file=lines, flush=True)

        try:
            act(answer)
        except BaseException:
            answer({"error": traceback.format_exc()})
    os._exit(0)
