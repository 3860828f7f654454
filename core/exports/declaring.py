"""Words for declaring columns: what stands under one heading, what is not chosen by itself, and
codes inside of longer texts."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from django.utils.functional import Promise, lazy

from core.exports.sources import Column

# A column that is in the file only when its reader chooses it.
offered = partial(Column, default=False)


def under(group: str | Promise, *columns: Column) -> tuple[Column, ...]:
    """The columns, under this heading where columns are chosen."""
    return tuple(replace(column, group=group) for column in columns)


def _spoken(expression: str, words: Mapping[str, str | Promise]) -> str:
    cases = " ".join(f"WHEN {_quoted(code)} THEN {_quoted(word)}" for code, word in words.items())
    return f"(CASE {expression} {cases} ELSE {expression} END)"


def _quoted(text: object) -> str:
    """A literal of SQL; statements are filled in with values, so that "%" stands doubled."""
    return "'" + str(text).replace("'", "''").replace("%", "%%") + "'"


# The expression for what the codes that `expression` yields are called; one that nobody described
# stays as it is. Lazy, as the words are those of the language in which the statement is written.
# For a column that is one code there is `Column.words`.
spoken = lazy(_spoken, str)
