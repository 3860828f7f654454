"""Deadlines of every step that pass while two beats and two workers run, whose queue is long: each
is acted on once, within a minute of being due, and so is each reminder."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.proofs.reckoning import Reckoning
from tests.proofs.running import Running

IN_THE_QUEUE = 100  # tasks before them, for each deadline of a step
WITHIN = 60.0  # seconds of being due (product.md §6)
PATIENCE = 240  # seconds until what is still open is called forgotten
REST = 300  # seconds for the workers to tell everybody what was done before


@dataclass
class Silence:
    """`late` says how many seconds after it was due the latest of each step was acted on."""

    deadlines: int = 0
    reminders: int = 0
    late: dict[str, float] = field(default_factory=dict)
    reminded_late: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    found: Reckoning = field(default_factory=Reckoning)

    @property
    def failures(self) -> list[str]:
        return self.found.faults


def run_silence(*, each: int, seed: int, spread: float = 60.0) -> Silence:
    """Let `each` deadlines of every step pass: half of all at one instant, as at the end of a
    working day, the others one by one over `spread` seconds."""
    silence = Silence()
    with (
        TemporaryDirectory(prefix="proofs-") as folder,
        Running(Path(folder), beats=2) as product,
    ):
        product.driver("run_clocks", each=each)
        _rest(product)
        product.driver("make_due", seed=seed, spread=spread)
        due = product.driver("reminders_due")
        product.driver("ring", tasks=IN_THE_QUEUE * each)
        _wait(product)
        _judge(silence, product, due)
        silence.deadlines, silence.reminders = each * len(silence.late), each
    return silence


def _rest(product: Running) -> None:
    """Until everybody was told of what has happened so far."""
    deadline = time.monotonic() + REST
    while time.monotonic() < deadline:
        now = product.driver("standing")
        if not now["deliveries"] + now["mails"]:
            return
        time.sleep(1)


def _wait(product: Running) -> None:
    deadline = time.monotonic() + PATIENCE
    while product.driver("to_act_on") and time.monotonic() < deadline:
        product.supervise()
        time.sleep(0.5)


def _judge(silence: Silence, product: Running, due: dict) -> None:
    found, measured = silence.found, product.driver("lateness")
    silence.late, silence.outcomes = measured["late"], measured["outcomes"]
    found.faults += measured["odd"]
    for step, seconds in silence.late.items():
        found.hold(seconds <= WITHIN, f"{step} was acted on {seconds:.0f} s after it was due")
    reminded = product.driver("reminded")
    odd = {pk: len(times) for pk, times in reminded.items() if len(times) != 1}
    found.hold(not odd, f"Reminded of otherwise than once: {odd}")
    silence.reminded_late = max(
        (_seconds(due[pk], at) for pk, times in reminded.items() for at in times), default=-1.0
    )
    found.hold(
        silence.reminded_late <= WITHIN, f"A reminder came {silence.reminded_late:.0f} s late"
    )
    found.faults += product.driver("check")


def _seconds(due: str, at: str) -> float:
    return (datetime.fromisoformat(at) - datetime.fromisoformat(due)).total_seconds()
