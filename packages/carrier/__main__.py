"""Runs the simulated carrier until it is told to stop. Its token is in CARRIER_TOKEN: what stands
on a command line, everybody on the machine can read."""

import argparse
import os
import signal
import sys
from datetime import UTC, datetime

from packages.carrier.rounds import Marketplace, Rounds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m packages.carrier", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the marketplace's address")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="from one step of a delivery to the next"
    )
    parser.add_argument(
        "--since",
        type=datetime.fromisoformat,
        default=datetime.now(UTC),
        help="packages that left before this moment are left alone (now)",
    )
    given = parser.parse_args()
    token = os.environ.get("CARRIER_TOKEN", "")
    if not token:
        parser.error("CARRIER_TOKEN is empty: a token with packages:read and packages:carrier")
    if given.since.tzinfo is None:
        parser.error("--since needs an offset, like 2026-11-20T09:00:00+00:00")
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    try:
        marketplace = Marketplace(given.url, token)
        Rounds(marketplace, seconds=given.seconds, since=given.since).run()
    except KeyboardInterrupt:
        pass


main()
