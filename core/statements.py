"""Statements written by hand, for the few places that every call goes through.

Building a query takes the ORM longer than PostgreSQL takes to answer it (performance.md §3). A
statement stands next to the scopes of its model and says which of them it follows; or it takes the
scope from `visible`, which has the ORM build it once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.query import BaseIterable

from core import prepared
from core.actors import Actor, Role

Values = Sequence[Any] | Mapping[str, Any]
Row = TypeVar("Row", bound=models.Model)


def fetched(statement: str, values: Values, *, often: bool = False) -> list[tuple]:
    """All rows that the statement answers. `often`: it is planned once (`core.prepared`)."""
    with connection.cursor() as cursor:
        _execute(cursor, statement, values, often)
        return cursor.fetchall()


def fetched_one(statement: str, values: Values, *, often: bool = False) -> tuple | None:
    """The first row that the statement answers, None where there is none."""
    with connection.cursor() as cursor:
        _execute(cursor, statement, values, often)
        return cursor.fetchone()


def _execute(cursor: Any, statement: str, values: Values, often: bool) -> None:
    if often:
        prepared.execute(cursor, statement, values)
    else:
        cursor.execute(statement, values)


def as_moment(column: str) -> str:
    """The expression for a moment as answers tell it: UTC, ISO 8601, as Python writes it."""
    written = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return f"replace({written}, '.000000', '')"


# -- Rows of a model -----------------------------------------------------------------------


@cache
def facts_of(model: type[models.Model]) -> list[str]:
    """The attributes that the database answers as they are; JSON is read when it is asked for."""
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if not hasattr(field, "from_db_value")]


@cache
def columns_of(model: type[models.Model], alias: str) -> str:
    """`alias."id", alias."number", …`: the columns of `facts_of`."""
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    columns = [field.column for field in fields if field.attname in facts_of(model)]
    return ", ".join(f"{alias}.{quote(str(column))}" for column in columns)


def row_from(model: type[Row], values: Sequence[Any]) -> Row:
    """The row of `model` whose `columns_of` have these values."""
    return model.from_db(connection.alias, facts_of(model), values)


def rows_from(kinds: Sequence[Any], values: Sequence[Any]) -> Iterator[Any]:
    """One row of each model, from their `columns_of` side by side."""
    start = 0
    for model in kinds:
        end = start + len(facts_of(model))
        yield row_from(model, values[start:end])
        start = end


class RowsAround(BaseIterable):
    """How a queryset gives its rows by a statement written around its own: the queryset says
    which rows, the statement what is told of them."""

    queryset: Any

    def __iter__(self) -> Iterator[Any]:
        try:
            chosen, values = self.queryset.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return iter(())
        return iter(self.around(self.queryset.model, chosen, values))

    @classmethod
    def around(
        cls,
        model: type[models.Model],
        chosen: str,
        values: Sequence[Any],
        *,
        often: bool = False,
    ) -> Iterable[Any]:
        """The rows whose ids the statement `chosen` gives, in its order. `often`: as `fetched`."""
        raise NotImplementedError


# -- What somebody may see -----------------------------------------------------------------

Chosen = tuple[str, list[Any]]


def visible(
    model: type[models.Model],
    actor: Actor,
    columns: Sequence[str] = ("id",),
    **lookup: int | str,
) -> Chosen | None:
    """`visible_to(actor).filter(**lookup)` as a statement for these columns, and its values.

    The ORM builds it once for each model, role and lookup; from then on it is only filled in. For
    models whose scope is two paths (`ScopedQuerySet`). None where there can be no such row.
    """
    given = Given.of(actor, lookup)
    built = _visible(model, actor.role, tuple(columns), given.shape)
    if built is None:
        return None
    statement, gaps = built
    return statement, given.fill(gaps)


def condition(model: type[models.Model], actor: Actor, **lookup: int | str) -> Chosen | None:
    """`visible` as a condition on the model's table, which the statement calls by its own name.

    Where the scope needs no other table PostgreSQL is spared a join with itself, which it takes
    long to plan. None where there can be no such row.
    """
    chosen = visible(model, actor, ("id",), **lookup)
    if chosen is None:
        return None
    statement, values = chosen
    table = connection.ops.quote_name(model._meta.db_table)
    _select, plain, narrowed = statement.partition(f" FROM {table} WHERE ")
    return (narrowed if plain else f"{table}.id IN ({statement})"), values


def visible_row(model: type[Row], actor: Actor, **lookup: int | str) -> Row | None:
    """The row that the actor may see under this lookup; None where it is out of their scope."""
    chosen = visible(model, actor, facts_of(model), **lookup)
    row = None if chosen is None else fetched_one(*chosen, often=True)
    return None if row is None else row_from(model, row)


Shape = tuple[tuple[str, type], ...]


@dataclass(frozen=True)
class Given:
    """What a statement that is built already is filled in with: who asks, and what for."""

    values: dict[str, Any]

    @classmethod
    def of(cls, actor: Actor, lookup: Mapping[str, int | str]) -> "Given":
        whose = {"actor.user_id": actor.user_id, "actor.seller_id": actor.seller_id}
        return cls({**whose, **lookup})

    @property
    def shape(self) -> Shape:
        """The names and kinds of what is given: one statement is built for each."""
        return tuple((name, type(one)) for name, one in self.values.items() if one is not None)

    def fill(self, gaps: Sequence[Any]) -> list[Any]:
        return [self.values[gap.name] if isinstance(gap, _Gap) else gap for gap in gaps]


@dataclass(frozen=True)
class _Gap:
    """Where a statement takes the value with this name."""

    name: str


class StandIns:
    """An actor and a lookup of values that nobody asks for, to build a statement with."""

    def __init__(self, role: Role, shape: Shape):
        values: dict[str, Any] = {
            name: f"\x00{name}" if issubclass(kind, str) else -(2**62) - place
            for place, (name, kind) in enumerate(shape)
        }
        self.actor = Actor(
            role, user_id=values.get("actor.user_id"), seller_id=values.get("actor.seller_id")
        )
        self.lookup = {name: value for name, value in values.items() if "." not in name}
        self._gap_of = {value: _Gap(name) for name, value in values.items()}

    def gaps(self, values: Sequence[Any]) -> list[Any]:
        """The statement's values, with a gap where one of these stands."""
        return [self._gap_of.get(value, value) for value in values]


@cache
def _visible(
    model: Any, role: Role, columns: tuple[str, ...], shape: Shape
) -> tuple[str, list[Any]] | None:
    """The statement with a stand-in for each value of `shape`, and its gaps in their order."""
    asked = StandIns(role, shape)
    rows = model.objects.visible_to(asked.actor).filter(**asked.lookup).order_by()
    try:
        statement, values = rows.values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return None
    return statement, asked.gaps(values)
