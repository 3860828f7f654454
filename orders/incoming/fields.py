"""Reading single fields out of plain JSON, collecting what is wrong with them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.errors import DomainError, InvalidInput

LARGEST = 10**13  # minor units: far above any order, and a million of them still fit a balance
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Fields:
    """Reads field by field, so that one answer names all that is wrong.

    A field at fault reads as an empty value and adds a problem; whoever reads must look at
    `problems` before using what was read. Pointers are JSON pointers without the leading slash.
    """

    def __init__(self) -> None:
        self.problems: list[DomainError] = []

    def wrong(self, pointer: str, message: str, allowed: Iterable[str] = ()) -> None:
        self.problems.append(InvalidInput(message, field=pointer, allowed=list(allowed)))

    def known(self, given: dict, at: str, names: Iterable[str]) -> None:
        for name in sorted(given.keys() - names):
            self.wrong(f"{at}{name}", _("This field is not known."), sorted(names))

    def each(
        self, given: dict, name: str, read: Callable[[dict, str], Any], *, required=False
    ) -> list:
        values = given.get(name)
        if values is None and not required:
            return []
        if not isinstance(values, list) or (required and not values) or len(values) > 1000:
            self.wrong(name, _("A list of 1 to 1000 objects."))
            return []
        entries = []
        for position, entry in enumerate(values):
            if isinstance(entry, dict):
                entries.append(read(entry, f"{name}/{position}/"))
            else:
                self.wrong(f"{name}/{position}", _("An object."))
        return entries

    def text(self, given: dict, name: str, at: str, *, longest: int, required=False) -> str:
        value = given.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.wrong(f"{at}{name}", _("Text."))
            return ""
        value = value.strip()
        if required and not value:
            self.wrong(f"{at}{name}", _("This field is required."))
        elif len(value) > longest:
            self.wrong(f"{at}{name}", _("At most %(n)s characters.") % {"n": longest})
        elif "\x00" in value:
            self.wrong(f"{at}{name}", _("Text without zero characters."))
        return value

    def choice(self, given: dict, name: str, at: str, choices: Iterable[str]) -> str:
        """One of `choices`, or empty when the field is missing."""
        value = given.get(name)
        if value is not None and value not in choices:
            self.wrong(f"{at}{name}", _("Not one of the values that are known."), choices)
            return ""
        return value or ""

    def whole(self, given: dict, name: str, at: str, *, low: int, high: int, default=None) -> int:
        value = given.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(
                f"{at}{name}",
                _("A whole number from %(low)s to %(high)s.") % {"low": low, "high": high},
            )
            return low
        return value

    def amount(self, given: dict, name: str, at: str, *, default: int | None = None) -> int:
        value = given.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
            self.wrong(
                f"{at}{name}",
                _("A whole number of minor units (cents), from 0 to %(most)s.") % {"most": LARGEST},
            )
            return 0
        return value

    def rate(self, given: dict, name: str, at: str) -> Decimal:
        value = given.get(name)
        if value is None:
            return Decimal(0)
        try:
            rate = Decimal(str(value))
        except InvalidOperation:
            rate = Decimal("NaN")
        usual = rate.is_finite() and 0 <= rate < 1 and rate == round(rate, 5)
        if isinstance(value, bool) or not usual:
            self.wrong(f"{at}{name}", _("A share such as 0.23, with at most 5 decimals."))
            return Decimal(0)
        return rate

    def moment(self, given: dict, name: str, at: str, *, required=False) -> datetime | None:
        value = given.get(name)
        if value is None and not required:
            return None
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or timezone.is_naive(moment):
            self.wrong(f"{at}{name}", _("An ISO 8601 date and time with its offset."))
            return None
        if not EARLIEST <= moment <= LATEST:
            self.wrong(f"{at}{name}", _("A moment between the years 1970 and 2200."))
            return None
        return moment
