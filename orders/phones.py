"""Telephone numbers as people type them: with spaces, brackets, a country code or without one."""

from typing import Any

from django.db.models import CharField, Func

# Two ways to write one number differ in how they begin (+90, 0090, 0); its last digits say which.
TELLING = 9
FEWEST = 5  # fewer last digits than these are anybody's


class Backwards(Func):
    """The digits of a column, the last one first: how a number ends is how this begins."""

    template = r"REVERSE(REGEXP_REPLACE(%(expressions)s, '\D', '', 'g'))"
    arity = 1
    output_field: Any = CharField()


def ending(text: str) -> str:
    """The last digits of a number, backwards, as `Backwards` begins; empty where `text` holds
    too few digits to be one, or anything that no number has."""
    if text.strip("+0123456789 ()-./\u00a0"):
        return ""
    digits = "".join(letter for letter in text if letter.isdecimal())
    return digits[-TELLING:][::-1] if len(digits) >= FEWEST else ""
