"""Choices that hypothesis makes, as numbers that fit whatever there is to choose from."""

from hypothesis import strategies as st

from tests.property.model import Piece

NUMBERS = st.integers(0, 99)
CHOICES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=2)


def chosen(choices: list[tuple[int, int]], pieces: list[Piece]) -> dict[Piece, int]:
    """Different pieces out of these, each with some of its units."""
    found: dict[Piece, int] = {}
    for which, units in choices:
        piece = pieces[which % len(pieces)]
        found.setdefault(piece, 1 + units % piece.units)
    return found
