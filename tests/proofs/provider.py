"""A payment provider inside the test's process, for proofs of many rounds.

It speaks the gateway's protocol, pays a key once and writes down every payout. `plan()` says how
the next payments go; without a plan all goes well. The simulator of its own process and its
network are proved by the fault campaign and by tests/refunds.
"""

from collections import Counter, deque
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from uuid import UUID

from refunds.gateway import Outcome, Result
from refunds.gateway.outcome import refuse_inside_transaction

# How a payment may go; "after" and "before" say on which side of the payout it breaks.
WAYS = ("pays", "refuses", "breaks_after", "breaks_before")


class ProviderInProcess:
    automatic = True
    remembers_keys_for = timedelta.max

    def __init__(self, outside: Callable[[], None] = refuse_inside_transaction):
        """outside: raises when it is called where no transaction of ours may be open."""
        self._outside = outside
        self._lock = Lock()
        self._decided: dict[UUID, tuple[str, int]] = {}
        self._ways: deque[str] = deque()
        self.answers = True
        self.payouts: Counter[UUID] = Counter()

    def plan(self, *ways: str) -> None:
        """How the next payments go, one each; what was planned before is forgotten."""
        self._ways = deque(ways)

    def refund(self, *, amount: int, currency: str, key: UUID, payment_reference: str) -> Outcome:
        self._outside()
        with self._lock:
            way = self._ways.popleft() if self._ways else "pays"
            if way == "breaks_before":
                return Outcome(Result.UNKNOWN, words="no answer")
            if key not in self._decided:
                self._decide(key, amount, refused=way == "refuses")
            if way == "breaks_after":
                return Outcome(Result.UNKNOWN, words="no answer")
            return self._told(key)

    def _decide(self, key: UUID, amount: int, *, refused: bool) -> None:
        self._decided[key] = ("refused" if refused else "paid", amount)
        if not refused:
            self.payouts[key] += 1

    def find(self, key: UUID) -> Outcome | None:
        self._outside()
        with self._lock:
            if not self.answers:
                return Outcome(Result.UNKNOWN, words="no answer")
            return self._told(key) if key in self._decided else None

    def _told(self, key: UUID) -> Outcome:
        if self._decided[key][0] == "refused":
            return Outcome(Result.REFUSED, words="The card's bank refuses this refund.")
        return Outcome(Result.SUCCEEDED, reference=f"here-{key}", words="Paid back.")

    def paid(self, *keys: UUID) -> int:
        """How much has really left under these keys, minor units."""
        return sum(self._decided[key][1] * self.payouts[key] for key in keys if key in self.payouts)
