"""The one SELECT of an export's part: chosen columns of frozen rows, in their frozen order.

The inner select works each expression out once; the outer one writes the values down, as CSV or
for the cells of a workbook. Both are filled in with the ids, so "%" stands doubled in expressions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from django.db import connection
from moneyed import CURRENCIES

from core.exports.sources import Column, Join, Kind, Source
from core.money import currency_exponent

# A text that begins with one of these may be run by a spreadsheet; also behind blanks. The wide
# forms are what a Japanese or Chinese keyboard writes.
FORMULA_STARTS = "=+-@＝＋－＠"
# Nothing innocent begins with these; programs skip some of them, and run what follows.
ODD_STARTS = "\t\n\v\f\r\u00a0\u200b\u3000\ufeff"
# Day 0 of workbooks, such that every day since March 1900 has the number that Excel gives it.
DAY_ZERO = date(1899, 12, 30)


def csv_select(source: Source, columns: Sequence[Column]) -> str:
    """For COPY … (FORMAT csv): texts guarded against formulas by a leading apostrophe, amounts as
    decimals, moments as ISO 8601 with the offset of the session's time zone."""
    return _select(source, columns, _CSV)


def cell_select(source: Source, columns: Sequence[Column]) -> str:
    """For workbooks, all as text: days and moments as the numbers they are there, in the session's
    time zone. A cell says that it is text, so texts need no guard."""
    return _select(source, columns, _CELLS)


def frozen(ids: Sequence[int]) -> list[str]:
    """What fills the gap in a select: an array as PostgreSQL writes it, which costs a tenth of
    what a list of numbers does."""
    return ["{" + ",".join(map(str, ids)) + "}"]


@contextmanager
def reader_clock(zone: str) -> Iterator[None]:
    """Within, the session's time zone is the reader's, and a statement keeps to one core, so that
    pages have the others; what it gathers for a part stays in memory. Load no rows of models
    meanwhile: Django reads moments as UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute("SET LOCAL work_mem = '32MB'")
        cursor.execute("SET LOCAL TIME ZONE %s", [zone])
        yield
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")


def _select(source: Source, columns: Sequence[Column], written: Mapping[Kind, Callable]) -> str:
    names = [f"c{place}" for place in range(1, len(columns) + 1)]
    inner = [
        f"{_expression(column)} AS {name}" for name, column in zip(names, columns, strict=True)
    ]
    if any(column.kind is Kind.MONEY for column in columns):
        inner.append(f"{_unit(source.currency_sql)} AS unit")
    outer = [written[column.kind](name) for name, column in zip(names, columns, strict=True)]
    table = connection.ops.quote_name(source.model._meta.db_table)
    # OFFSET 0 keeps the planner from writing an expression in each place where its value is used.
    return (  # of our own words and the sources' alone
        "WITH frozen AS ("  # noqa: S608
        "SELECT * FROM unnest(%s::bigint[]) WITH ORDINALITY AS frozen(id, place)) "
        f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM frozen "
        f"JOIN {table} row ON row.id = frozen.id "
        f"{' '.join(str(join.sql) for join in _needed(source, columns))} "
        "ORDER BY frozen.place OFFSET 0) AS found"
    )


def _needed(source: Source, columns: Sequence[Column]) -> list[Join]:
    """The joins that these columns need, each behind those that it needs itself."""
    by_name = {join.name: join for join in source.joins}
    found: dict[str, Join] = {}

    def take(names: Sequence[str]) -> None:
        for name in names:
            if name not in found:
                take(by_name[name].needs)
                found[name] = by_name[name]

    for column in columns:
        take(column.needs)
        if column.kind is Kind.MONEY:
            take(source.currency_needs)
    return list(found.values())


def _expression(column: Column) -> str:
    if column.words is None:
        return f"({column.sql})::text" if column.kind is Kind.TEXT else f"({column.sql})"
    cases = " ".join(
        f"WHEN {_literal(code)} THEN {_literal(word)}" for code, word in column.words.items()
    )
    return f"CASE ({column.sql})::text {cases} ELSE ({column.sql})::text END"


def _literal(text: object) -> str:
    return "'" + str(text).replace("'", "''").replace("%", "%%") + "'"


def _unit(currency_sql: str) -> str:
    """What one minor unit is: 0.01 of a euro, 1 yen. A product has as many digits."""
    by_exponent: dict[int, list[str]] = {}
    for code in CURRENCIES:
        by_exponent.setdefault(currency_exponent(code), []).append(code)
    cases = " ".join(
        f"WHEN cur = ANY('{{{','.join(sorted(codes))}}}') THEN {_power(exponent)}"
        for exponent, codes in sorted(by_exponent.items())
        if exponent != 2
    )
    currency = f"(VALUES (({currency_sql})::text)) AS of(cur)"
    return f"(SELECT CASE {cases} ELSE 0.01 END FROM {currency})"  # noqa: S608


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else f"0.{'1'.rjust(exponent, '0')}"


# -- How a kind is written ----------------------------------------------------------------------


def _points(characters: str) -> str:
    return ", ".join(str(ord(character)) for character in characters)


def _guarded(name: str) -> str:
    """ascii() is the code point of the first character, whatever its script. Most texts begin with
    a digit or a Latin letter, and are done with when that is seen."""
    first = f"ascii({name})"
    return (
        f"CASE WHEN {first} BETWEEN 65 AND 122 OR {first} BETWEEN 48 AND 57 THEN {name} "
        f"WHEN ascii(ltrim({name})) IN ({_points(FORMULA_STARTS + ODD_STARTS)}) "
        f"THEN '''' || {name} ELSE {name} END"
    )


def _day_number(name: str) -> str:
    return f"(({name})::date - DATE '{DAY_ZERO}')::text"


def _moment_number(name: str) -> str:
    since = f"date_trunc('second', {name}::timestamp) - TIMESTAMP '{DAY_ZERO}'"
    # Ten microseconds later: the digits of a day may lie before the second, and LibreOffice, which
    # cuts off and does not round, would show the one before.
    return f"round((extract(epoch FROM {since}) + 0.00001) / 86400, 10)::text"


_CSV: Mapping[Kind, Callable[[str], str]] = {
    Kind.TEXT: _guarded,
    Kind.NUMBER: lambda name: name,
    Kind.MONEY: lambda name: f"{name} * unit",
    Kind.DATE: lambda name: f"to_char({name}, 'YYYY-MM-DD')",
    Kind.MOMENT: lambda name: f"to_char({name}, 'YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM')",
}
_CELLS: Mapping[Kind, Callable[[str], str]] = {
    Kind.TEXT: lambda name: name,
    Kind.NUMBER: lambda name: f"{name}::text",
    Kind.MONEY: lambda name: f"({name} * unit)::text",
    Kind.DATE: _day_number,
    Kind.MOMENT: _moment_number,
}
