"""Ctrl-C ends a whole run of the proofs: the part under way, its pytest, and what would follow."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.proofs.report import ROOT
from tests.proofs.suites import PATIENCE

PROOFS = [sys.executable, "-m", "tests.proofs", "crash", "pairs"]
pytestmark = pytest.mark.timeout(120)


def test_an_interrupt_stops_the_part_its_pytest_and_the_rest(tmp_path):
    report = tmp_path / "proofs.md"
    run = subprocess.Popen(
        # As a script's background job has it: SIGINT is ignored until somebody says otherwise.
        ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *PROOFS, "--report", str(report)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert run.stdout.readline().startswith("crash")
        [suite] = _wait_for(lambda: _children(run.pid))
        run.send_signal(signal.SIGINT)
        said, _nothing = run.communicate(timeout=PATIENCE + 30)
    finally:
        run.kill()

    assert run.returncode == 130
    assert "pairs" not in said
    assert not report.exists()
    assert not Path(f"/proc/{suite}").exists()


def _children(pid: int) -> list[int]:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(word) for word in words]


def _wait_for(ask):
    deadline = time.monotonic() + 30
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)  # it is on its way into pytest
    assert found, "no suite was started"
    return found
