"""Several querysets, each with all that it prefetches, read in one statement.

A page shows what many tables hold of one thing. The ORM asks each of them by itself; here the same
querysets are parts of one statement, and PostgreSQL answers a JSON list for each. Whose rows they
are, their order and what is joined to them stays the ORM's, and so are the rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, Prefetch, QuerySet, Subquery
from django.db.models.fields.reverse_related import ManyToOneRel

from core.actors import Actor, Role
from core.statements import Given, Shape, StandIns, fetched_one

Way = tuple[str, ...]
Ask = Callable[..., Iterable[QuerySet[Any]]]
_AS_LIST = "(SELECT json_agg(told)::text FROM ({}) AS told)"


def read_together(*querysets: QuerySet[Any]) -> list[list[Any]]:
    """The rows of each queryset, as `list(queryset)` would give them, in one statement.

    What they prefetch must be the many rows that point at a row (at the end of whatever relations
    to one row are joined by `select_related`). Every part is one more subquery: for the rows of
    one thing, not for lists of many.
    """
    reading = _Together.of(querysets)
    return reading.rows(reading.values)


def read_known(*asks: Ask, actor: Actor, **known: int | str) -> list[list[Any]]:
    """`read_together` of the querysets that each `ask(actor, **known)` gives, one after the other.

    The ORM takes many times longer to write such a statement than PostgreSQL to answer it, so it
    is written once for each role, and from then on only filled in. An ask is a function of a
    module; of its actor and of what is known it makes nothing but lookups, and it asks no clock.
    """
    given = Given.of(actor, known)
    reading, gaps = _written(asks, actor.role, given.shape)
    return reading.rows(given.fill(gaps))


@cache
def _written(asks: tuple[Ask, ...], role: Role, shape: Shape) -> "tuple[_Together, list[Any]]":
    """The reading with a stand-in for each value of `shape`, and its values with their gaps."""
    asked = StandIns(role, shape)
    reading = _Together.of([one for ask in asks for one in ask(asked.actor, **asked.lookup)])
    return reading, asked.gaps(reading.values)


@dataclass(frozen=True)
class _Together:
    """Querysets as one statement. Holds no rows: it may be used again, and by many at a time."""

    readings: "Sequence[_Reading]"
    asked: "Sequence[_Reading]"  # these and what they prefetch, as far as there can be rows
    statement: str
    values: list[Any]

    @classmethod
    def of(cls, querysets: Iterable[QuerySet[Any]]) -> "_Together":
        readings = [_Reading.of(queryset) for queryset in querysets]
        asked = [one for reading in readings for one in reading.all() if one.sql]
        lists = ", ".join(_AS_LIST.format(one.sql) for one in asked)
        values = [value for one in asked for value in one.values]
        return cls(readings, asked, f"SELECT {lists}", values)

    def rows(self, values: Sequence[Any]) -> list[list[Any]]:
        answers = fetched_one(self.statement, values, often=True) if self.asked else None
        found = {
            id(one): one.rows_from(orjson.loads(answer or "[]"))
            for one, answer in zip(self.asked, answers or (), strict=True)
        }
        for one in self.asked:
            for branch in one.branches.values():
                branch.hang(found.get(id(branch.reading), []), found[id(one)])
        return [found.get(id(reading), []) for reading in self.readings]


@dataclass
class _Reading:
    """One queryset as a part of the statement, and what it prefetches."""

    queryset: Any
    compiler: Any
    sql: str = ""  # empty: there can be no row
    values: tuple[Any, ...] = ()
    branches: "dict[Way, _Branch]" = field(default_factory=dict)

    @classmethod
    def of(cls, queryset: Any) -> "_Reading":
        plain = queryset.prefetch_related(None)
        reading = cls(plain, plain.query.get_compiler(connection=connection))
        try:
            # Columns get names of their own, so that none of them is lost in the JSON.
            reading.sql, reading.values = reading.compiler.as_sql(with_col_aliases=True)
        except EmptyResultSet:
            return reading
        for lookup in queryset._prefetch_related_lookups:
            reading._add(lookup if isinstance(lookup, Prefetch) else Prefetch(lookup))
        return reading

    def all(self) -> "Iterator[_Reading]":
        yield self
        for branch in self.branches.values():
            yield from branch.reading.all()

    def _add(self, lookup: Prefetch) -> None:
        """Follow the lookup to its end; relations to one row are ways, the others branches."""
        place: _Reading = self
        way: Way = ()
        steps = lookup.prefetch_through.split("__")
        model = self.queryset.model
        for number, step in enumerate(steps, start=1):
            relation = model._meta.get_field(step)
            model = relation.related_model
            way = (*way, step)
            if isinstance(relation, ManyToOneRel) and relation.one_to_many:
                if way not in place.branches:
                    own = lookup.queryset if number == len(steps) else None
                    place.branches[way] = _Branch.of(place.queryset, way, relation, own)
                place, way = place.branches[way].reading, ()
        if way:
            raise TypeError(f"{lookup.prefetch_through} does not end in many rows")

    @cached_property
    def _readers(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """What has to be made of which column."""
        kinds = (expression.output_field for expression, *_ in self.compiler.select)
        readers = ((place, _reader_of(kind)) for place, kind in enumerate(kinds))
        return [(place, reader) for place, reader in readers if reader is not None]

    def rows_from(self, told: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The rows that the ORM makes of what PostgreSQL answered."""
        if not told:
            return []
        answered = [list(row.values()) for row in told]
        for row in answered:
            for place, read in self._readers:
                if row[place] is not None:
                    row[place] = read(row[place])
        # Whatever the queryset gives (rows, values, tuples) it makes of what its compiler fetches.
        queryset, compiler = self.queryset._chain(), copy(self.compiler)
        compiler.execute_sql = lambda *_, **__: [answered]
        queryset.query.get_compiler = lambda *_, **__: compiler
        return list(queryset._iterable_class(queryset))


class _OneOf(Func):
    """Whether a column is among the ids that a subquery finds. With IN the subquery would be one
    more join; these are so many that PostgreSQL no longer looks for the best order of them."""

    template, arg_joiner = "%(expressions)s)", " = ANY (ARRAY"
    output_field = BooleanField()


@dataclass(frozen=True)
class _Branch:
    """The many rows at the end of `way`: what `prefetch_related` reads by itself."""

    way: Way
    relation: ManyToOneRel
    reading: _Reading

    @classmethod
    def of(
        cls, parents: QuerySet[Any], way: Way, relation: ManyToOneRel, own: QuerySet[Any] | None
    ) -> "_Branch":
        rows = relation.related_model._default_manager.all() if own is None else own
        reached = parents.order_by().values("__".join((*way[:-1], "pk")))
        own_rows = rows.filter(_OneOf(F(relation.field.attname), Subquery(reached)))
        return cls(way, relation, _Reading.of(own_rows))

    def hang(self, rows: Iterable[Any], parents: Iterable[Any]) -> None:
        """Give each parent its own rows, as if they had been prefetched."""
        pointer = self.relation.field
        of_parent: dict[Any, list[Any]] = defaultdict(list)
        for row in rows:
            of_parent[getattr(row, pointer.attname)].append(row)
        for start in parents:
            parent = self._reached(start)
            if parent is None:
                continue
            own = of_parent.get(parent.pk, [])
            for one in own:
                if not pointer.is_cached(one):
                    pointer.set_cached_value(one, parent)
            known = getattr(parent, self.way[-1]).get_queryset()
            known._result_cache, known._prefetch_done = own, True
            vars(parent).setdefault("_prefetched_objects_cache", {})
            parent._prefetched_objects_cache[self.relation.cache_name] = known

    def _reached(self, row: Any) -> Any:
        for step in self.way[:-1]:
            row = getattr(row, step, None)
        return row


def _reader_of(kind: Any) -> Callable[[Any], Any] | None:
    """What makes the value that a cursor would give of the one that JSON holds; None where it is
    the same."""
    match kind.get_internal_type():
        case "DateTimeField":
            return datetime.fromisoformat
        case "DateField":
            return date.fromisoformat
        case "TimeField":
            return time.fromisoformat
        case "UUIDField":
            return UUID
        case "DecimalField":
            smallest = Decimal(1).scaleb(-kind.decimal_places)
            return lambda value: Decimal(str(value)).quantize(smallest)
        case "JSONField":
            return lambda value: orjson.dumps(value).decode()
        case "BinaryField" | "DurationField" as unread:
            raise TypeError(f"{kind}: a {unread} does not survive JSON")
    return None
