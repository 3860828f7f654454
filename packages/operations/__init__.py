"""What can be done with packages, in the order it happens in life."""

from packages.operations.carriers import change_delivery
from packages.operations.history import record_history
from packages.operations.invoicing import give_invoice
from packages.operations.locking import UnknownPackage
from packages.operations.packing import join_package, remove_items, start_packaging
from packages.operations.repacking import move_between, split_package
from packages.operations.reporting import take_report
from packages.operations.sending import deliver_package, fail_delivery, mark_ready, ship_package

__all__ = [
    "UnknownPackage",
    "change_delivery",
    "deliver_package",
    "fail_delivery",
    "give_invoice",
    "join_package",
    "mark_ready",
    "move_between",
    "record_history",
    "remove_items",
    "ship_package",
    "split_package",
    "start_packaging",
    "take_report",
]
