"""Asking for a file, and asking again."""

from collections.abc import Sequence
from typing import Unpack

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.actors import Actor, Via
from core.errors import DomainError
from core.exports.kinds import KIND, MARKED
from core.exports.models import Export, ExportSchedule
from core.exports.operations.presets import remember_choice
from core.exports.operations.wishes import WishFields, facts_of, look_over, wish_of
from core.jobs.models import Job
from core.jobs.operations import start_job


class TooManyExports(DomainError):
    code = "too_many_exports"


@transaction.atomic
def start_export(
    *,
    actor: Actor,
    chosen: Sequence[str] | None = None,
    schedule: ExportSchedule | None = None,
    title: str = "",
    **wish: Unpack[WishFields],
) -> Export:
    """Promise a file of what a list shows `actor`, or of its rows with the numbers `chosen`; a job
    writes it after the commit. The columns are kept as the person's last choice, unless a
    `schedule` asks. A CSV that a program asks for is UTF-8 without a byte order mark; whatever a
    person or their schedule asks for has one, for Excel.

    Raises what `look_over` raises, and TooManyExports.
    """
    wanted = look_over(wish, actor, chosen)
    _refuse_too_many(actor)
    with translation.override(wanted.language):
        job = start_job(
            KIND,
            actor=actor,
            title=title or str(wanted.source.label),
            params={MARKED: actor.via is not Via.API},
        )
    export = Export.objects.create(
        job=job,
        schedule=schedule,
        chosen=None if chosen is None else list(chosen),
        **facts_of(wanted, actor),
    )
    if schedule is None:
        remember_choice(
            actor=actor, source=wanted.source.name, columns=wanted.columns, format=wanted.format
        )
    return export


def retry_export(export: Export, actor: Actor) -> Export:
    """The same once more, with the rows as they are now. Raises what `start_export` raises."""
    return start_export(
        actor=actor, chosen=export.chosen, title=export.job.title, **wish_of(export)
    )


def _refuse_too_many(actor: Actor) -> None:
    """One person's exports stay few, so that others' come through; asked under the person's lock.
    Raises TooManyExports."""
    person = User.objects.select_for_update().get(pk=actor.user_id or 0)
    unfinished = Export.objects.filter(user=person, job__status__in=Job.UNFINISHED)
    most = settings.EXPORT_MOST_UNFINISHED
    if unfinished.count() >= most:
        words = _("%(n)s of your exports are still being made. Wait for one, or cancel it.")
        raise TooManyExports(words % {"n": most}, allowed=["cancel"])
