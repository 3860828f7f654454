"""`make prove`: all proofs in full, or some of them, and docs/proofs.md.

python -m tests.proofs                         everything, up to an hour on two cores
python -m tests.proofs pairs campaign          these only; the report then holds only these
python -m tests.proofs --seed 7 --minutes 10   everything, cut down to about ten minutes
"""

import argparse
import secrets
import signal
import sys
from pathlib import Path

from tests.proofs.parts import PARTS, prove
from tests.proofs.report import REPORT, write_report
from tests.proofs.suites import stop_suites

FULL_MINUTES = 60


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.proofs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="default: all")
    parser.add_argument("--seed", type=int, default=None, help="repeats a run; default: random")
    parser.add_argument("--minutes", type=float, default=FULL_MINUTES, help="about so long")
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _stop)
    try:
        return _prove(given)
    except KeyboardInterrupt:
        stop_suites()
        print("Stopped; the report holds the parts that had ended.", flush=True)
        return 130


def _prove(given: argparse.Namespace) -> int:
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    share = min(given.minutes / FULL_MINUTES, 1)
    results = []
    for name in given.parts or PARTS:
        print(f"{name}, seed {seed} …", flush=True)
        results.append(prove(name, seed, share))
        print("\n".join(results[-1].lines()), flush=True)
        write_report(results, seed, file=given.report)
    return int(any(result.failures for result in results))


def _stop(*_signal) -> None:
    """End the run and all that it has started; whoever asks again does not disturb that. Set
    also where SIGINT came to us ignored, as it does to what a script puts in the background."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
