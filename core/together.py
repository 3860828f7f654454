"""Several querysets, each with all that it prefetches, read in one statement.

A page shows what many tables hold of one thing. The ORM asks each of them by itself; here the same
querysets are parts of one statement, and PostgreSQL answers a JSON list for each. Whose rows they
are, their order and what is joined to them stays the ORM's, and so are the rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.db.models.fields import Field
from django.db.models.fields.reverse_related import ManyToOneRel

from core.statements import fetched_one

Way = tuple[str, ...]
_AS_LIST = "(SELECT json_agg(told)::text FROM ({}) AS told)"


def read_together(*querysets: QuerySet[Any]) -> list[list[Any]]:
    """The rows of each queryset, as `list(queryset)` would give them, in one statement.

    What they prefetch must be the many rows that point at a row (at the end of whatever relations
    to one row are joined by `select_related`). Every part is one more subquery: for the rows of
    one thing, not for lists of many.
    """
    readings = [_Reading.of(queryset) for queryset in querysets]
    asked = [one for reading in readings for one in reading.all()]
    statements = [one.statement for one in asked if one.statement is not None]
    if statements:
        lists = (_AS_LIST.format(sql) for sql, _values in statements)
        values = [value for _sql, values in statements for value in values]
        answer = iter(fetched_one(f"SELECT {', '.join(lists)}", values, often=True) or ())
        for one in asked:
            if one.statement is not None:
                one.take(orjson.loads(next(answer) or "[]"))
    for one in asked:
        one.hang_branches()
    return [reading.rows for reading in readings]


@dataclass
class _Reading:
    """The rows of one queryset, and what hangs on them."""

    queryset: QuerySet[Any]
    branches: "dict[Way, _Branch]" = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    statement: tuple[str, tuple[Any, ...]] | None = None  # None: there can be no row
    compiler: Any = None

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> "_Reading":
        reading = cls(queryset.prefetch_related(None))
        reading.compiler = reading.queryset.query.get_compiler(connection=connection)
        try:
            # Columns get names of their own, so that none of them is lost in the JSON.
            reading.statement = reading.compiler.as_sql(with_col_aliases=True)
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

    def take(self, told: list[dict[str, Any]]) -> None:
        """Make the rows that the ORM makes of what PostgreSQL answered."""
        fields = [expression.output_field for expression, *_ in self.compiler.select]
        readers = [(place, _reader_of(one)) for place, one in enumerate(fields)]
        readers = [(place, reader) for place, reader in readers if reader is not None]
        answered = [list(row.values()) for row in told]
        for row in answered:
            for place, read in readers:
                if row[place] is not None:
                    row[place] = read(row[place])
        # Whatever the queryset gives (rows, values, tuples) it makes of what this would fetch.
        self.compiler.execute_sql = lambda *_, **__: [answered]
        self.queryset.query.get_compiler = lambda *_, **__: self.compiler
        self.rows = list(self.queryset._iterable_class(self.queryset))

    def hang_branches(self) -> None:
        for branch in self.branches.values():
            branch.hang_on(self.rows)


@dataclass
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
        return cls(
            way, relation, _Reading.of(rows.filter(**{f"{relation.field.name}__in": reached}))
        )

    def hang_on(self, rows: Iterable[Any]) -> None:
        """Give each row its own, as if they had been prefetched."""
        pointer = self.relation.field
        of_parent: dict[Any, list[Any]] = defaultdict(list)
        for row in self.reading.rows:
            of_parent[getattr(row, pointer.attname)].append(row)
        for row in rows:
            parent = self._reached(row)
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


def _reader_of(kind: Field) -> Callable[[Any], Any] | None:
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
