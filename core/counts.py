"""How many rows there are of several kinds, asked in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.statements import Chosen, fetched_one


def counted(tabs: Mapping[str, QuerySet[Any]], cap: int) -> dict[str, int]:
    """{tab: how many rows, at most `cap`}: each is counted through its own index."""
    parts: dict[str, str] = {}
    values: list[Any] = []
    for tab, rows in tabs.items():
        try:
            statement, needs = rows.order_by().values("pk")[:cap].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts[tab] = f"(SELECT count(*) FROM ({statement}) AS rows)"  # noqa: S608 - the ORM's own
        values += needs
    if not parts:
        return dict.fromkeys(tabs, 0)
    counts = fetched_one(f"SELECT {', '.join(parts.values())}", values) or ()
    return dict.fromkeys(tabs, 0) | dict(zip(parts, counts, strict=True))


def counted_each(chosen: Sequence[Chosen | None]) -> list[int]:
    """How many rows each of these statements chooses; 0 for None."""
    asked = [each for each in chosen if each is not None]
    if not asked:
        return [0] * len(chosen)
    counts = ", ".join(f"(SELECT count(*) FROM ({each}) AS rows)" for each, _values in asked)  # noqa: S608
    needs = [value for _each, values in asked for value in values]
    row = fetched_one(f"SELECT {counts}", needs, often=True)
    found = iter(row or ())
    return [0 if each is None else next(found) for each in chosen]
