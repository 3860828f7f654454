"""Pages of what has to be shipped, the earliest deadline first, what has none at the end.

`core.keyset` wants columns that are never null. Here the dated rows and the undated ones are two
ranges, one after the other, each read through its index.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from core.keyset import CursorNotValid, Page

FORWARD, BACKWARD = "f", "b"
WORK_ORDER = ("ship_by", "id")  # PostgreSQL puts nulls last, as its indexes do
Key = tuple[datetime | None, int]


def work_page(rows: QuerySet, size: int, cursor: str = "") -> Page:
    """The page of `size` rows (with `ship_by` and `id`) that the cursor points at; the first one
    without a cursor. Raises CursorNotValid."""
    direction, key = _read(cursor) if cursor else (FORWARD, None)
    if key is not None and direction == BACKWARD:
        found = _before(rows, key, size + 1)
    else:
        found = _after(rows, key, size + 1)
    return _cut(found, size, direction, key)


def first_work_page(found: list[Any], size: int) -> Page:
    """The first page, of its rows and one more where the list goes on."""
    return _cut(found, size, FORWARD, None)


def _cut(found: list[Any], size: int, direction: str, key: Key | None) -> Page:
    more = len(found) > size
    found = found[:size]
    if direction == BACKWARD:
        found.reverse()
        has_next, has_previous = True, more
    else:
        has_next, has_previous = more, key is not None
    return Page(
        found,
        next=_written(FORWARD, found[-1]) if found and has_next else None,
        previous=_written(BACKWARD, found[0]) if found and has_previous else None,
    )


def _after(rows: QuerySet, key: Key | None, count: int) -> list[Any]:
    if key is None:
        return list(rows.order_by(*WORK_ORDER)[:count])
    ship_by, pk = key
    undated = rows.filter(ship_by=None).order_by("id")
    if ship_by is None:
        return list(undated.filter(id__gt=pk)[:count])
    beyond = Q(ship_by__gt=ship_by) | Q(ship_by=ship_by, id__gt=pk)
    found = list(rows.filter(Q(ship_by__gte=ship_by) & beyond).order_by("ship_by", "id")[:count])
    if len(found) < count:
        found += undated[: count - len(found)]
    return found


def _before(rows: QuerySet, key: Key, count: int) -> list[Any]:
    found: list[Any] = []
    ship_by, pk = key
    dated = rows.filter(ship_by__isnull=False).order_by("-ship_by", "-id")
    if ship_by is None:
        undated = rows.filter(ship_by=None, id__lt=pk).order_by("-id")
        found = list(undated[:count])
    else:
        beyond = Q(ship_by__lt=ship_by) | Q(ship_by=ship_by, id__lt=pk)
        dated = dated.filter(Q(ship_by__lte=ship_by) & beyond)
    if len(found) < count:
        found += dated[: count - len(found)]
    return found


def _written(direction: str, row: Any) -> str:
    return f"{direction}~{row.ship_by.isoformat() if row.ship_by else ''}~{row.id}"


def _read(cursor: str) -> tuple[str, Key]:
    try:
        direction, ship_by, pk = cursor.split("~")
        key = (datetime.fromisoformat(ship_by) if ship_by else None, int(pk))
    except ValueError as error:
        raise CursorNotValid(field="cursor") from error
    if direction not in (FORWARD, BACKWARD) or (key[0] and key[0].tzinfo is None):
        raise CursorNotValid(field="cursor")
    return direction, key
