"""How amounts, moments and spans are written for the reader: in their language and zone.

Only words here, no HTML. The language is the active one, the zone the current one
(`marketplace.middleware.ReaderMiddleware` sets both). Whoever writes many takes `reader()` once
and hands it on as `to`: asking for the two anew takes longer than writing a figure.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol
from django.utils import timezone
from django.utils.translation import get_language, override, to_locale
from django.utils.translation import gettext as _

from core.money import currency_exponent

MINUS = "−"
# Babel's "en" is American ("Wed, Nov 18"); the product writes "Wed 18 Nov".
ENGLISH = {
    "MMMEd": "EEE d MMM",
    "yMMMEd": "EEE d MMM y",
    "MMMd": "d MMM",
    "yMMMd": "d MMM y",
}


class Reader(NamedTuple):
    """Whom something is written for."""

    language: str
    zone: tzinfo


def reader() -> Reader:
    """Who reads now."""
    return Reader(get_language() or "en", timezone.get_current_timezone())


@lru_cache(maxsize=32)
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def reader_locale() -> Locale:
    """The Babel locale of the active language; English when there is none."""
    return _locale_of(get_language() or "en")


@lru_cache(maxsize=32)
def _separators(language: str) -> tuple[str, str]:
    """What stands between thousands, and before decimals."""
    locale = _locale_of(language)
    return get_group_symbol(locale), get_decimal_symbol(locale)


def figure(minor: int, currency: str, to: Reader | None = None) -> str:
    """An amount in minor units as a figure with the currency's decimals: "−1,289.70"."""
    thousands, decimals = _separators(to.language if to else get_language() or "en")
    exponent = currency_exponent(currency)
    whole, rest = divmod(abs(minor), 10**exponent)
    words = f"{whole:,}".replace(",", thousands)
    if exponent:
        words = f"{words}{decimals}{rest:0{exponent}d}"
    return MINUS + words if minor < 0 else words


def grouped(number: int, to: Reader | None = None) -> str:
    """A whole number with the language's thousands: "12,418"."""
    thousands, _decimals = _separators(to.language if to else get_language() or "en")
    words = f"{abs(number):,}".replace(",", thousands)
    return MINUS + words if number < 0 else words


def _written(moment: date | datetime, skeleton: str, language: str) -> str:
    # The date alone: lists show few different ones, and Babel takes 30 µs for each.
    return _date_words(date(moment.year, moment.month, moment.day), skeleton, language)


@lru_cache(maxsize=4096)
def _date_words(written: date, skeleton: str, language: str) -> str:
    locale = _locale_of(language)
    midnight = datetime.combine(written, time.min)
    if locale.language == "en":
        return format_datetime(midnight, ENGLISH[skeleton], locale=locale)
    return format_skeleton(skeleton, midnight, locale=locale)


def _local(moment: datetime, to: Reader) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(to.zone)


def _today(to: Reader) -> date:
    now = timezone.now()
    return _day_in(to.zone, now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0))


@lru_cache(maxsize=256)
def _day_in(zone: tzinfo, quarter: datetime) -> date:
    """The date there; every zone is whole quarters of an hour away, so that rows need not ask."""
    return quarter.astimezone(zone).date()


def day(moment: date | datetime, to: Reader | None = None) -> str:
    """ "Mon 23 Nov"; with the year when it is not this one: "Mon 23 Nov 2015"."""
    to = to or reader()
    if isinstance(moment, datetime):
        moment = _local(moment, to)
    this_year = moment.year == _today(to).year
    return _written(moment, "MMMEd" if this_year else "yMMMEd", to.language)


def clock(moment: datetime, to: Reader | None = None) -> str:
    """ "16:02", always 24 hours."""
    return _clock(_local(moment, to or reader()))


def _clock(local: datetime) -> str:
    return f"{local.hour:02d}:{local.minute:02d}"  # strftime takes four times as long


def when(moment: datetime, to: Reader | None = None) -> str:
    """ "Wed 18 Nov, 16:02"."""
    to = to or reader()
    return f"{day(moment, to)}, {clock(moment, to)}"


def recently(moment: datetime, to: Reader | None = None) -> str:
    """Short, for lists: "Today, 11:32", "Yesterday", "18 Nov", "18 Nov 2018"."""
    to = to or reader()
    local, today = _local(moment, to), _today(to)
    if local.date() == today:
        return _near_words(to.language)["today"] % {"time": _clock(local)}
    if local.date() == today - timedelta(days=1):
        return _near_words(to.language)["yesterday"]
    return _written(local, "MMMd" if local.year == today.year else "yMMMd", to.language)


@lru_cache(maxsize=32)
def _near_words(language: str) -> dict[str, str]:
    with override(language):
        return {"today": _("Today, %(time)s"), "yesterday": _("Yesterday")}


def machine(moment: date | datetime) -> str:
    """For `<time datetime>`: UTC with a Z, or a plain date."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        there = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
        return f"{there.isoformat(timespec='seconds')[:-6]}Z"
    return moment.isoformat()


def span_words(to: Reader | None = None) -> dict[str, str]:
    """The sentences a countdown is made of; the page hands them to the script as well."""
    return _span_words(to.language if to else get_language() or "en")


@lru_cache(maxsize=32)
def _span_words(language: str) -> dict[str, str]:
    with override(language):
        return {
            "days": _("%(days)s d"),
            "days_hours": _("%(days)s d %(hours)s h"),
            "hours": _("%(hours)s h %(minutes)s min"),
            "minutes": _("%(minutes)s min"),
            "full_hours": _("%(hours)s h"),
            "overdue": _("%(span)s overdue"),
            "left": _("%(span)s left"),
            "until": _("until %(moment)s"),
        }


def time_left(due_at: datetime, now: datetime, to: Reader | None = None) -> str:
    """ "3 d 12 h", "9 h 05 min", "45 min", and once it is over "4 h overdue"."""
    words = span_words(to)
    minutes = int(abs((due_at - now).total_seconds()) // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if due_at <= now:
        if days:
            span = words["days"] % {"days": days}
        elif hours:
            span = words["full_hours"] % {"hours": hours}
        else:
            span = words["minutes"] % {"minutes": rest}
        return words["overdue"] % {"span": span}
    if days and hours:
        return words["days_hours"] % {"days": days, "hours": hours}
    if days:
        return words["days"] % {"days": days}
    if hours:
        return words["hours"] % {"hours": hours, "minutes": f"{rest:02d}"}
    return words["minutes"] % {"minutes": rest}
