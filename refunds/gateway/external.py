"""Somebody else pays: an ERP, or a person with a banking app.

Plans of this gateway stay approved and are found in the lists by status and gateway. How each
part ended is told with `record_outcome`, by a person on the plan's page or by a program.
"""

from datetime import timedelta
from uuid import UUID

from refunds.gateway.outcome import Outcome


class External:
    automatic = False
    remembers_keys_for = timedelta(0)

    def refund(self, *, amount: int, currency: str, key: UUID, payment_reference: str) -> Outcome:
        raise RuntimeError("An external gateway is not called; a person pays.")

    def find(self, key: UUID) -> Outcome | None:
        raise RuntimeError("An external gateway is not asked; a person pays.")
