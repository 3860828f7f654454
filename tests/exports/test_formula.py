"""Texts of strangers in files that spreadsheets open: none of them becomes a formula."""

import pytest

from core.jobs.models import JobRow
from tests.exports import sample
from tests.exports.reading import cells_of, lines_of

pytestmark = pytest.mark.django_db

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
BODIES = ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.example","y")', "SUM(1)*cmd|'a'!A1"]
HOSTILE = [
    *(start + body for start in STARTS for body in BODIES),
    *(f"  {start}{BODIES[0]}" for start in STARTS),
    *(f"{blank}=1+1" for blank in ["\u00a0", "\ufeff", "\u200b", "\u3000", "\v", "\f"]),
    *(start * 2 for start in "=+-@"),
    *"=+-@",
]
HARMLESS = ["1+1", "a=b", "'=1+1", "", " ", "ü", "Anna-Lena", "(=1)", "名", "12", "1e5"]


def written(start, made, ending: str):
    sample.fill(len(HOSTILE + HARMLESS))
    for position, text in enumerate(HOSTILE + HARMLESS, start=1):
        JobRow.objects.filter(position=position).update(label=text)
    return made(start(columns=["label", "position", "amount"], format=ending))


def test_there_are_sixty_ways_to_begin_a_formula():
    assert len(HOSTILE) >= 60
    assert len(set(HOSTILE)) == len(HOSTILE)


def test_csv_puts_an_apostrophe_before_them_and_before_nothing_else(start, made):
    lines = lines_of(written(start, made, "csv"))[1:]

    texts = {int(position): text for text, position, _amount in lines}
    for position, text in enumerate(HOSTILE, start=1):
        assert texts[position] == "'" + text, repr(text)
    for position, text in enumerate(HARMLESS, start=len(HOSTILE) + 1):
        assert texts[position] == text


def test_numbers_below_zero_stay_numbers(start, made):
    sample.fill(1)

    assert lines_of(made(start(columns=["amount"])))[1] == ["-400"]


def test_a_workbooks_cell_says_that_it_is_text(start, made):
    rows = cells_of(written(start, made, "xlsx"))[1:]

    cells = {row[1].value: row[0] for row in rows}
    for position, text in enumerate(HOSTILE, start=1):
        cell = cells[position]
        assert cell.data_type == "s", repr(text)
        assert cell.value.endswith(text[1:].replace("\v", "_x000B_").replace("\f", "_x000C_"))
        if text[0] in "=+-@＝＋－＠":
            assert cell._style.quotePrefix, "stays text also when it is edited"
    assert all(row[2].data_type == "n" for row in rows)
