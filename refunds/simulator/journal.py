"""What the simulator did: every call, every payout, the answer of every key, faults to come.

One SQLite file. Everything is committed, and flushed to disk, before it is answered, so that a
`kill -9` at any moment forgets nothing that anybody has been told.
"""

import json
import random
import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS refunds (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    payment_reference TEXT NOT NULL, status TEXT NOT NULL, reference TEXT NOT NULL,
    message TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS payouts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    payment_reference TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, method TEXT NOT NULL, key TEXT NOT NULL, fault TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS chance (id INTEGER PRIMARY KEY CHECK (id = 1), rule TEXT NOT NULL);
"""


class OtherRefund(Exception):
    """The key was used before, for something else."""


class Journal:
    def __init__(self, path: Path):
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def _written(self):
        """One durable transaction at a time."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def refund(self, key: str, asked: dict[str, Any], *, refuse: bool) -> dict[str, Any]:
        """Pay (or refuse) this key once; the same key again gets the same answer.

        Raises OtherRefund when the key was used for another amount, currency or payment.
        """
        words = json.dumps(asked, sort_keys=True)
        with self._written():
            known = self.find(key)
            if known is None:
                self._decide(key, asked, words, refuse)
            elif self._one("SELECT asked FROM refunds WHERE key = ?", key)["asked"] != words:
                raise OtherRefund(key)
        return self.find(key)

    def _decide(self, key: str, asked: dict[str, Any], words: str, refuse: bool) -> None:
        amount, currency, payment = asked["amount"], asked["currency"], asked["payment_reference"]
        reference = "" if refuse else f"sim-{key}"
        message = "The card's bank refuses this refund." if refuse else "Paid back."
        status = "refused" if refuse else "succeeded"
        self._db.execute(
            "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (key, words, amount, currency, payment, status, reference, message, _now()),
        )
        if not refuse:
            self._db.execute(
                "INSERT INTO payouts (key, amount, currency, payment_reference, at) "
                "VALUES (?, ?, ?, ?, ?)",
                (key, amount, currency, payment, _now()),
            )

    def find(self, key: str) -> dict[str, Any] | None:
        """The answer that this key has, if it was ever decided."""
        row = self._one(
            "SELECT key, status, amount, currency, reference, message FROM refunds WHERE key = ?",
            key,
        )
        return dict(row) if row else None

    def _one(self, statement: str, *given: Any) -> sqlite3.Row | None:
        with self._lock:
            return self._db.execute(statement, given).fetchone()

    def note_call(self, method: str, key: str) -> tuple[str, float]:
        """Count a call and say which fault it gets: (kind, seconds), kind "" for none.

        Only POST calls draw faults: looking must always tell the truth, if it answers at all.
        """
        with self._written():
            fault = self._draw(self._count("POST")) if method == "POST" else ("", 0.0)
            self._db.execute(
                "INSERT INTO calls (method, key, fault, at) VALUES (?, ?, ?, ?)",
                (method, key, fault[0], _now()),
            )
        return fault

    def _count(self, method: str) -> int:
        return self._one("SELECT count(*) AS n FROM calls WHERE method = ?", method)["n"]

    def _draw(self, call_no: int) -> tuple[str, float]:
        queued = self._one("SELECT * FROM faults ORDER BY id LIMIT 1")
        if queued:
            self._db.execute("DELETE FROM faults WHERE id = ?", (queued["id"],))
            return queued["kind"], queued["seconds"]
        chance = self._one("SELECT rule FROM chance")
        if chance:
            rule = json.loads(chance["rule"])
            # Seeded by the call's number: the same after a restart, whatever came before.
            dice = random.Random(f"{rule['seed']}/{call_no}")  # noqa: S311
            if dice.random() < rule["probability"]:
                return dice.choice(rule["kinds"]), rule["seconds"]
        return "", 0.0

    def plan_faults(self, queue: list[tuple[str, float]], chance: dict[str, Any] | None) -> None:
        """Replace all faults to come: first the queue, one per call, then by chance."""
        with self._written():
            self._db.execute("DELETE FROM faults")
            self._db.execute("DELETE FROM chance")
            self._db.executemany("INSERT INTO faults (kind, seconds) VALUES (?, ?)", queue)
            if chance:
                self._db.execute("INSERT INTO chance VALUES (1, ?)", (json.dumps(chance),))

    def report(self, key: str | None = None) -> dict[str, Any]:
        """Every call and every payout, of one key or of all, oldest first."""
        of_key, given = (" WHERE key = ?", (key,)) if key else ("", ())
        with self._lock:
            calls, payouts = (
                [dict(row) for row in self._db.execute(f"{select}{of_key} ORDER BY id", given)]
                for select in (
                    "SELECT method, key, fault, at FROM calls",
                    "SELECT key, amount, currency, payment_reference, at FROM payouts",
                )
            )
        counts: dict[str, int] = {}
        for payout in payouts:
            counts[payout["key"]] = counts.get(payout["key"], 0) + 1
        return {"calls": calls, "payouts": payouts, "payouts_per_key": counts}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
