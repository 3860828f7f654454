"""PostgreSQL alone: the floor's own statements in a loop, by psycopg2 in two processes, without
HTTP, Django or JSON. It says how much of the floor is PostgreSQL's time."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg2

PROCESSES = 2


@dataclass(frozen=True)
class Alone:
    """`work(cursor, *given)` for each of `given`, each in a transaction of its own."""

    work: Callable[..., Any]
    given: Iterable[tuple]

    def per_second(self, seconds: float) -> float:
        """Measured for so long, or until nothing is left. Each item is done by one process."""
        from django.db import connection

        connection.close()  # the processes must not hold it
        forking = multiprocessing.get_context("fork")
        answers: Any = forking.Queue()
        processes = [
            forking.Process(target=self._measure, args=(place, seconds, answers))
            for place in range(PROCESSES)
        ]
        for process in processes:
            process.start()
        figures = [answers.get(timeout=seconds + 60) for _process in processes]
        for process in processes:
            process.join()
        return sum(figures)

    def _measure(self, place: int, seconds: float, answers: Any) -> None:
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        done, started = 0, time.monotonic()
        end = started + seconds
        for given in islice(iter(self.given), place, None, PROCESSES):
            with connection, connection.cursor() as cursor:
                self.work(cursor, *given)
            done += 1
            if time.monotonic() > end:
                break
        answers.put(done / (time.monotonic() - started))


def read(cursor: Any, statement: str, values: list) -> None:
    cursor.execute(statement, values)
    cursor.fetchall()
