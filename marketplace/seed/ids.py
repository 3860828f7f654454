"""Primary keys and human numbers given out without asking the database.

Each chunk has a stretch of every table's keys, so that two processes never meet and a seed always
gives the same keys. The stretches are a little longer than needed: keys have gaps, as they have
wherever transactions are rolled back.
"""

from typing import Any

from cancellations.models import CancellationItem, CancellationRequest
from core.deadlines.models import Deadline
from core.events.models import Event
from core.numbers import ALPHABET
from finance.models import LedgerEntry, LedgerTransaction
from marketplace.seed.shape import CHUNK
from orders.models import Case, OrderItem, OrderLine, Payment, SellerOrder
from packages.models import Package, PackageItem
from refunds.models import RefundAttempt, RefundLine, RefundPart, RefundPlan

# Keys kept for each order of a chunk: the mean and a tenth above it. Overrun is an error.
KEPT: dict[type, float] = {
    SellerOrder: 1.4,
    OrderLine: 2.2,
    OrderItem: 2.3,
    Payment: 1.2,
    Package: 1.5,
    PackageItem: 2.3,
    Case: 0.3,
    CancellationRequest: 0.3,
    CancellationItem: 0.5,
    RefundPlan: 0.3,
    RefundLine: 1.0,
    RefundPart: 0.4,
    RefundAttempt: 0.4,
    Deadline: 0.2,
    Event: 16,
    LedgerTransaction: 1.8,
    LedgerEntry: 5.0,
}
BITS = 40
MASK = (1 << BITS) - 1


class Ids:
    """The keys of one chunk."""

    def __init__(self, chunk: int):
        self._next = {model: int(chunk * CHUNK * kept) + 1 for model, kept in KEPT.items()}
        self._end = {model: int((chunk + 1) * CHUNK * kept) for model, kept in KEPT.items()}

    def next(self, model: Any) -> int:
        pk = self._next[model]
        if pk > self._end[model]:
            raise OverflowError(f"A chunk has more rows of {model.__name__} than keys.")
        self._next[model] = pk + 1
        return pk


def number_of(prefix: str, pk: int) -> str:
    """A number such as `core.numbers.new_number` gives, but always the same one for this key.

    The steps can all be undone, so two keys never get the same number.
    """
    mixed = pk * 0x5DEECE66D & MASK
    mixed ^= mixed >> 17
    mixed = mixed * 0x2545F4914F & MASK
    mixed ^= mixed >> 21
    return f"{prefix}-" + "".join([ALPHABET[mixed >> shift & 31] for shift in range(35, -1, -5)])
