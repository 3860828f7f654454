"""Days, months and spans as people type them: `2026-11`, `>2026-11-01`, `2026-10..2026-11`."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DAY = re.compile(r"(?P<year>\d{4})(-(?P<month>\d{1,2})(-(?P<day>\d{1,2}))?)?")
BOUNDS = re.compile(r"(?P<sign>>=|<=|>|<)?(?P<what>.+)")


class QuickPeriod(models.TextChoices):
    """What is chosen with one click; a saved view of it moves with the days."""

    TODAY = "today", _("Today")
    WEEK = "7_days", _("Last 7 days")
    MONTH = "this_month", _("This month")


@dataclass(frozen=True)
class Period:
    """From `after` (included) until `before` (not included); None is open."""

    after: datetime | None
    before: datetime | None


def quick_period(name: str) -> Period:
    """In the reader's zone; the last 7 days hold today."""
    today = timezone.localdate()
    first = {
        QuickPeriod.TODAY: today,
        QuickPeriod.WEEK: today - timedelta(days=6),
        QuickPeriod.MONTH: today.replace(day=1),
    }[QuickPeriod(name)]
    return Period(_midnight(first), None)


def period_of(text: str) -> Period:
    """What is meant by a year, a month, a day, `today`, `yesterday`, two of them with `..` between,
    or one with `>`, `>=`, `<` or `<=` in front. Raises ValueError."""
    if ".." in text:
        first, _dots, last = text.partition("..")
        return Period(_span(first)[0] if first else None, _span(last)[1] if last else None)
    bounds = BOUNDS.fullmatch(text)
    if bounds is None:
        raise ValueError(text)
    begin, end = _span(bounds["what"])
    match bounds["sign"]:
        case ">":
            return Period(end, None)
        case ">=":
            return Period(begin, None)
        case "<":
            return Period(None, begin)
        case "<=":
            return Period(None, end)
    return Period(begin, end)


def _span(text: str) -> tuple[datetime, datetime]:
    """Where this year, month or day begins, and where the next one does."""
    text = text.strip().lower()
    today = timezone.localdate()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    if text in named:
        first, after = named[text], named[text] + timedelta(days=1)
    else:
        parts = DAY.fullmatch(text)
        if parts is None:
            raise ValueError(text)
        first, after = _days(int(parts["year"]), parts["month"], parts["day"])
    return _midnight(first), _midnight(after)


def _days(year: int, month: str | None, day: str | None) -> tuple[date, date]:
    if not 1970 <= year <= 2999:
        raise ValueError(year)
    if day:
        first = date(year, int(month or 1), int(day))
        return first, first + timedelta(days=1)
    if month:
        first = date(year, int(month), 1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return date(year, 1, 1), date(year + 1, 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
