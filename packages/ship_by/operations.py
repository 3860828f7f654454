"""Shipping in time, and not."""

from typing import Any

from django.db import transaction

from core.actors import SYSTEM
from core.deadlines.models import Deadline
from core.statements import fetched
from core.states import Recorded
from orders.models import OrderItem, SellerOrder
from orders.operations import lock_order
from orders.operations.placing import SHIP_BY
from packages import policies
from packages.models import Package

MISSED = "package.ship_by_missed"
UNSHIPPED = [str(status) for status in OrderItem.UNSHIPPED]


def settle_ship_by(*, item_id: int) -> None:
    """The item has shipped or is cancelled: when nothing else of its seller's part is left to
    ship, the deadline is met.

    Within the transaction that moves the item, under its lock. One statement per item; it saves a
    handler's run for every order that ships in time, all of them at the same midnight.
    """
    fetched(_SETTLE, {"item": item_id, "step": SHIP_BY, "unshipped": UNSHIPPED})


_SETTLE = """
    UPDATE deadlines_deadline AS promise
    SET handled_at = statement_timestamp(), updated_at = statement_timestamp(), outcome = 'met'
    FROM orders_orderitem AS moved
    WHERE moved.id = %(item)s
      AND promise.subject_type = 'seller_order' AND promise.subject_id = moved.seller_order_id
      AND promise.step = %(step)s AND promise.handled_at IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM orders_orderitem AS other
          WHERE other.seller_order_id = moved.seller_order_id AND other.status = ANY(%(unshipped)s)
      )
    RETURNING promise.id
"""


@transaction.atomic
def miss_ship_by(deadline: Deadline) -> str:
    """The day has passed: say so of every package that is still here, and of the seller's part
    where nothing is packed. Returns "met" when nothing was left to ship after all.

    `action` of the events is what the owner's rule wants: flag, or cancel, which whoever cancels
    reacts to.
    """
    part = SellerOrder.objects.get(pk=deadline.subject_id)
    lock_order(part.order_id)
    if not OrderItem.objects.filter(seller_order=part).unshipped().exists():
        return "met"
    facts: dict[str, Any] = {
        "seller_order": part.pk,
        "action": deadline.action,
        "due_at": deadline.due_at.isoformat(),
    }
    here = Package.objects.filter(seller_order=part, status__in=policies.OPEN)
    overdue: list[Recorded] = [*here.order_by("pk")] or [part]
    for late in overdue:
        late.note(MISSED, actor=SYSTEM, **facts)
    return deadline.action
