"""What is measured, how, and how it is told. Only ratios taken in one run count."""

import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection
from pathlib import Path

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CLIENTS = 8
WARMING = 8  # calls before each measurement, which fill what a process keeps
SIDES = ("floor", "ours")
ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = ROOT / "docs" / "performance.json"


@dataclass
class Operation:
    """One thing measured on both sides. A request is (method, path, body); `who` asks ours."""

    name: str
    bar: float
    floor: Iterator
    ours: Iterator
    who: str = "owner"
    figures: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})
    latencies: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def told(self) -> dict:
        """The figures as `docs/performance.json` holds them: requests a second, milliseconds."""
        floor, ours = (statistics.median(self.figures[side]) for side in SIDES)
        times = sorted(self.latencies["ours"])
        p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
        return {
            "operation": self.name,
            "floor": round(floor, 1),
            "ours": round(ours, 1),
            "ratio": round(ours / floor, 3),
            "bar": self.bar,
            "p50_ms": round(p50, 1),
            "p99_ms": round(p99, 1),
            "rounds": {side: [round(figure, 1) for figure in self.figures[side]] for side in SIDES},
        }


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
        for side, server in servers.items():
            for _call in range(WARMING):
                _checked(server, next(getattr(operation, side)), headers[operation.who])
        for _round in range(ROUNDS):
            for side, server in servers.items():
                _measure(operation, side, server, headers[operation.who])


def _checked(server: Server, request: tuple, headers: dict) -> None:
    method, path, body = request
    own = {**headers, "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    status, text = server.ask(method, path, body, own)
    if status not in (200, 201):
        raise SystemExit(f"bench: {method} {path}: {status} {text[:300]!r}")


def _measure(operation: Operation, side: str, server: Server, headers: dict) -> None:
    requests = getattr(operation, side)
    lock = threading.Lock()
    end = time.monotonic() + SECONDS
    done: list[float] = []
    wrong: list[str] = []

    def client() -> None:
        while time.monotonic() < end and not wrong:
            with lock:
                request = next(requests, None)
            if request is None:
                return
            started = time.monotonic()
            try:
                _checked(server, request, headers)
            except (SystemExit, OSError) as error:
                wrong.append(str(error))
            done.append(time.monotonic() - started)

    started = time.monotonic()
    threads = [threading.Thread(target=client) for _client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"{side}: {wrong[0]}")
    if time.monotonic() < end:
        raise SystemExit(f"bench: {operation.name}: {side} ran out of orders; set BENCH_ORDERS.")
    operation.figures[side].append(len(done) / (time.monotonic() - started))
    operation.latencies[side] += done


def tell(operations: list[Operation], *, data: str, keep: bool) -> None:
    """The table, and, to `keep` it, with raw figures in docs/performance.json under `data`."""
    told = [operation.told() for operation in operations]
    print(f"\n{data}: {CLIENTS} clients, 2 workers, {ROUNDS} × {SECONDS:g} s, per second\n")
    titles = f"{'floor':>9}{'ours':>9}{'ratio':>8}{'bar':>7}{'p50 ms':>9}{'p99 ms':>9}"
    print(f"{'operation':<40}{titles}")
    for row in told:
        print(
            f"{row['operation']:<40}{row['floor']:>9.0f}{row['ours']:>9.0f}{row['ratio']:>8.2f}"
            f"{row['bar']:>7.2f}{row['p50_ms']:>9.1f}{row['p99_ms']:>9.1f}"
        )
    if keep:
        _keep(data, told)


def _keep(data: str, told: list[dict]) -> None:
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.strip()
    kept[data] = {
        "date": date.today().isoformat(),
        "commit": commit,
        "python": platform.python_version(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "clients": CLIENTS,
        "workers": 2,
        "seconds": SECONDS,
        "operations": told,
    }
    FIGURES.write_text(json.dumps(kept, indent=2) + "\n")
