"""Statements of lists that stay in the process.

Most calls of a list ask what was asked before: the same page again, or the next one. Building its
statement takes the ORM longer than PostgreSQL takes to answer it, so it is built once for each
reader, filters and size, and from then on only its place is filled in.

Only statements that hold nothing of the moment may stay: the FilterSet names in `LASTING` the
filters whose statement depends on their value alone.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BigAutoField, DateTimeField, Model, QuerySet

from core.keyset import BACKWARD, FORWARD, Page, Place, cut, place_of, reach, readers_of
from core.statements import RowsAround

MOST = 2048  # statements of a process, 2 kB each


@dataclass(frozen=True)
class _Gap:
    """Where a statement takes the value of the ordering's column with this place."""

    place: int


@dataclass(frozen=True)
class KeptList:
    """The rows of one reader's list, by statements that were built before."""

    model: type[Model]
    rows: type[RowsAround]
    readers: Sequence[Callable[[Any], Any]]
    ways: dict[tuple[str, bool], tuple[str, list[Any]]]  # by direction, and whether beyond a key

    def first_rows(self) -> list[Any]:
        """Those of the first page, and one more where the list goes on."""
        statement, values = self.ways[FORWARD, False]
        return list(self.rows.around(self.model, statement, values, often=True))

    def page(self, ordering: Sequence[str], size: int, cursor: str, note: str) -> Page:
        """As `core.keyset.page_of`."""
        place = place_of(cursor, self.readers) if cursor else Place(note=note)
        statement, gaps = self.ways[place.direction, place.key is not None]
        key = place.key or ()
        values = [key[gap.place] if isinstance(gap, _Gap) else gap for gap in gaps]
        found = self.rows.around(self.model, statement, values, often=True)
        return cut(list(found), ordering, size, place)


_lists: OrderedDict[Hashable, KeptList] = OrderedDict()


def kept_list(
    asked_by: Hashable, ordering: Sequence[str], size: int, build: Callable[[], QuerySet]
) -> KeptList | None:
    """The list that was built for `asked_by` before, or else the one that `build` gives now. None
    where its rows are not given by a statement around them, or where there can be none."""
    asked = (asked_by, tuple(ordering), size)
    kept = _lists.get(asked)
    if kept is not None:
        with suppress(KeyError):  # another thread may have dropped it meanwhile
            _lists.move_to_end(asked)
        return kept
    kept = _built(build(), ordering, size)
    if kept is not None:
        _lists[asked] = kept
        if len(_lists) > MOST:
            _lists.popitem(last=False)
    return kept


def _built(rows: QuerySet, ordering: Sequence[str], size: int) -> KeptList | None:
    iterable: Any = rows._iterable_class
    stand_ins = [_stand_in(rows, name, place) for place, name in enumerate(ordering)]
    if not issubclass(iterable, RowsAround) or None in stand_ins:
        return None
    ways = {}
    for place in (Place(), Place(FORWARD, stand_ins), Place(BACKWARD, stand_ins)):
        found = reach(rows, ordering, place)[: size + 1]
        try:
            statement, values = found.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return None
        gaps = [_Gap(stand_ins.index(one)) if one in stand_ins else one for one in values]
        ways[place.direction, place.key is not None] = statement, gaps
    return KeptList(rows.model, iterable, readers_of(rows, ordering), ways)


def _stand_in(rows: QuerySet, name: str, place: int) -> Any:
    """A value that nobody asks for, of the column's kind; None for what is no such column."""
    column = name.lstrip("-")
    if "__" in column or column in rows.query.annotations:
        return None
    field = rows.model._meta.get_field("id" if column == "pk" else column)
    if isinstance(field, DateTimeField):
        return datetime(1, 1, 2 + place, tzinfo=UTC)
    return -(2**62) - place if isinstance(field, BigAutoField) else None
