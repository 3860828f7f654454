"""What somebody wants in a file: its fields, whether it can be had, the columns that keep it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from core.exports import policies
from core.exports.models import Format, Wish
from core.exports.sources import Source, source_for
from core.notifications.wording import known_language

PAGING = "cursor"


class WishFields(TypedDict):
    """The fields of a wish, which every operation takes that keeps or repeats one.

    columns: names of the source's columns, in the file's order
    query:   the address of a list, what stands behind its "?"
    zone, language: the reader's, for days and for words
    """

    source: str
    format: str
    columns: Sequence[str]
    query: str | QueryDict
    zone: str
    language: str


@dataclass(frozen=True)
class Wanted:
    """A wish, once it is known to be possible."""

    source: Source
    format: Format
    columns: list[str]
    query: str
    zone: str
    language: str


def wish_of(kept: Wish) -> WishFields:
    """What an export, or a schedule of them, was made from: to ask for it again."""
    return WishFields(
        source=kept.source,
        format=kept.format,
        columns=kept.columns,
        query=kept.query,
        zone=kept.zone,
        language=kept.language,
    )


def look_over(wish: WishFields, actor: Actor, chosen: Sequence[str] | None = None) -> Wanted:
    """Whether `actor` can have this, and of the list only the rows with the numbers `chosen`.
    Raises NotAllowed, SourceNotFound, ColumnsNotValid, FiltersNotValid, InvalidInput."""
    if refusal := policies.may_export(actor):
        raise refusal
    if wish["format"] not in Format.values:
        raise InvalidInput(
            _("There is no such format."), field="format", allowed=list(Format.values)
        )
    zone = _zone(wish["zone"])
    source = source_for(actor, wish["source"])
    names = [column.name for column in source.chosen_columns(actor, wish["columns"])]
    query = _address(wish["query"])
    with timezone.override(zone):
        source.rows(actor, QueryDict(query), chosen)
    language = known_language(wish["language"])
    return Wanted(source, Format(wish["format"]), names, query, wish["zone"], language)


def facts_of(wanted: Wanted, actor: Actor) -> dict:
    """The columns that every kept wish has."""
    return {
        "user_id": actor.user_id,
        "actor_role": actor.role,
        "actor_rank": actor.rank or "",
        "seller_id": actor.seller_id,
        "source": wanted.source.name,
        "format": wanted.format,
        "columns": wanted.columns,
        "query": wanted.query,
        "zone": wanted.zone,
        "language": wanted.language,
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise InvalidInput(_("There is no such time zone."), field="zone") from error


def _address(query: str | QueryDict) -> str:
    """Without the page that the list was open at."""
    asked = (query if isinstance(query, QueryDict) else QueryDict(query)).copy()
    asked.pop(PAGING, None)
    return asked.urlencode()
