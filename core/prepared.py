"""Statements that PostgreSQL plans once for each connection, and then only runs.

psycopg2 sends text, and text is planned anew each time: for the lists, the details and the sign-in
of every call that takes up to five times as long as running it. A statement that comes a second
time over the same connection is left there by PREPARE, as psycopg 3 does by itself. PostgreSQL
still plans for the very values where a common plan would cost more (plan_cache_mode = auto).

Behind a pooler that gives each transaction another connection nothing can be left: there
`DISABLE_SERVER_SIDE_CURSORS` is set anyway, and means this too.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

MOST = 100  # statements that a connection is left with; the longest unused goes first

_GAP = re.compile(r"%(?:\((\w+)\)s|s|%)")
_numbers = count(1)
_left: WeakKeyDictionary[Any, OrderedDict[str, str | None]] = WeakKeyDictionary()


def execute(cursor: Any, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
    """`cursor.execute`, prepared from the second time on. `statement` must be one of few texts,
    and the kinds of its values follow from what they are compared with.

    Where statements are written down (DEBUG, tests that count them) they go as they are.
    """
    name = None
    if values and not connection.queries_logged and _can_be_left():
        name = _name_of(statement)
    if name is None:
        cursor.execute(statement, values)
        return
    _text, names = _numbered(statement)
    given = [values[each] for each in names] if isinstance(values, Mapping) else list(values)
    cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(given))})", given)


def _can_be_left() -> bool:
    return not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


def _name_of(statement: str) -> str | None:
    """What the statement is called on this connection; None where it comes for the first time."""
    left = _left.setdefault(connection.connection, OrderedDict())
    if statement not in left:
        left[statement] = None
        if len(left) > MOST:
            _longest_unused, name = left.popitem(last=False)
            if name is not None:
                _tell(f"DEALLOCATE {name}")
        return None
    left.setdefault(statement, None)
    left.move_to_end(statement)
    if left[statement] is None:
        name = f"planned_{next(_numbers)}"
        _tell(f"PREPARE {name} AS {_numbered(statement)[0]}")
        left[statement] = name
    return left[statement]


def _tell(command: str) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(command)


@lru_cache(maxsize=1024)
def _numbered(statement: str) -> tuple[str, list[str]]:
    """The statement with $1, $2 … for its gaps, and the names of those that have one."""
    names: list[str] = []
    numbers = count(1)

    def gap(found: re.Match) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1]
        if name is None:
            return f"${next(numbers)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _GAP.sub(gap, statement), names
