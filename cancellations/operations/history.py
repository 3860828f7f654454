"""Cancellations of an imported past: requests that were approved and closed elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from cancellations.models import CancellationItem, CancellationRequest
from core.bulk import insert
from orders.defaults import ensure_reasons
from orders.models import Case, OrderItem, Reason

RULE = "imported"  # which rule decided: none of ours
NOT_KNOWN = "unknown"


class PastCancellation(NamedTuple):
    """A completed case, its cancelled items, and what the source says of the decision.

    A reason that the owner's list does not have becomes "unknown"; `decided_at` is None and `by`
    is empty where the source does not know.
    """

    case: Case
    items: Sequence[OrderItem]
    reason_code: str
    decided_at: datetime | None
    by: str


@transaction.atomic
def record_history(batch: Sequence[PastCancellation]) -> list[CancellationRequest]:
    """Write the requests of closed cancellation cases. Their events are the cases' own.

    The estimate is all that was captured for the items: a cancellation gives back everything.
    """
    if not batch:
        return []
    ensure_reasons()  # "unknown" may have been taken off the owner's list
    reasons = {reason.code: reason for reason in Reason.objects.filter(kind=Case.Kind.CANCEL)}
    requests = insert(_request(past) for past in batch)
    insert(
        CancellationItem(
            request=request,
            case=past.case,
            seller_order_id=item.seller_order_id,
            item=item,
            reason=reasons.get(past.reason_code) or reasons[NOT_KNOWN],
            status=CancellationItem.Status.APPROVED,
            decided_at=past.decided_at,
            decided_by_role=past.by if past.by in Case.Origin else "",
            decided_rule=RULE,
        )
        for past, request in zip(batch, requests, strict=True)
        for item in past.items
    )
    return requests


def _request(past: PastCancellation) -> CancellationRequest:
    return CancellationRequest(
        case=past.case,
        estimate=sum(item.captured_product + item.captured_shipping for item in past.items),
        evaluated_at=past.decided_at,
    )
