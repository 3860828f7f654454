"""How many rows are under each tab, for all tabs in one statement, and no further than a cap."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.statements import fetched_one


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
