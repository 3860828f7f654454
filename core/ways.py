"""More ways than one to find what somebody typed: which of them find anything, and their rows.

Each way is narrow by itself, and then PostgreSQL chooses well: it gathers the few rows of a rare
word, or walks the list's own order for a frequent one. Joined by OR or UNION they would all have to
be gathered first, and the frequent one would cost seconds.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.statements import fetched_one

Ways = Sequence[QuerySet[Any]]


def those_that_find(ways: Ways) -> list[QuerySet[Any]]:
    """The ways that find at least one row, in their order; asked in one statement, in which each
    ends at its first row."""
    asked: list[QuerySet[Any]] = []
    parts: list[str] = []
    values: list[Any] = []
    for way in ways:
        try:
            statement, needs = way.order_by().values("pk")[:1].query.sql_with_params()
        except EmptyResultSet:
            continue
        asked.append(way)
        parts.append(f"EXISTS ({statement})")
        values += needs
    if not asked:
        return []
    answers = fetched_one(f"SELECT {', '.join(parts)}", values) or ()
    return [way for way, finds in zip(asked, answers, strict=True) if finds]


def found_by(rows: QuerySet[Any], ways: Ways) -> QuerySet[Any]:
    """The rows that any of the ways finds, each of which narrows `rows` itself."""
    if not ways:
        return rows.none()
    first, *others = ways
    if not others:
        return first
    keys = [way.order_by().values("pk") for way in ways]
    return rows.filter(pk__in=keys[0].union(*keys[1:]))
