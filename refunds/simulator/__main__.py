"""Runs the simulator until it is told to stop; prints its address when it is ready."""

import argparse
import signal
import sys
from pathlib import Path

from refunds.simulator.journal import Journal
from refunds.simulator.server import Provider
from refunds.simulator.webhooks import Webhooks


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m refunds.simulator", description=__doc__)
    # Whoever reaches it can make it pay: another host only inside a network of its own.
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8099, help="0 takes any free port")
    parser.add_argument("--journal", type=Path, required=True, help="file that keeps every payout")
    parser.add_argument("--webhook-url", default="", help="where it tells what became of a key")
    parser.add_argument("--webhook-secret", default="", help="whsec_… by which it signs that")
    given = parser.parse_args()
    given.journal.parent.mkdir(parents=True, exist_ok=True)
    webhooks = Webhooks(given.webhook_url, given.webhook_secret)
    provider = Provider((given.host, given.port), Journal(given.journal), webhooks)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    host, port = provider.server_address[:2]
    sys.stdout.write(f"payment simulator on http://{host}:{port}\n")
    sys.stdout.flush()
    try:
        provider.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        provider.server_close()


main()
