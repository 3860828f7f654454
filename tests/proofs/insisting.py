"""Programs that do not give up: they ask again, under the same Idempotency-Key, until answered."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import NamedTuple
from uuid import UUID, uuid5

import httpx

SEED = UUID("7c1f9a52-9f57-4a3b-8a0d-6c1f2a9f3b11")
PATIENCE = 120


class Told(NamedTuple):
    """An answer that will not change: what was done, or a refusal's code."""

    status: int
    code: str
    document: dict


class Insisting:
    """`at_once` of them at work; `wait()` until each was answered, and raises what went wrong."""

    def __init__(self, url: str, seed: int, at_once: int):
        self.seed = seed
        self.asked: list[Future] = []
        self.repeated = 0
        self._url = f"{url}/api/v1"
        self._pool = ThreadPoolExecutor(at_once)
        self._left = Event()

    @property
    def told(self) -> int:
        return sum(one.done() for one in self.asked)

    @property
    def under_way(self) -> int:
        return len(self.asked) - self.told

    def post(self, path: str, wanted: dict, *, token: str, key: str) -> Told:
        """What the product says in the end. Raises AssertionError when it never does."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": str(uuid5(SEED, f"{self.seed}/{key}")),
        }
        deadline = time.monotonic() + PATIENCE
        said = "nothing"
        while time.monotonic() < deadline and not self._left.is_set():
            try:
                answer = httpx.post(
                    self._url + path, json=wanted, headers=headers, timeout=10, trust_env=False
                )
            except httpx.HTTPError as error:
                said = f"{type(error).__name__}: {error}"
            else:
                said = f"{answer.status_code}: {answer.text[:300]}"
                if told := _final(answer):
                    return told
            self.repeated += 1
            time.sleep(0.3)
        raise AssertionError(f"{path} was not answered; the last answer was {said}")

    def _start(self, act, *given) -> None:
        self.asked.append(self._pool.submit(act, *given))

    def wait(self) -> list:
        """What each came to."""
        self._pool.shutdown(wait=True)
        return [one.result() for one in self.asked]

    def leave(self) -> None:
        self._left.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _final(answer: httpx.Response) -> Told | None:
    if answer.status_code >= 500 or answer.status_code == 429:
        return None
    document = answer.json()
    code = document.get("code", "")
    return None if code == "request_in_flight" else Told(answer.status_code, code, document)
