"""Orders with a past: every app is told its part of what happened elsewhere."""

from collections.abc import Sequence

from django.db import transaction

from cancellations.operations.history import PastCancellation
from cancellations.operations.history import record_history as record_cancellations
from core.actors import Actor
from orders.history import walk
from orders.incoming import NewOrder
from orders.models import Case
from orders.operations import PastPart, Placed, place_orders
from orders.operations import record_history as record_moves
from packages.operations import record_history as record_packages
from refunds.operations import PastRefund
from refunds.operations import record_history as record_refunds


@transaction.atomic
def place_with_past(batch: Sequence[NewOrder], *, actor: Actor) -> list[Placed]:
    """Take orders in together with what happened to them elsewhere, all or none.

    `actor` must be the importer: a past has no effects (product.md §7). Orders that are there
    already stay as they are. Raises what `place_orders` raises, and ImpossiblePast.
    """
    placed = place_orders(batch, actor=actor)
    parts = record_moves(
        [(taken, walk(new.history)) for new, taken in zip(batch, placed, strict=True)],
        actor=actor,
    )
    record_packages(parts, actor=actor)
    closed = [(part.case, part) for part in parts if part.case]
    record_cancellations(
        [_cancellation(case, part) for case, part in closed if case.kind == Case.Kind.CANCEL]
    )
    record_refunds([PastRefund(case, part.items, part.ended_at, actor) for case, part in closed])
    return placed


def _cancellation(case: Case, part: PastPart) -> PastCancellation:
    ending = part.walk.ending
    assert ending  # it closed the case
    return PastCancellation(case, part.items, ending.reason, ending.at, ending.by)
