"""What every provider of payments is to us: two questions, and three kinds of answer."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.db import connection


class Result(StrEnum):
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """SUCCEEDED: the money has left. REFUSED: it definitely has not, and never will under this
    key. UNKNOWN: everything else. `words` are the provider's own, for a person to read."""

    result: Result
    reference: str = ""
    words: str = ""


class Gateway(Protocol):
    """A provider that pays back what it captured.

    `automatic` is False where a person pays and says so afterwards: such plans stay approved,
    and neither method is called. `remembers_keys_for` is how long the same key is sure not to
    pay twice; a key that is older is never sent again.
    """

    automatic: bool
    remembers_keys_for: timedelta

    def refund(self, *, amount: int, currency: str, key: UUID, payment_reference: str) -> Outcome:
        """Pay `amount` minor units back once, however often it is called with this key.

        Never raises for what the provider or the network does: that is an UNKNOWN outcome.
        """

    def find(self, key: UUID) -> Outcome | None:
        """What became of this key; None when the provider is sure that it never saw it."""


class CalledInTransaction(RuntimeError):
    """A slow provider must not hold our locks, and a rollback cannot undo a payout."""


def refuse_inside_transaction() -> None:
    """Raises CalledInTransaction when a transaction is open: providers are called outside."""
    if connection.in_atomic_block:
        raise CalledInTransaction("The payment provider was called inside a transaction.")
