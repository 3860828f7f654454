"""What can be done with orders, in the order it happens in life."""

from orders.operations.cases import complete_case, decide_case, open_case, release_items
from orders.operations.history import PastPart, record_history
from orders.operations.items import lock_order, move_items, refresh_statuses, take_items
from orders.operations.placing import Placed, place_order, place_orders

__all__ = [
    "PastPart",
    "Placed",
    "complete_case",
    "decide_case",
    "lock_order",
    "move_items",
    "open_case",
    "place_order",
    "place_orders",
    "record_history",
    "refresh_statuses",
    "release_items",
    "take_items",
]
