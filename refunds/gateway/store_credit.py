"""We owe it to the customer from now on: nobody is called, and nothing can be refused.

What it answers is written down with the ledger in one transaction (`settling.py`); that is where
the credit comes from, once per attempt.
"""

from datetime import timedelta
from uuid import UUID

from refunds.gateway.outcome import Outcome, Result


class StoreCredit:
    automatic = True
    remembers_keys_for = timedelta.max  # asking gives nothing: the ledger does, once

    @staticmethod
    def given(key: UUID) -> Outcome:
        """The answer for this key, always the same."""
        return Outcome(Result.SUCCEEDED, reference=f"SC-{key}")

    def refund(self, *, amount: int, currency: str, key: UUID, payment_reference: str) -> Outcome:
        return self.given(key)

    def find(self, key: UUID) -> Outcome | None:
        return self.given(key)
