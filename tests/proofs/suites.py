"""Runs of pytest as parts of a proof: alone, on databases of their own, and stopped with it."""

import os
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from tests.proofs.report import ROOT

PATIENCE = 20  # seconds for an interrupted run to put its servers and database away

_under_way: list["Suite"] = []


@dataclass
class Run:
    """What a run of pytest left behind."""

    passed: bool
    failures: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    tests: int = 0


class Suite:
    """A run that has begun; `finish()` waits for it. In a session of its own, so that Ctrl-C
    reaches the proof first, which then stops what is under way: `stop_suites()`."""

    def __init__(self, *paths: str, database: str, **environment: object):
        self._folder = tempfile.TemporaryDirectory()
        self._report = Path(self._folder.name) / "report.xml"
        self._said = Path(self._folder.name) / "said.log"
        command = [sys.executable, "-m", "pytest", *paths, "-n", "0", "--create-db", "-q"]
        command += [f"--junitxml={self._report}", "-o", "junit_family=xunit1", "--tb=short"]
        given = {name: str(value) for name, value in environment.items()}
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | {"TEST_DATABASE_NAME": database} | given,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        _under_way.append(self)

    def finish(self) -> Run:
        run = Run(self.process.wait() == 0)
        said = self._said.read_text()
        if self._report.exists():
            _read(self._report, run)
        if not run.passed and not run.failures:
            run.failures = [said[-2000:]]
        self._forget()
        return run

    def stop(self) -> None:
        """As Ctrl-C would, and by force when that is not heard."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._forget()

    def _forget(self) -> None:
        _under_way.remove(self)
        self._folder.cleanup()


def run_tests(*paths: str, database: str, **environment: object) -> Run:
    """Run these tests and read what they recorded."""
    return Suite(*paths, database=database, **environment).finish()


def stop_suites() -> None:
    while _under_way:
        _under_way[-1].stop()


def _read(report: Path, run: Run) -> None:
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        run.tests += 1
        for name in ("failure", "error"):
            for one in case.findall(name):
                words = " ".join((one.get("message") or "").split())
                # An example that was cut down says what was done; the end of its traceback says
                # which promise that broke.
                end = " ".join((one.text or "").split())[-800:]
                run.failures.append(f"{case.get('name')}: {words[:400]} … {end}")
        for one in case.iter("property"):
            run.properties[one.get("name")] = one.get("value")
