"""The rule of a step, read once: when things that start are due, and when somebody is reminded."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.utils import timezone

from core.deadlines.calendar import WEEKEND, due_at
from core.deadlines.defaults import DEFAULTS, Terms
from core.deadlines.models import DeadlineRule


class UnknownStep(LookupError):
    """Nobody has said how long this step may take: neither a row nor a default."""


@dataclass(frozen=True)
class Schedule:
    """A rule with its days off: asks the database nothing more, however much it is asked."""

    rule: DeadlineRule | Terms
    holidays: Collection[date] = ()
    weekend: Collection[int] = WEEKEND
    # Thousands of starts on one day in one zone are due at one instant, unless hours are counted.
    _known: dict[tuple, datetime] = field(default_factory=dict, compare=False)

    def due(self, start: datetime, zone: str) -> datetime:
        """The UTC instant from which on it is too late."""
        of_zone = _zone(zone)
        day = start if self.rule.unit == "hours" else start.astimezone(of_zone).date()
        known = self._known.get((zone, day))
        if known is None:
            known = due_at(self.rule, start, of_zone, self.holidays, self.weekend)
            self._known[zone, day] = known
        return known

    def reminders(self, start: datetime, due: datetime) -> list[datetime]:
        """When to remind, the first one first; none before the start."""
        moments = {due - timedelta(minutes=minutes) for minutes in self.rule.reminders_before}
        return sorted(moment for moment in moments if moment > start)


def rule_for(step: str) -> DeadlineRule | Terms:
    """The owner's rule for a step, else the product's default. Raises UnknownStep."""
    rule = DeadlineRule.objects.with_calendar().filter(step=step).first() or DEFAULTS.get(step)
    if rule is None:
        raise UnknownStep(f"No rule says how long {step!r} may take.")
    return rule


def schedule_of(step: str) -> Schedule:
    """How the step is timed from now on. Raises UnknownStep."""
    return scheduled(rule_for(step))


def scheduled(rule: DeadlineRule | Terms) -> Schedule:
    """The schedule of a rule, also of one that stands in no row yet (a preview)."""
    calendar = rule.calendar
    if calendar is None:
        return Schedule(rule)
    days_off = {holiday.date for holiday in calendar.holidays.all()}
    return Schedule(rule, days_off, calendar.weekend or WEEKEND)


def due_for(step: str, *, zone: str, start: datetime | None = None) -> datetime:
    """When the step would be due if it started now (or at `start`); writes nothing."""
    return schedule_of(step).due(start or timezone.now(), zone)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
