"""All that a list shows, not only the rows that somebody ticked: counted, and named once."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.errors import InvalidInput
from core.exports.sources import FiltersNotValid, source_for

MOST = 10_000  # rows that one job takes; counting stops there, too


class TooMany(InvalidInput):
    code = "too_many"
    message = _("More than 10,000 match. Narrow the list first, for example by date.")


class ListChanged(InvalidInput):
    """Between the question and the answer, rows came or went."""

    code = "list_changed"
    status = 409


def count_matching(source: str, query: str, *, actor: Actor) -> int | None:
    """How many rows this list shows the actor at this address; `MOST` + 1 stands for more. None
    where the filters are not valid: then nobody knows which are meant."""
    try:
        return _rows(source, query, actor).order_by()[: MOST + 1].count()
    except FiltersNotValid:
        return None


def numbers_matching(source: str, query: str, *, actor: Actor) -> list[str]:
    """The numbers of all that this list ("orders", "packages") shows the actor at this address, in
    its order, as they are at this moment. Raises FiltersNotValid and TooMany."""
    column = source_for(actor, source).numbered
    numbers = list(_rows(source, query, actor).values_list(column, flat=True)[: MOST + 1])
    if len(numbers) > MOST:
        raise TooMany
    return list(dict.fromkeys(numbers))


def check_unchanged(numbers: list[str], told: str) -> None:
    """`told` is how many somebody said yes to. Raises ListChanged where there are others now."""
    if told.isdecimal() and int(told) != len(numbers):
        raise ListChanged(
            _("The list has changed: %(now)s match now, %(told)s when you were asked. Look again.")
            % {"now": len(numbers), "told": told}
        )


def _rows(source: str, query: str, actor: Actor):
    return source_for(actor, source).rows(actor, QueryDict(query))
