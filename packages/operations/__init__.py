"""What can be done with packages, in the order it happens in life."""

from packages.operations.history import record_history
from packages.operations.packing import join_package, remove_items, start_packaging
from packages.operations.sending import deliver_package, fail_delivery, mark_ready, ship_package

__all__ = [
    "deliver_package",
    "fail_delivery",
    "join_package",
    "mark_ready",
    "record_history",
    "remove_items",
    "ship_package",
    "start_packaging",
]
