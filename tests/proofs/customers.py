"""Customers who do not give up: a stream of cancellations through the API.

Whatever happens to the web server, each asks again with the same Idempotency-Key until told that
the cancellation stands, or that the seller was first.
"""

import random

from tests.proofs.insisting import Insisting

AT_ONCE = 3
TOO_LATE = {"not_cancellable", "quantity_not_left"}


class Customers(Insisting):
    """`ask()` starts one more; `wait()` says of each whether its cancellation stands."""

    def __init__(self, url: str, filled: dict, seed: int):
        super().__init__(url, seed, AT_ONCE)
        self.orders = filled["orders"]
        self.dice = random.Random(seed)
        self._token = filled["token"]

    @property
    def stock(self) -> int:
        """How many orders have not had their turn."""
        return len(self.orders) - len(self.asked)

    def next_order(self) -> dict | None:
        return self.orders[len(self.asked)] if self.stock else None

    def ask(self) -> bool:
        """Ask to cancel some of the next order; False when every order had its turn."""
        order = self.next_order()
        if order is None:
            return False
        item, quantity, _shop = self.dice.choice(order["items"])
        units = self.dice.randint(1, quantity)
        wanted = {"items": [{"item": item, "quantity": units, "reason": "changed_mind"}]}
        self._start(self._cancel, order["number"], wanted)
        return True

    def _cancel(self, number: str, wanted: dict) -> bool:
        path = f"/orders/{number}/cancellations/"
        told = self.post(path, wanted, token=self._token, key=number)
        assert told.status == 201 or told.code in TOO_LATE, f"{number}: {told}"
        return told.status == 201
