"""Real threads, real commits: what several people and workers do at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from core.errors import DomainError


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each on its own connection.

    Returns, in their order, what they returned, or the refusal that a rule raised. Anything else
    that is raised (a deadlock, a broken constraint) fails the test.
    """
    line = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            line.wait(timeout=20)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]
