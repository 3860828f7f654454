"""`make prove`: all proofs in full, or some of them, and docs/proofs.md.

python -m tests.proofs                         everything, up to an hour on two cores
python -m tests.proofs pairs campaign          these only; the report then holds only these
python -m tests.proofs --seed 7 --minutes 10   everything, cut down to about ten minutes
"""

import argparse
import secrets
import sys
from pathlib import Path

from tests.proofs.parts import PARTS, prove
from tests.proofs.report import REPORT, write_report

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
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    share = min(given.minutes / FULL_MINUTES, 1)
    results = []
    for name in given.parts or PARTS:
        print(f"{name}, seed {seed} …", flush=True)
        results.append(prove(name, seed, share))
        print("\n".join(results[-1].lines()), flush=True)
        write_report(results, seed, file=given.report)
    return int(any(result.failures for result in results))


if __name__ == "__main__":
    sys.exit(main())
