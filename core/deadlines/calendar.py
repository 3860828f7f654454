"""From a start, an amount and a calendar to the instant at which something is due. Pure.

product.md §6: day 0 is the local day of the start; "N days" are due at the first instant of the
local day N+1, exclusive: the last day counts whole, whatever the clocks do that night.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

WEEKEND = (6, 7)  # ISO weekdays: Monday is 1


class Unit(StrEnum):
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


class Term(Protocol):
    """How long: an amount of a unit."""

    @property
    def amount(self) -> int: ...

    @property
    def unit(self) -> str: ...


def due_at(
    term: Term,
    start: datetime,
    zone: ZoneInfo,
    holidays: Collection[date] = (),
    weekend: Collection[int] = WEEKEND,
) -> datetime:
    """The UTC instant from which on it is too late; `start` must know its zone.

    Holidays and the weekend (ISO weekdays) matter to working days only. Raises ValueError for a
    naive start, an unknown unit, or a calendar without a working day within ten years.
    """
    if start.tzinfo is None:
        raise ValueError("A deadline starts at an instant, not at a wall clock.")
    start = start.astimezone(UTC)
    unit = Unit(term.unit)
    if unit is Unit.HOURS:
        return start + timedelta(hours=term.amount)
    day = start.astimezone(zone).date()
    if unit is Unit.CALENDAR_DAYS:
        last = day + timedelta(days=term.amount)
    else:
        last = _working_day(day, term.amount, holidays, weekend)
    return first_instant(last + timedelta(days=1), zone)


def _working_day(
    day: date, amount: int, holidays: Collection[date], weekend: Collection[int]
) -> date:
    """The `amount`-th working day after `day`."""
    latest = day + timedelta(days=3660)
    while amount > 0:
        day += timedelta(days=1)
        if day > latest:
            raise ValueError("This calendar leaves no working days.")
        if day.isoweekday() not in weekend and day not in holidays:
            amount -= 1
    return day


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` begins in `zone`.

    That is midnight, except where clocks leap over midnight (Cairo, Santiago, Beirut): there it
    is the leap itself. Of two midnights (Havana) it is the first.
    """
    midnight = datetime.combine(day, time(), tzinfo=zone)
    begin = midnight.astimezone(UTC)
    if begin.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return begin
    return _leap_between(midnight.replace(fold=1).astimezone(UTC), begin, zone)


def _leap_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant in (before, after] at which the zone's offset changes."""
    old = before.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, zone).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high, UTC)
