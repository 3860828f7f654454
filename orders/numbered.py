"""A number typed into a program's search: the orders, by one statement written by hand.

The answer is that of `Found.searched`, which asks first whether a number begins so, and then for
nothing else. Scope is the ORM's, by `core.statements.visible`.
"""

from typing import Any

from core.actors import Actor
from core.statements import visible
from orders.finding import numbers_meant
from orders.listing import AnsweredRow, AnsweredRows
from orders.search import taken_apart
from orders.spelling import is_like_a_number
from orders.tabs import model_listed

LONGEST = 60  # characters; what is longer is no number

# {seen} is all that the actor may see. Each spelling is a range of the index, written as one: for
# LIKE PostgreSQL must know the words before it can plan.
_BEGINNING = """(
    SELECT seen.id, seen.placed_at FROM ({seen}) AS seen(id, placed_at, number)
    WHERE seen.number ~>=~ %s AND seen.number ~<~ %s LIMIT {most})"""
_NUMBERED = "SELECT found.id FROM ({ways}) AS found ORDER BY found.placed_at DESC, found.id DESC"


def numbered_just(actor: Actor, text: str, size: int) -> list[AnsweredRow] | None:
    """All rows of the Orders list whose number begins so, newest first. None where `text` is
    something else than the beginning of a number, where it finds no order, and where it finds
    more than `size`: then the list itself has the answer."""
    search = taken_apart(text) if len(text) <= LONGEST and text.isprintable() else None
    if search is None or search.terms or not is_like_a_number(search.words):
        return None
    model: Any = model_listed(actor)
    chosen = visible(model, actor, ("id", "placed_at", f"{model.objects.all().ORDER}number"))
    if chosen is None:
        return None
    seen, values = chosen
    beginnings = numbers_meant(search.words)
    way = _BEGINNING.format(seen=seen, most=size + 1)
    statement = _NUMBERED.format(ways=" UNION ".join([way] * len(beginnings)))
    given = [value for beginning in beginnings for value in (*values, beginning, _after(beginning))]
    rows = list(AnsweredRows.around(model, statement, given, often=True))
    return rows if 0 < len(rows) <= size else None


def _after(beginning: str) -> str:
    """The first text that comes after all that begin so, character by character."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)
