"""When the day to ship by comes nearer, is met, or passes."""

from datetime import datetime

from core.deadlines import on_expiry
from core.deadlines.models import Deadline
from core.events import on
from orders.models import SellerOrder
from orders.operations.placing import SHIP_BY
from packages.ship_by import letters, operations


@on("order_item.shipped", "order_item.cancelled", within=True)
def settle(event) -> None:
    operations.settle_ship_by(item_id=event.subject_id)


@on_expiry(SHIP_BY)
def miss(deadline) -> str:
    return operations.miss_ship_by(deadline)


@on("deadline.neared")
def remind(event) -> None:
    deadline = Deadline.objects.get(pk=event.subject_id)
    if deadline.step == SHIP_BY and deadline.handled_at is None:
        letters.remind_to_ship(deadline, event.occurred_at)


@on(operations.MISSED)
def ring(event) -> None:
    part = SellerOrder.objects.select_related("order", "seller").get(pk=event.data["seller_order"])
    letters.ring_of_missed(
        part, due_at=datetime.fromisoformat(event.data["due_at"]), action=event.data["action"]
    )
