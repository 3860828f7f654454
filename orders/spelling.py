"""Numbers and codes as people type them: their beginning, in whatever case."""

from django.db.models import Q


def spellings(text: str) -> list[str]:
    return sorted({text, text.upper(), text.lower()})


def begins(column: str, text: str) -> Q:
    """The column begins with `text` as typed, in upper or in lower case. Each spelling is a range
    of an index, which ignoring the case would not be."""
    found = Q()
    for spelling in spellings(text):
        found |= Q(**{f"{column}__startswith": spelling})
    return found


def is_like_a_number(text: str) -> bool:
    """Whether this may be the beginning of an order number: one word with a digit or a dash."""
    return " " not in text and "@" not in text and any(not one.isalpha() for one in text)
