"""Exports that are made and mailed every day or week."""

import logging
from typing import Unpack

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.accounts.actors import actor_for
from core.accounts.models import User
from core.actors import Actor, Role, Via
from core.errors import DomainError, InvalidInput
from core.exports import policies
from core.exports.letters import tell_stopped
from core.exports.models import Export, ExportSchedule
from core.exports.operations.exporting import TooManyExports, start_export
from core.exports.operations.wishes import WishFields, facts_of, look_over, wish_of
from core.exports.timing import next_run

logger = logging.getLogger(__name__)
Every = ExportSchedule.Every


@transaction.atomic
def keep_schedule(
    *,
    actor: Actor,
    name: str,
    every: str,
    hour: int,
    weekday: int | None = None,
    schedule: ExportSchedule | None = None,
    **wish: Unpack[WishFields],
) -> ExportSchedule:
    """Make this export again and again, at `hour` in its zone, and mail it to `actor`; with
    `schedule`, that one is changed instead, and runs again where it had stopped.

    weekday: Monday is 0; for the weekly ones only
    Raises what `look_over` raises, and InvalidInput.
    """
    wanted = look_over(wish, actor)
    timed = _timed(every, hour, weekday)
    kept = schedule or ExportSchedule()
    facts = facts_of(wanted, actor) | timed | {"name": _named(name)}
    for field, value in facts.items():
        setattr(kept, field, value)
    kept.active, kept.stopped_because = True, ""
    kept.next_run_at = next_run(timezone.now(), zone=wanted.zone, **timed)
    kept.save()
    return kept


def pause_schedule(schedule: ExportSchedule, *, actor: Actor) -> None:
    ExportSchedule.objects.filter(pk=schedule.pk).update(active=False)


def resume_schedule(schedule: ExportSchedule, *, actor: Actor) -> None:
    """From its next time on; what was missed meanwhile is not made. Raises NotAllowed."""
    if refusal := policies.may_export(actor):
        raise refusal
    ExportSchedule.objects.filter(pk=schedule.pk).update(
        active=True,
        stopped_because="",
        actor_rank=actor.rank or "",
        next_run_at=_next_of(schedule),
    )


def delete_schedule(schedule: ExportSchedule, *, actor: Actor) -> None:
    """What it has made stays."""
    schedule.delete()


def run_due_schedules(*, limit: int = 200) -> list[Export]:
    """Begin all that are due. Any number of callers may run at once: each run begins once, and
    several missed ones are one."""
    due = ExportSchedule.objects.due().order_by("next_run_at").values_list("pk", flat=True)
    begun = [_run_safely(pk) for pk in due[:limit]]
    return [export for export in begun if export]


def _run_safely(schedule_id: int) -> Export | None:
    """One that fails keeps no other from running."""
    try:
        return run_schedule(schedule_id)
    except TooManyExports:
        return None  # still due: tried again at the next round
    except Exception:
        logger.exception("Schedule %s could not run.", schedule_id)
        return None


@transaction.atomic
def run_schedule(schedule_id: int) -> Export | None:
    """Begin the export of a schedule that is due, as its person is now; None when it is not due,
    somebody else is at it, or it stops here because of what it cannot do any more. Raises
    TooManyExports."""
    due = ExportSchedule.objects.due().filter(pk=schedule_id)
    schedule = due.select_for_update(skip_locked=True).first()
    if schedule is None:
        return None
    try:
        with transaction.atomic():
            export = _begin(schedule)
    except TooManyExports:
        raise
    except DomainError as refusal:
        _stop(schedule, str(refusal))
        return None
    now = timezone.now()
    ExportSchedule.objects.filter(pk=schedule.pk).update(
        last_run_at=now, next_run_at=_next_of(schedule)
    )
    return export


def _begin(schedule: ExportSchedule) -> Export:
    with translation.override(schedule.language):
        actor = actor_now(schedule)
        if actor is None:
            raise DomainError(_("Whoever set it up does not work here any more."))
        return start_export(
            actor=actor, schedule=schedule, title=schedule.name, **wish_of(schedule)
        )


def actor_now(schedule: ExportSchedule) -> Actor | None:
    """Who set it up, with the rank of today; None when they are no member any more."""
    user = User.objects.get(pk=schedule.user_id)
    return actor_for(user, Role(schedule.actor_role), seller_id=schedule.seller_id, via=Via.TASK)


def _stop(schedule: ExportSchedule, words: str) -> None:
    schedule.active, schedule.stopped_because = False, words
    schedule.save(update_fields=["active", "stopped_because"])
    tell_stopped(schedule)
    logger.warning("Schedule %s stops: %s", schedule.pk, words)


def _next_of(schedule: ExportSchedule):
    return next_run(
        timezone.now(),
        every=schedule.every,
        hour=schedule.hour,
        weekday=schedule.weekday,
        zone=schedule.zone,
    )


def _timed(every: str, hour: int, weekday: int | None) -> dict:
    if every not in Every.values:
        raise InvalidInput(field="every", allowed=list(Every.values))
    if not 0 <= hour <= 23:
        raise InvalidInput(_("An hour from 0 to 23."), field="hour")
    weekly = every == Every.WEEK
    if weekly and weekday not in range(7):
        raise InvalidInput(_("A day of the week, Monday being 0."), field="weekday")
    return {"every": every, "hour": hour, "weekday": weekday if weekly else None}


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise InvalidInput(_("A name of 1 to 120 characters."), field="name")
    return name
