"""Asking for a file, and asking again."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.actors import Actor
from core.errors import DomainError, InvalidInput
from core.exports import policies
from core.exports.kinds import KIND
from core.exports.models import Export, ExportSchedule, Format
from core.exports.operations.presets import remember_choice
from core.exports.sources import Source, source_for
from core.jobs.models import Job
from core.jobs.operations import start_job
from core.notifications.wording import known_language

PAGING = "cursor"


class TooManyExports(DomainError):
    code = "too_many_exports"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants in a file, once it is known to be possible."""

    source: Source
    format: Format
    columns: list[str]
    query: str
    zone: str
    language: str


@transaction.atomic
def start_export(
    *,
    source: str,
    format: str,  # noqa: A002 (what pages and programs call it)
    columns: Sequence[str],
    query: str | QueryDict,
    actor: Actor,
    zone: str,
    language: str,
    chosen: Sequence[str] | None = None,
    schedule: ExportSchedule | None = None,
    title: str = "",
) -> Export:
    """Promise a file of what a list shows `actor` at the address `query` (what stands behind its
    "?"), or of the rows with the numbers `chosen`; a job writes it after the commit.

    columns:  names of the source's columns, in the file's order; kept as the person's last choice
    zone, language: the reader's, for days and for words
    Raises NotAllowed, SourceNotFound, ColumnsNotValid, FiltersNotValid, InvalidInput,
    TooManyExports.
    """
    wanted = look_over(
        source=source,
        format=format,
        columns=columns,
        query=query,
        actor=actor,
        zone=zone,
        language=language,
        chosen=chosen,
    )
    _refuse_too_many(actor)
    with translation.override(wanted.language):
        job = start_job(KIND, actor=actor, title=title or str(wanted.source.label))
    export = Export.objects.create(
        job=job,
        schedule=schedule,
        chosen=None if chosen is None else list(chosen),
        **facts_of(wanted, actor),
    )
    if schedule is None:
        remember_choice(actor=actor, source=source, columns=wanted.columns, format=wanted.format)
    return export


def retry_export(export: Export, actor: Actor) -> Export:
    """The same once more, with the rows as they are now. Raises what `start_export` raises."""
    return start_export(
        source=export.source,
        format=export.format,
        columns=export.columns,
        query=export.query,
        actor=actor,
        zone=export.zone,
        language=export.language,
        chosen=export.chosen,
        title=export.job.title,
    )


def look_over(
    *,
    source: str,
    format: str,  # noqa: A002
    columns: Sequence[str],
    query: str | QueryDict,
    actor: Actor,
    zone: str,
    language: str,
    chosen: Sequence[str] | None = None,
) -> Wanted:
    """Whether this can be exported by `actor`. Raises as `start_export` says."""
    if refusal := policies.may_export(actor):
        raise refusal
    if format not in Format.values:
        raise InvalidInput(
            _("There is no such format."), field="format", allowed=list(Format.values)
        )
    place = _zone(zone)
    found = source_for(actor, source)
    names = [column.name for column in found.chosen_columns(actor, columns)]
    address = _address(query)
    with timezone.override(place):
        found.rows(actor, QueryDict(address), chosen)
    return Wanted(found, Format(format), names, address, zone, known_language(language))


def facts_of(wanted: Wanted, actor: Actor) -> dict:
    """The columns that every wish has."""
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


def _refuse_too_many(actor: Actor) -> None:
    """One person's exports stay few, so that others' come through; asked under the person's lock.
    Raises TooManyExports."""
    person = User.objects.select_for_update().get(pk=actor.user_id or 0)
    unfinished = Export.objects.filter(user=person, job__status__in=Job.UNFINISHED)
    most = settings.EXPORT_MOST_UNFINISHED
    if unfinished.count() >= most:
        words = _("%(n)s of your exports are still being made. Wait for one, or cancel it.")
        raise TooManyExports(words % {"n": most}, allowed=["cancel"])
