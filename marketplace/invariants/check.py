"""Checking what must always be true: `queries.sql`, one query per sentence (reliability.md §2)."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.events.models import Event
from core.events.subscriptions import AFTER
from core.states import Recorded, Stateful

QUERIES = Path(__file__).with_name("queries.sql")
CHAPTER = re.compile(r"^-- -{10,} (\w+)$", re.MULTILINE)
IN_SCOPE = re.compile(r"in_scope\(([\w.]+)\)")


@dataclass(frozen=True)
class Invariant:
    """One sentence of a chapter, and the query whose rows break it.

    nightly: only in checks of everything
    """

    name: str
    chapter: str
    sql: str
    nightly: bool = False


@dataclass(frozen=True)
class Violation:
    invariant: str
    row: dict[str, Any]

    def __str__(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self.row.items())
        return f"{self.invariant}: {facts}"


def check(since: timedelta | None = None, *, leaving_out: Container[str] = ()) -> list[Violation]:
    """Every row that breaks an invariant; none, if all is well.

    since: look only at orders that something was recorded about in this time, and leave out what
           is for the night
    leaving_out: chapters of the file
    """
    orders = None if since is None else _orders_touched(since)
    due = [
        invariant
        for invariant in invariants()
        if invariant.chapter not in leaving_out and (since is None or not invariant.nightly)
    ]
    # One moment for all: a snapshot, so that work which goes on cannot look like a violation.
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return [
            Violation(invariant.name, row)
            for invariant in due
            for row in _rows(cursor, invariant, orders)
        ]


@cache
def invariants() -> tuple[Invariant, ...]:
    """All invariants, in the order of the file."""
    found = []
    for chapter, text in zip(*[iter(CHAPTER.split(QUERIES.read_text())[1:])] * 2, strict=True):
        for block in re.split(r"^-- name: ", text, flags=re.MULTILINE)[1:]:
            name, _, rest = block.partition("\n")
            sql = _without_comments(rest).split(";")[0]
            found.append(Invariant(name, chapter, sql, nightly="-- nightly:" in rest))
    return tuple(found)


def _without_comments(block: str) -> str:
    return "\n".join(line for line in block.splitlines() if not line.startswith("--"))


def _orders_touched(since: timedelta) -> list[int]:
    recent = Event.objects.filter(recorded_at__gte=timezone.now() - since, order_id__isnull=False)
    return list(recent.values_list("order_id", flat=True).distinct())


def _rows(cursor, invariant: Invariant, orders: Sequence[int] | None) -> Iterator[dict[str, Any]]:
    scope = "true" if orders is None else r"\1 = any(%(orders)s)"
    sql = IN_SCOPE.sub(scope, invariant.sql)
    for name, table in ((":recorded", _recorded), (":moves", _moves), (":owed", _owed)):
        if name in sql:
            sql = sql.replace(name, table())
    cursor.execute(sql, {"orders": orders})
    names = [column.name for column in cursor.description]
    for row in cursor.fetchall():
        yield dict(zip(names, row, strict=True))


def _recorded() -> str:
    """Every row that has events: subject_type, subject_id, order_id, version, status, initial."""
    return "(" + " union all ".join(_recorded_rows(model) for model in _models(Recorded)) + ")"


def _recorded_rows(model: type[Recorded]) -> str:
    columns = {field.attname for field in model._meta.concrete_fields}
    order = "order_id" if "order_id" in columns else "id" if model.EVENT == "order" else "null"
    status, initial = "null", "null"
    if issubclass(model, Stateful):
        status, initial = "status", f"'{model._meta.get_field('status').default}'"
    return (
        f"select '{model.EVENT}' as subject_type, id as subject_id, {order}::bigint as order_id, "  # noqa: S608
        f"version, {status}::text as status, {initial}::text as initial "
        f"from {connection.ops.quote_name(model._meta.db_table)}"
    )


def _moves() -> str:
    """Every move that a table of states allows: subject_type, origin, target."""
    return _values(
        "subject_type, origin, target",
        (
            (model.EVENT, origin, target)
            for model in _models(Stateful)
            for origin, targets in model.TRANSITIONS.items()
            for target in targets
        ),
    )


def _owed() -> str:
    """Who is owed which events: type, subscriber."""
    return _values(
        "type, subscriber", ((type_, name) for type_, names in AFTER.items() for name in names)
    )


def _values(columns: str, rows: Iterable[tuple[str, ...]]) -> str:
    listed = ["(" + ", ".join(f"'{value}'" for value in row) + ")" for row in sorted(rows)]
    nothing = ", ".join("null::text" for _column in columns.split(","))
    given = f"values {', '.join(listed)}" if listed else f"select {nothing} where false"
    return f"(select * from ({given}) as given({columns}))"  # noqa: S608


def _models(parent: type[Recorded]) -> list[type[Recorded]]:
    """The models with a table below `parent`, by name of their events."""
    found, waiting = [], [parent]
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            if not model._meta.abstract and not model._meta.proxy:
                found.append(model)
    return sorted(found, key=lambda model: model.EVENT)
