"""The simulator's HTTP side: five addresses, and the ways in which it can misbehave.

POST /refunds         Idempotency-Key: <key>   {"amount", "currency", "payment_reference"}
GET  /refunds/<key>   what became of a key; 404 {"status": "never_seen"}
GET  /journal[?key=]  every call and every payout
POST /webhooks        {"url", "secret", "mode"?, "seconds"?}
POST /faults          {"queue": [{"kind", "seconds"?, "times"?}],
                       "chance": {"probability", "seed", "kinds", "seconds"?}}
"""

import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from refunds.simulator.journal import Journal, OtherRefund
from refunds.simulator.webhooks import Webhooks

FAULTS = {
    "timeout_after_paying",  # pays, says nothing for `seconds`, hangs up
    "timeout_before_paying",
    "error_after_paying",  # pays, answers 500
    "error_before_paying",
    "drop_after_paying",  # pays, resets the connection
    "drop_before_paying",
    "nonsense_after_paying",  # pays, answers 200 with something else
    "refuse",  # refuses this key for good
    "delay",  # answers properly, after `seconds`
}
LARGEST_BODY = 100_000
Answer = tuple[int, Any]


class BadRequest(Exception):
    """What was sent cannot be meant; nothing was paid."""


class Provider(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], journal: Journal, webhooks: Webhooks | None = None
    ):
        super().__init__(address, Conversation)
        self.journal = journal
        self.webhooks = webhooks or Webhooks()

    def handle_error(self, request, client_address) -> None:
        """A client that hung up is no news."""


class Conversation(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        journal = self.server.journal
        if address.path == "/journal":
            key = parse_qs(address.query).get("key", [None])[0]
            return self._answer((200, journal.report(key)))
        if address.path == "/health":
            return self._answer((200, {"status": "ok"}))
        if address.path.startswith("/refunds/"):
            key = address.path.removeprefix("/refunds/")
            journal.note_call("GET", key)
            known = journal.find(key)
            never_seen = {"status": "never_seen", "key": key}
            return self._answer((200, known) if known else (404, never_seen))
        return self._answer((404, {"message": "no such address"}))

    def do_POST(self) -> None:
        try:
            given = self._given()
            if self.path == "/refunds":
                self._refund(given)
            elif self.path == "/webhooks":
                self._plan_webhooks(given)
            elif self.path == "/faults":
                self._plan_faults(given)
            else:
                self._answer((404, {"message": "no such address"}))
        except BadRequest as error:
            self._answer((400, {"message": str(error)}))

    def _given(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            raise BadRequest("too long")
        try:
            given = json.loads(self.rfile.read(length))
        except ValueError as error:
            raise BadRequest("not JSON") from error
        if not isinstance(given, dict):
            raise BadRequest("not a JSON object")
        return given

    def _refund(self, given: dict[str, Any]) -> None:
        key = self.headers.get("Idempotency-Key", "")
        asked = _read_refund(given)
        if not key:
            raise BadRequest("no Idempotency-Key")
        fault, seconds = self.server.journal.note_call("POST", key)
        if fault.endswith("_before_paying"):
            return self._misbehave(fault, seconds)
        try:
            told = self.server.journal.refund(key, asked, refuse=fault == "refuse")
        except OtherRefund:
            return self._answer((409, {"message": "this key was used for another refund"}))
        self.server.webhooks.announce(told)
        if fault.endswith("_after_paying"):
            return self._misbehave(fault, seconds)
        if fault == "delay":
            time.sleep(seconds)
        return self._answer((201 if told["status"] == "succeeded" else 402, told))

    def _misbehave(self, fault: str, seconds: float) -> None:
        if fault.startswith("error"):
            return self._answer((500, {"message": "internal error"}))
        if fault.startswith("nonsense"):
            return self._answer((200, ["something", "else"]))
        if fault.startswith("timeout"):
            time.sleep(seconds)
        self.close_connection = True
        # With linger 0 closing sends a reset, as a crashed proxy would.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        return None

    def _plan_webhooks(self, given: dict[str, Any]) -> None:
        try:
            self.server.webhooks = Webhooks(**given)
        except (TypeError, ValueError) as error:
            raise BadRequest(str(error)) from error
        self._answer((200, {"mode": self.server.webhooks.mode}))

    def _plan_faults(self, given: dict[str, Any]) -> None:
        queue = [
            (_kind(fault.get("kind")), float(fault.get("seconds", 30)))
            for fault in given.get("queue", [])
            for _time in range(int(fault.get("times", 1)))
        ]
        chance = given.get("chance")
        if chance:
            chance = {
                "probability": float(chance["probability"]),
                "seed": chance.get("seed", 0),
                "kinds": [_kind(kind) for kind in chance.get("kinds") or sorted(FAULTS)],
                "seconds": float(chance.get("seconds", 30)),
            }
        self.server.journal.plan_faults(queue, chance)
        self._answer((200, {"queued": len(queue), "chance": chance}))

    def _answer(self, answer: Answer) -> None:
        status, document = answer
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The journal is the log."""


def _read_refund(given: dict[str, Any]) -> dict[str, Any]:
    amount, currency = given.get("amount"), given.get("currency")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise BadRequest("amount: a whole number of minor units above 0")
    if not isinstance(currency, str) or len(currency) != 3:
        raise BadRequest("currency: an ISO 4217 code")
    reference = str(given.get("payment_reference", ""))
    return {"amount": amount, "currency": currency, "payment_reference": reference}


def _kind(kind: Any) -> str:
    if kind not in FAULTS:
        raise BadRequest(f"kind: one of {', '.join(sorted(FAULTS))}")
    return str(kind)
