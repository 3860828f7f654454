"""The simulator's webhooks: signed, and as unpunctual as real ones, when it is told so."""

import json
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

from refunds.webhook_signature import sign

MODES = {
    "once",  # beside the answer: now a little before, now a little after it
    "twice",
    "late",  # after `seconds`
    "early",  # before the answer, which waits for it
    "none",
}
TRIES = 3
PATIENCE = 10.0  # seconds


class Webhooks:
    """Sends what became of a key to `url`; nothing as long as there is none."""

    def __init__(self, url: str = "", secret: str = "", mode: str = "once", seconds: float = 1.0):
        if mode not in MODES:
            raise ValueError(f"mode: one of {', '.join(sorted(MODES))}")
        if url:
            sign(secret, "", 0, b"")  # a secret that is none is refused at once
        self.url, self.secret, self.mode, self.seconds = url, secret, mode, seconds

    def announce(self, told: dict[str, Any]) -> None:
        """Send the answer that a key has got, in this mode."""
        if not self.url or self.mode == "none":
            return
        if self.mode == "early":
            self._send(told)
        else:
            threading.Thread(target=self._send_beside, args=(told,), daemon=True).start()

    def _send_beside(self, told: dict[str, Any]) -> None:
        if self.mode == "late":
            time.sleep(self.seconds)
        for _time in range(2 if self.mode == "twice" else 1):
            self._send(told)

    def _send(self, told: dict[str, Any]) -> None:
        for turn in range(TRIES):
            try:
                with urllib.request.urlopen(self._request(told), timeout=PATIENCE):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2 * (turn + 1))

    def _request(self, told: dict[str, Any]) -> urllib.request.Request:
        event_id, now = f"evt_{told['key']}", datetime.now(UTC)
        document = {
            "type": f"refund.{told['status']}",
            "timestamp": now.isoformat(timespec="milliseconds"),
            "data": told,
        }
        body, moment = json.dumps(document).encode(), int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(self.secret, event_id, moment, body),
        }
        return urllib.request.Request(self.url, data=body, headers=headers)  # noqa: S310
