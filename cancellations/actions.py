"""What may be cancelled or rejected of an order, as the API tells it with the order."""

from functools import lru_cache

from cancellations import policies
from core.actors import Actor, Role
from orders.actions import item_action
from orders.models import OrderItem
from orders.policies import may_cancel
from orders.reading import WholeOrder


@item_action("cancel")
def cancellable(order: WholeOrder) -> list[str]:
    if policies.may_request(order.actor):
        return []
    return [
        item["number"]
        for item in order.items
        if _may_be_cancelled(item["status"], item["open_case_id"] is not None)
    ]


@item_action("reject")
def rejectable(order: WholeOrder) -> list[str]:
    if policies.may_reject(order.actor):
        return []
    return [
        item["number"]
        for item in order.items
        if _may_be_rejected(item["status"], item["open_case_id"] is not None, order.actor.role)
    ]


# The rules ask nothing else of an item, and of the actor only the role.


@lru_cache(maxsize=256)
def _may_be_cancelled(status: str, in_case: bool) -> bool:
    return may_cancel(_item(status, in_case)) is None


@lru_cache(maxsize=256)
def _may_be_rejected(status: str, in_case: bool, role: Role) -> bool:
    return policies.may_reject_item(_item(status, in_case), Actor(role)) is None


def _item(status: str, in_case: bool) -> OrderItem:
    return OrderItem(status=status, open_case_id=0 if in_case else None)
