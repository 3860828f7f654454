"""How amounts, moments and spans are written for the reader: in their language and zone.

Only words here, no HTML. The language is the active one, the zone the current one
(`marketplace.middleware.ReaderMiddleware` sets both).
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton
from babel.numbers import format_decimal
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


@lru_cache(maxsize=32)
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def reader_locale() -> Locale:
    """The Babel locale of the active language; English when there is none."""
    return _locale_of(get_language() or "en")


@lru_cache(maxsize=64)
def _figure_pattern(exponent: int) -> str:
    return "#,##0." + "0" * exponent if exponent else "#,##0"


def figure(minor: int, currency: str) -> str:
    """An amount in minor units as a figure with the currency's decimals: "−1,289.70"."""
    exponent = currency_exponent(currency)
    amount = Decimal(abs(minor)).scaleb(-exponent)
    words = format_decimal(amount, _figure_pattern(exponent), locale=reader_locale())
    return MINUS + words if minor < 0 else words


def grouped(number: int) -> str:
    """A whole number with the language's thousands: "12,418"."""
    words = format_decimal(abs(number), "#,##0", locale=reader_locale())
    return MINUS + words if number < 0 else words


def _written(moment: date | datetime, skeleton: str) -> str:
    # The date alone: lists show few different ones, and Babel takes 30 µs for each.
    written = date(moment.year, moment.month, moment.day)
    return _date_words(written, skeleton, get_language() or "en")


@lru_cache(maxsize=4096)
def _date_words(written: date, skeleton: str, language: str) -> str:
    locale = _locale_of(language)
    midnight = datetime.combine(written, time.min)
    if locale.language == "en":
        return format_datetime(midnight, ENGLISH[skeleton], locale=locale)
    return format_skeleton(skeleton, midnight, locale=locale)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day(moment: date | datetime) -> str:
    """ "Mon 23 Nov"; with the year when it is not this one: "Mon 23 Nov 2015"."""
    if isinstance(moment, datetime):
        moment = _local(moment)
    this_year = moment.year == timezone.localdate().year
    return _written(moment, "MMMEd" if this_year else "yMMMEd")


def clock(moment: datetime) -> str:
    """ "16:02", always 24 hours."""
    return _local(moment).strftime("%H:%M")


def when(moment: datetime) -> str:
    """ "Wed 18 Nov, 16:02"."""
    return f"{day(moment)}, {clock(moment)}"


def recently(moment: datetime) -> str:
    """Short, for lists: "Today, 11:32", "Yesterday", "18 Nov", "18 Nov 2018"."""
    local = _local(moment)
    today = timezone.localdate()
    if local.date() == today:
        return _("Today, %(time)s") % {"time": clock(moment)}
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    return _written(local, "MMMd" if local.year == today.year else "yMMMd")


def machine(moment: date | datetime) -> str:
    """For `<time datetime>`: UTC with a Z, or a plain date."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.isoformat()


def span_words() -> dict[str, str]:
    """The sentences a countdown is made of; the page hands them to the script as well."""
    return _span_words(get_language() or "en")


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


def time_left(due_at: datetime, now: datetime) -> str:
    """ "3 d 12 h", "9 h 05 min", "45 min", and once it is over "4 h overdue"."""
    words = span_words()
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
