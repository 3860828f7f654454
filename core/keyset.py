"""Paging by key: page 1,000 costs what page 1 costs, and new rows shift nothing.

Needs an ordering that ends with a unique column, all of whose columns (or annotations) are never
null: ("-placed_at", "-id"). Pages and endpoints share it.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput

FORWARD, BACKWARD = "f", "b"


class CursorNotValid(InvalidInput):
    code = "cursor_not_valid"
    message = _("This cursor is not valid. Take it unchanged from the answer before.")


@dataclass(frozen=True)
class Page:
    """Rows in the list's order. `next` and `previous` are cursors, None at the ends."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Place:
    """Where a page begins: beyond the row with these values of the ordering; None is an end."""

    direction: str = FORWARD
    key: Sequence[Any] | None = None
    note: str = ""


def page_of(
    rows: QuerySet, ordering: Sequence[str], size: int, cursor: str = "", note: str = ""
) -> Page:
    """The page of `size` rows that the cursor points at; the first one without a cursor.

    note: a short text that the cursors of this page carry along (`note_of`).
    Raises CursorNotValid.
    """
    place = place_of(cursor, readers_of(rows, ordering)) if cursor else Place(note=note)
    return cut(list(reach(rows, ordering, place)[: size + 1]), ordering, size, place)


def place_of(cursor: str, readers: Sequence[Callable[[Any], Any]]) -> Place:
    """The place that a cursor names. Raises CursorNotValid."""
    direction, values, note = _read(cursor)
    if len(values) != len(readers):
        raise CursorNotValid(field="cursor")
    try:
        key = [read(value) for read, value in zip(readers, values, strict=True)]
    except (ValidationError, TypeError, ValueError) as error:
        raise CursorNotValid(field="cursor") from error
    return Place(direction, key, note)


def readers_of(rows: QuerySet, ordering: Sequence[str]) -> list[Callable[[Any], Any]]:
    """What makes a value of each column out of what a cursor says. Raises CursorNotValid."""
    try:
        return [_field(rows, name.lstrip("-")).to_python for name in ordering]
    except FieldDoesNotExist as error:
        raise CursorNotValid(field="cursor") from error


def reach(rows: QuerySet, ordering: Sequence[str], place: Place) -> QuerySet:
    """The rows from this place on; backwards the nearest one comes first."""
    backward = place.direction == BACKWARD
    wanted = [_flipped(name) for name in ordering] if backward else list(ordering)
    found = rows.order_by(*wanted)
    return found if place.key is None else found.filter(_beyond(wanted, place.key))


def cut(taken: list[Any], ordering: Sequence[str], size: int, place: Place) -> Page:
    """The page that these rows are, one more than `size` where the list goes on."""
    backward, note = place.direction == BACKWARD, place.note
    more = len(taken) > size
    taken = taken[:size]
    if backward:
        taken.reverse()
    return Page(
        taken,
        next=_written(FORWARD, taken[-1], ordering, note) if taken and (more or backward) else None,
        previous=_written(BACKWARD, taken[0], ordering, note)
        if taken and (more if backward else place.key is not None)
        else None,
    )


def note_of(cursor: str) -> str:
    """What the cursor carries along. Raises CursorNotValid."""
    return _read(cursor)[2]


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(ordering: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows after `key`. The first column's bound stands alone, so that an index can use it."""
    first = ordering[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": key[0]})
    after, equal = Q(), Q()
    for name, value in zip(ordering, key, strict=True):
        column = name.lstrip("-")
        comparison = "lt" if name.startswith("-") else "gt"
        after |= equal & Q(**{f"{column}__{comparison}": value})
        equal &= Q(**{column: value})
    return bound & after


def _written(direction: str, row: Model, ordering: Sequence[str], note: str) -> str:
    values = [_plain(_value_of(row, name.lstrip("-"))) for name in ordering]
    return base64.urlsafe_b64encode(orjson.dumps([direction, values, note])).rstrip(b"=").decode()


def _value_of(row: Any, column: str) -> Any:
    for part in column.split("__"):
        row = getattr(row, part)
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _read(cursor: str) -> tuple[str, list[Any], str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        direction, values, note = orjson.loads(text)
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorNotValid(field="cursor") from error
    if direction not in {FORWARD, BACKWARD} or not isinstance(values, list):
        raise CursorNotValid(field="cursor")
    return direction, values, str(note)


def _field(rows: QuerySet, column: str) -> Any:
    if column in rows.query.annotations:
        return rows.query.annotations[column].output_field
    model: Any = rows.model
    *relations, name = column.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.get_field("id" if name == "pk" else name)
