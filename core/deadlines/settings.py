"""What the owner sets: how long each step may take, and on which days nobody works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.deadlines.calendar import Unit
from core.deadlines.defaults import DEFAULTS, actions_of
from core.deadlines.models import DeadlineRule, Holiday, HolidayCalendar
from core.errors import Conflict, InvalidInput, NotAllowed
from core.events import Entry, record_many
from core.events.models import Event

LONGEST = {Unit.HOURS: 24 * 90, Unit.CALENDAR_DAYS: 365, Unit.WORKING_DAYS: 250}
MOST_REMINDERS = 5
MOST_HOLIDAYS = 1000
MINUTES = {Unit.HOURS: 60, Unit.CALENDAR_DAYS: 24 * 60, Unit.WORKING_DAYS: 24 * 60}


@dataclass(frozen=True)
class Setting:
    """A row of settings as the event log knows it."""

    EVENT: str
    pk: int

    def about(self) -> dict[str, None]:
        return {"order_id": None, "seller_id": None}


def may_change_deadlines(actor: Actor) -> NotAllowed | None:
    """Deadlines and calendars are the marketplace's (product.md §8: Admin)."""
    if actor.role in {Role.OWNER, Role.SYSTEM} and actor.has_rank(Rank.ADMIN):
        return None
    return NotAllowed(_("Only an Admin of the marketplace may change this."))


def checked_rule(
    step: str,
    *,
    amount: int,
    unit: str,
    on_expiry: str,
    calendar: HolidayCalendar | None = None,
    reminders_before: Sequence[int] = (),
) -> DeadlineRule:
    """A rule that can be meant, unsaved: for a preview, or to be written. Reminders are minutes
    before the deadline. Raises InvalidInput."""
    if step not in DEFAULTS:
        raise InvalidInput(_("There is no such step."), field="step", allowed=sorted(DEFAULTS))
    if unit not in LONGEST:
        raise InvalidInput(field="unit", allowed=[*LONGEST])
    unit = Unit(unit)
    if not 1 <= amount <= LONGEST[unit]:
        raise InvalidInput(
            _("From 1 to %(most)s, in this unit.") % {"most": LONGEST[unit]}, field="amount"
        )
    if on_expiry not in actions_of(step):
        raise InvalidInput(
            _("That cannot happen at the end of this step."),
            field="on_expiry",
            allowed=actions_of(step),
        )
    reminders = sorted(set(reminders_before), reverse=True)
    if len(reminders) > MOST_REMINDERS:
        raise InvalidInput(
            _("At most %(most)s reminders.") % {"most": MOST_REMINDERS}, field="reminders_before"
        )
    if any(not 1 <= minutes <= amount * MINUTES[unit] for minutes in reminders):
        raise InvalidInput(
            _("A reminder comes after the start and before the end."), field="reminders_before"
        )
    return DeadlineRule(
        step=step,
        amount=amount,
        unit=unit,
        calendar=calendar if unit is Unit.WORKING_DAYS else None,
        reminders_before=reminders,
        on_expiry=on_expiry,
    )


@transaction.atomic
def change_rule(step: str, *, actor: Actor, **facts: Any) -> DeadlineRule:
    """From now on the step follows these facts (see `checked_rule`); what runs keeps its instant.

    By an Admin of the marketplace; raises NotAllowed, InvalidInput.
    """
    if refusal := may_change_deadlines(actor):
        raise refusal
    wanted = checked_rule(step, **facts)
    columns = ("amount", "unit", "calendar_id", "reminders_before", "on_expiry")
    values = {column: getattr(wanted, column) for column in columns}
    rule, created = DeadlineRule.objects.get_or_create(step=step, defaults=values)
    rule = DeadlineRule.objects.select_for_update().get(pk=rule.pk)
    if created or any(getattr(rule, column) != value for column, value in values.items()):
        DeadlineRule.objects.filter(pk=rule.pk).update(**values)
        _record("deadline_rule.changed", rule.pk, actor, {"step": step} | values)
    return DeadlineRule.objects.with_calendar().get(pk=rule.pk)


@transaction.atomic
def save_calendar(
    calendar: HolidayCalendar | None,
    *,
    name: str,
    weekend: Sequence[int],
    holidays: Mapping[date, str],
    actor: Actor,
    code: str = "",
) -> HolidayCalendar:
    """Add a calendar (None: `code` is its own for ever), or change one: `holidays` {day: name} are
    all there are from now on, `weekend` holds ISO weekdays. What runs keeps its instant.

    By an Admin of the marketplace; raises NotAllowed, Conflict (code taken), InvalidInput.
    """
    if refusal := may_change_deadlines(actor):
        raise refusal
    if len(set(weekend)) > 6 or not set(weekend) <= set(range(1, 8)):
        raise InvalidInput(_("At least one day of the week is worked on."), field="weekend")
    if len(holidays) > MOST_HOLIDAYS:
        raise InvalidInput(_("At most %(most)s days.") % {"most": MOST_HOLIDAYS}, field="holidays")
    facts = {"name": name, "weekend": sorted(set(weekend))}
    if calendar is None:
        if HolidayCalendar.objects.filter(code=code).exists():
            raise Conflict(_("This code is taken."), field="code")
        calendar = HolidayCalendar.objects.create(code=code, **facts)
    calendar = HolidayCalendar.objects.select_for_update().get(pk=calendar.pk)
    added, removed = _replace_holidays(calendar, holidays)
    HolidayCalendar.objects.filter(pk=calendar.pk).update(**facts)
    told = facts | {"added": added, "removed": removed}
    _record("holiday_calendar.saved", calendar.pk, actor, told)
    calendar.refresh_from_db()
    return calendar


def _replace_holidays(
    calendar: HolidayCalendar, wanted: Mapping[date, str]
) -> tuple[list[str], list[str]]:
    """Write the days that differ; returns which came and which went."""
    there = dict(calendar.holidays.values_list("date", "name"))
    gone = [day for day, name in there.items() if wanted.get(day) != name]
    new = [day for day, name in wanted.items() if there.get(day) != name]
    calendar.holidays.filter(date__in=gone).delete()
    Holiday.objects.bulk_create(
        Holiday(calendar=calendar, date=day, name=wanted[day]) for day in sorted(new)
    )
    return (
        [day.isoformat() for day in sorted(set(new) - set(there))],
        [day.isoformat() for day in sorted(set(gone) - set(wanted))],
    )


def _record(event: str, pk: int, actor: Actor, data: dict[str, Any]) -> None:
    """These rows carry no version: their events are counted, under the row's lock."""
    kind = event.partition(".")[0]
    before = Event.objects.filter(subject_type=kind, subject_id=pk).count()
    entry = Entry(type=event, subject=Setting(kind, pk), data=data, seq=before + 1)
    record_many([entry], actor=actor)
