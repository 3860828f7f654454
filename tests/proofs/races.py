"""Running pairs: two threads that stay, one moment, real commits."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection

from core.errors import DomainError
from tests.proofs.acts import Act
from tests.proofs.pairs import Pair
from tests.proofs.scenes import People, Scene

PATIENCE = 60  # seconds; a lock that nobody gives back takes longer
JITTER = 0.004  # seconds by which one of the two may come later, so that each wins sometimes


class Runners:
    """Two threads with a database connection each."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2)
        self._line = Barrier(2)

    def meet(self, scene: Scene, acts: tuple[Act, Act], delays: tuple[float, float]) -> list[str]:
        """What each act came to: "done", or the code of the refusal. Else it raises."""
        running = [
            self._pool.submit(self._run, scene, act, delay)
            for act, delay in zip(acts, delays, strict=True)
        ]
        return [one.result(timeout=PATIENCE) for one in running]

    def _run(self, scene: Scene, act: Act, delay: float) -> str:
        self._line.wait(timeout=PATIENCE)
        time.sleep(delay)
        try:
            act(scene)
        except DomainError as refusal:
            return refusal.code if len(str(refusal)) > 10 else f"{refusal.code} without words"
        return "done"

    def close(self) -> None:
        for one in [self._pool.submit(self._leave) for _thread in range(2)]:
            one.result(timeout=PATIENCE)
        self._pool.shutdown()

    def _leave(self) -> None:
        self._line.wait(timeout=PATIENCE)
        connection.close()


@contextmanager
def runners() -> Iterator[Runners]:
    two = Runners()
    try:
        yield two
    finally:
        two.close()


def race(pair: Pair, people: People, two: Runners, *, rounds: int, seed: int) -> Counter[str]:
    """Let the pair meet `rounds` times and count the outcomes.

    Raises AssertionError for an outcome that may not be, and whatever an act raised that is no
    refusal: a deadlock, a broken constraint.
    """
    dice = random.Random(f"{pair.name}/{seed}")
    outcomes: Counter[str] = Counter()
    for _round in range(rounds):
        scene = pair.scene(people)
        early = dice.randrange(2)
        delays = (0.0, dice.random() * JITTER)
        results = two.meet(scene, (pair.first, pair.second), delays if early == 0 else delays[::-1])
        outcome = f"{results[0]} + {results[1]} = {scene.standing()}"
        assert outcome in pair.allowed, f"{pair.name}: {outcome}"
        pair.afterwards(scene)
        outcomes[outcome] += 1
    return outcomes
