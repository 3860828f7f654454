"""When something is due: days, hours, working days, and the nights on which clocks change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from core.deadlines.calendar import due_at, first_instant

LISBON = ZoneInfo("Europe/Lisbon")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@dataclass
class Term:
    amount: int
    unit: str


def due(amount, unit, start, zone, **calendar) -> str:
    """The local wall clock of the deadline."""
    moment = due_at(Term(amount, unit), start, zone, **calendar)
    assert moment.tzinfo is UTC
    return moment.astimezone(zone).strftime("%a %d %b %Y %H:%M %z")


def test_days_count_from_the_local_day_and_the_last_one_counts_whole():
    late_in_sao_paulo = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)  # there it is still the 17th

    assert due(2, "calendar_days", late_in_sao_paulo, SAO_PAULO) == "Fri 20 Nov 2026 00:00 -0300"
    assert due(2, "calendar_days", late_in_sao_paulo, LISBON) == "Sat 21 Nov 2026 00:00 +0000"


def test_the_hour_of_the_start_does_not_matter_to_days():
    starts = [datetime(2026, 11, 18, hour, 59, 59, tzinfo=LISBON) for hour in range(24)]

    assert len({due(2, "calendar_days", start, LISBON) for start in starts}) == 1


def test_no_days_means_until_the_end_of_today():
    start = datetime(2026, 11, 18, 9, tzinfo=LISBON)

    assert due(0, "calendar_days", start, LISBON) == "Thu 19 Nov 2026 00:00 +0000"
    assert due(0, "working_days", start, LISBON) == "Thu 19 Nov 2026 00:00 +0000"


def test_hours_are_hours_whatever_the_clocks_do():
    night = datetime(2026, 3, 28, 12, tzinfo=LISBON)  # clocks go forward at 01:00 on the 29th

    assert due(48, "hours", night, LISBON) == "Mon 30 Mar 2026 13:00 +0100"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-16 10:00", "Thu 19 Nov 2026"),  # Monday: Tuesday and Wednesday count
        ("2026-11-19 10:00", "Tue 24 Nov 2026"),  # Thursday: Friday and Monday
        ("2026-11-20 23:59", "Wed 25 Nov 2026"),  # Friday night
        ("2026-11-21 00:00", "Wed 25 Nov 2026"),  # Saturday
        ("2026-11-18 10:00", "Sat 21 Nov 2026"),  # Wednesday: until the end of Friday
    ],
)
def test_working_days_leave_out_the_weekend(start, expected):
    begin = datetime.fromisoformat(start).replace(tzinfo=LISBON)

    assert due(2, "working_days", begin, LISBON).startswith(expected)


def test_working_days_leave_out_holidays_and_calendar_days_do_not():
    begin = datetime(2026, 11, 30, 10, tzinfo=LISBON)
    portugal = {date(2026, 12, 1), date(2026, 12, 8)}

    with_holiday = due(2, "working_days", begin, LISBON, holidays=portugal)
    assert with_holiday.startswith("Fri 04 Dec 2026")
    assert due(2, "working_days", begin, LISBON).startswith("Thu 03 Dec 2026")
    days = due(2, "calendar_days", begin, LISBON, holidays=portugal)
    assert days.startswith("Thu 03 Dec 2026")


def test_the_weekend_is_the_calendars():
    thursday = datetime(2026, 11, 19, 10, tzinfo=ZoneInfo("Asia/Riyadh"))

    found = due(1, "working_days", thursday, ZoneInfo("Asia/Riyadh"), weekend=(5, 6))

    assert found.startswith("Mon 23 Nov 2026"), "Sunday is the next working day, and counts whole"


def test_a_calendar_without_working_days_is_refused():
    with pytest.raises(ValueError, match="no working days"):
        due_at(Term(1, "working_days"), datetime.now(UTC), LISBON, weekend=(1, 2, 3, 4, 5, 6, 7))


@pytest.mark.parametrize("unit", ["hours", "calendar_days"])
def test_a_start_without_a_zone_is_refused(unit):
    with pytest.raises(ValueError, match="wall clock"):
        due_at(Term(1, unit), datetime(2026, 11, 18, 10), LISBON)


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00Z"),  # 00:00 leaps to 01:00
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00Z"),  # 00:00 leaps to 01:00
        ("2026-11-01", "America/Havana", "2026-11-01T04:00Z"),  # midnight comes twice: the first
        ("2026-03-29", "Europe/Lisbon", "2026-03-29T00:00Z"),  # the leap is later that night
        ("2026-10-25", "Europe/Lisbon", "2026-10-24T23:00Z"),
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00Z"),  # a day that never was
        ("1919-03-31", "America/Toronto", "1919-03-31T04:30Z"),  # 23:30 leaps to 00:30
        ("2010-11-07", "America/St_Johns", "2010-11-07T02:30Z"),  # back at 00:01 to 23:01
    ],
)
def test_a_day_begins_where_the_clocks_say(day, zone, begins):
    found = first_instant(date.fromisoformat(day), ZoneInfo(zone))

    assert found.strftime("%Y-%m-%dT%H:%MZ") == begins


def days_around_changes(zone: ZoneInfo) -> set[date]:
    """Every day of 2026 and 2027 on which or next to which the zone's offset changes."""
    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(731)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    changed = [n for n in range(1, 731) if offsets[n] != offsets[n - 1]]
    return {(noons[n] + timedelta(days=d)).date() for n in changed for d in (-2, -1, 0, 1)}


def begins_by_looking(day: date, zone: ZoneInfo) -> datetime:
    """The slow way: the first quarter of an hour on earth at which the local date is there."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(zone).date() < day:
        moment += timedelta(minutes=15)
    return moment


def test_a_day_begins_right_in_every_zone_around_every_change_of_two_years():
    checked = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for day in days_around_changes(zone):
            assert first_instant(day, zone) == begins_by_looking(day, zone), (name, day)
            checked += 1

    assert checked > 1000


def test_a_deadline_is_never_earlier_for_a_later_start():
    for name in ("Africa/Cairo", "America/Havana", "Europe/Lisbon", "Australia/Lord_Howe"):
        zone = ZoneInfo(name)
        starts = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7 * n) for n in range(2500)]
        for unit in ("calendar_days", "working_days", "hours"):
            found = [due_at(Term(2, unit), start, zone) for start in starts]
            assert found == sorted(found)
            assert all(at > start for at, start in zip(found, starts, strict=True))
