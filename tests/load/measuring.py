"""What is measured, and how. Only ratios taken in one run count."""

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from tests.load.alone import Alone

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CLIENTS = 8
WARMING = 8  # calls before each measurement, which fill what a process keeps
SIDES = ("floor", "ours")
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Operation:
    """One thing measured on both sides. A request is (method, path, body); `who` asks ours.

    bar:     the least ratio of ours to the floor; None where only the times count
    slowest: the most milliseconds that 99 of 100 calls of ours may take
    pace:    calls come at this part of what ours can do, whether the last one is answered or not
    alone:   the same by PostgreSQL alone
    """

    name: str
    bar: float | None
    floor: Iterator
    ours: Iterator
    who: str = "owner"
    clients: int = CLIENTS
    slowest: float | None = None
    pace: float | None = None
    alone: Alone | None = None
    figures: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})
    latencies: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})
    postgres: float | None = None

    def told(self) -> dict:
        """The figures as `docs/performance.json` holds them: calls a second, milliseconds."""
        floor, ours = (statistics.median(self.figures[side]) for side in SIDES)
        return {
            "operation": self.name,
            "postgres": self.postgres and round(self.postgres, 1),
            "floor": round(floor, 1),
            "ours": round(ours, 1),
            "ratio": None if self.bar is None else round(ours / floor, 3),
            "bar": self.bar,
            "p50_ms": self._share("ours", 0.5),
            "p99_ms": self._share("ours", 0.99),
            "floor_p99_ms": self._share("floor", 0.99),
            "slowest_ms": self.slowest,
            "clients": self.clients,
            "rounds": {side: [round(figure, 1) for figure in self.figures[side]] for side in SIDES},
        }

    def _share(self, side: str, share: float) -> float:
        times = sorted(self.latencies[side])
        return round(times[int(len(times) * share)] * 1000, 1)


class Server:
    """gunicorn with two sync workers on a free loopback port."""

    def __init__(self, application: str, settings: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", application, "--workers", "2"]
        self.process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "ERROR"},
        )
        for _try in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{application} did not start.")

    def ask(self, method: str, path: str, body=None, headers=None) -> tuple[int, bytes]:
        """The status and the content of one answer, over a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


def measure(operations: list[Operation], servers: dict[str, Server], headers: dict) -> None:
    """All rounds of all operations, the two sides in turn. headers: of each `who`."""
    for operation in operations:
        own = headers[operation.who]
        for side, server in servers.items():
            for _call in range(WARMING):
                _checked(server, next(getattr(operation, side)), own)
        if operation.alone is not None:
            operation.postgres = operation.alone.per_second(min(SECONDS, 2))
        rate = operation.pace and operation.pace * _Round(operation, "ours", servers, own).run()
        for _round in range(ROUNDS):
            for side in servers:
                measured = _Round(operation, side, servers, own, rate)
                operation.figures[side].append(measured.run())
                operation.latencies[side] += measured.done


def _checked(server: Server, request: tuple, headers: dict) -> None:
    method, path, body = request
    own = {**headers, "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    status, text = server.ask(method, path, body, own)
    if status not in (200, 201):
        raise SystemExit(f"bench: {method} {path}: {status} {text[:300]!r}")


class _Round:
    """One measurement of one side. With a `rate` calls begin at their moments, and the time of
    one counts from its moment: who waits for a free client has waited."""

    def __init__(self, operation: Operation, side: str, servers, headers, rate=None):
        self.operation, self.side = operation, side
        self.server, self.headers = servers[side], headers
        self.every = 1 / rate if rate else 0
        self.lock = threading.Lock()
        self.done: list[float] = []
        self.wrong: list[str] = []

    def run(self) -> float:
        """Calls a second."""
        self.started = self.next = time.monotonic()
        self.end = self.started + SECONDS
        threads = [threading.Thread(target=self._client) for _ in range(self.operation.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.wrong:
            raise SystemExit(f"{self.side}: {self.wrong[0]}")
        if time.monotonic() < self.end:
            raise SystemExit(
                f"bench: {self.operation.name}: {self.side} ran out of orders; set BENCH_ORDERS."
            )
        return len(self.done) / (time.monotonic() - self.started)

    def _client(self) -> None:
        while time.monotonic() < self.end and not self.wrong:
            with self.lock:
                request = next(getattr(self.operation, self.side), None)
                begin = self.next if self.every else time.monotonic()
                self.next += self.every
            if request is None:
                return
            time.sleep(max(begin - time.monotonic(), 0))
            try:
                _checked(self.server, request, self.headers)
            except (SystemExit, OSError) as error:
                self.wrong.append(str(error))
            self.done.append(time.monotonic() - begin)
