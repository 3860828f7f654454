"""Customers who do not give up: a stream of cancellations through the API.

Whatever happens to the web server, each asks again with the same Idempotency-Key until told that
the cancellation stands.
"""

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from uuid import UUID, uuid5

import httpx

SEED = UUID("7c1f9a52-9f57-4a3b-8a0d-6c1f2a9f3b11")
PATIENCE = 120
AT_ONCE = 3


class Customers:
    """`ask()` starts one more; `wait()` until each was told, and raises what went wrong."""

    def __init__(self, url: str, filled: dict, seed: int):
        self.orders = filled["orders"]
        self.dice = random.Random(seed)
        self.seed = seed
        self.asked: list[Future] = []
        self.repeated = 0
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._left = Event()
        self._headers = {"Authorization": f"Bearer {filled['token']}"}
        self._url = url

    @property
    def told(self) -> int:
        return sum(one.done() for one in self.asked)

    def ask(self) -> bool:
        """Ask to cancel some of the next order; False when every order had its turn."""
        if len(self.asked) >= len(self.orders):
            return False
        order = self.orders[len(self.asked)]
        item, quantity = self.dice.choice(order["items"])
        units = self.dice.randint(1, quantity)
        wanted = {"items": [{"item": item, "quantity": units, "reason": "changed_mind"}]}
        self.asked.append(self._pool.submit(self._insist, order["number"], wanted))
        return True

    def _insist(self, number: str, wanted: dict) -> dict:
        key = str(uuid5(SEED, f"{self.seed}/{number}"))
        deadline = time.monotonic() + PATIENCE
        said = "nothing"
        while time.monotonic() < deadline and not self._left.is_set():
            try:
                answer = httpx.post(
                    f"{self._url}/api/v1/orders/{number}/cancellations/",
                    json=wanted,
                    headers=self._headers | {"Idempotency-Key": key},
                    timeout=10,
                    trust_env=False,
                )
            except httpx.HTTPError as error:
                said = f"{type(error).__name__}: {error}"
            else:
                if answer.status_code == 201:
                    return answer.json()
                said = f"{answer.status_code}: {answer.text[:300]}"
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    break
            self.repeated += 1
            time.sleep(0.3)
        raise AssertionError(f"{number} could not be cancelled; the last answer was {said}")

    def wait(self) -> int:
        """How many were told that their cancellation stands: all of them."""
        self._pool.shutdown(wait=True)
        return len([one.result() for one in self.asked])

    def leave(self) -> None:
        self._left.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
