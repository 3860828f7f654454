"""What somebody types into the search box: words, and operators such as `status:shipped`.

    -status:cancelled seller:acme placed:>2026-11-01 customer:"Ana M" lamp

This file takes the text apart; what each operator means is in `orders.operators`. An operator
named twice finds either (`status:shipped status:delivered`), a minus in front the others. Words in
quotation marks are never operators.
"""

import re
from dataclasses import dataclass

PIECE = re.compile(
    r"""(?P<not>-)?(?P<operator>[A-Za-z_]+):(?P<value>"[^"]*"?|\S*)|(?P<phrase>"[^"]*"?)|(?P<word>\S+)"""
)


@dataclass(frozen=True)
class Term:
    """One `operator:value`; `source` is how it was typed."""

    operator: str
    value: str
    negated: bool
    source: str


@dataclass(frozen=True)
class Search:
    """A search taken apart. `words` are what is left without operators."""

    words: str
    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        return bool(self.words or self.terms)

    def __str__(self) -> str:
        return " ".join(filter(None, [*(term.source for term in self.terms), self.words]))

    def without(self, term: Term) -> "Search":
        return Search(self.words, tuple(other for other in self.terms if other is not term))


def taken_apart(text: str) -> Search:
    words, terms = [], []
    for piece in PIECE.finditer(text):
        if piece["operator"]:
            terms.append(
                Term(
                    operator=piece["operator"].lower(),
                    value=piece["value"].strip('"').strip(),
                    negated=bool(piece["not"]),
                    source=piece[0],
                )
            )
        else:
            words.append((piece["phrase"] or piece["word"]).strip('"'))
    return Search(" ".join(filter(None, words)), tuple(terms))
