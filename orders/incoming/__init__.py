"""What an order looks like when it comes in: one shape for the API and for `import_orders`.

`read_order()` turns plain JSON into a `NewOrder`, or raises `Problems` that name every field at
fault. Amounts are minor units of the order's one currency.
"""

from orders.incoming.reading import digest_of, read_order
from orders.incoming.shapes import (
    NewCustomer,
    NewLine,
    NewOrder,
    NewPayment,
    PastEvent,
    moved_by,
)

__all__ = [
    "NewCustomer",
    "NewLine",
    "NewOrder",
    "NewPayment",
    "PastEvent",
    "digest_of",
    "moved_by",
    "read_order",
]
