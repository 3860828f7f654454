"""Statements written by hand, for the few places that every call goes through.

Building a query takes the ORM longer than PostgreSQL takes to answer it (performance.md §3). A
statement stands next to the scopes of its model and says which of them it follows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def fetched(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple]:
    """All rows that the statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def fetched_one(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> tuple | None:
    """The first row that the statement answers, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
