"""Sellers who pack, ship and deliver through the API what customers are just cancelling."""

import random
import time

from tests.proofs.insisting import Insisting, Told

AT_ONCE = 2
CUSTOMER_WAS_FIRST = {"quantity_not_left", "not_packable", "request_waiting"}
ASKED_MEANWHILE = "cancellation_waiting"
CANCELLED_MEANWHILE = "invalid_transition"
ANSWERED_WITHIN = 60  # seconds: by then a worker has decided on the request


class Shopkeepers(Insisting):
    """`serve(order)` starts one more; `wait()` says of each the package and how far it came."""

    def __init__(self, url: str, filled: dict, seed: int):
        super().__init__(url, seed, AT_ONCE)
        self.dice = random.Random(f"shopkeepers/{seed}")
        self._tokens = filled["sellers"]

    def serve(self, order: dict) -> None:
        """Pack some of the order, ship it, and deliver every other one."""
        item, quantity, shop = self.dice.choice(order["items"])
        wanted = {"items": [{"item": item, "quantity": self.dice.randint(1, quantity)}]}
        pause, deliver = self.dice.uniform(0, 1), self.dice.random() < 0.5
        self._start(self._serve, order["number"], self._tokens[shop], wanted, pause, deliver)

    def _serve(self, number: str, token: str, wanted: dict, pause: float, deliver: bool):
        packed = self.post(f"/orders/{number}/packages/", wanted, token=token, key=f"{number}/p")
        if packed.status != 201:
            assert packed.code in CUSTOMER_WAS_FIRST, f"{number}: {packed}"
            return None, "refused"
        package = packed.document["number"]
        time.sleep(pause)
        shipped = self._ship(package, token)
        if shipped.status != 201:
            assert shipped.code in (ASKED_MEANWHILE, CANCELLED_MEANWHILE), f"{package}: {shipped}"
            return package, "cancelled"
        if not deliver:
            return package, "shipped"
        path, wanted = f"/packages/{package}/delivery/", {"outcome": "delivered"}
        delivered = self.post(path, wanted, token=token, key=f"{package}/d")
        assert delivered.status == 201, f"{package}: {delivered}"
        return package, "delivered"

    def _ship(self, package: str, token: str) -> Told:
        """Ship it; where the customer asks to cancel, try again until that is decided."""
        deadline = time.monotonic() + ANSWERED_WITHIN
        turn = 0
        while True:
            turn += 1
            path, key = f"/packages/{package}/shipment/", f"{package}/s/{turn}"
            told = self.post(path, {}, token=token, key=key)
            if told.code != ASKED_MEANWHILE or time.monotonic() > deadline:
                return told
            time.sleep(1)
