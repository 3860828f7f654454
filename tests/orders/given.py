"""Orders as other systems send them: plain JSON."""

from copy import deepcopy
from itertools import count

from orders.incoming import NewOrder, read_order

_numbers = count(1)

ORDER = {
    "channel": "web",
    "placed_at": "2026-03-02T10:00:00+00:00",
    "currency": "EUR",
    "customer": {"external_id": "c-1", "first_name": "Marta", "email": "marta@example.com"},
    "shipping_address": {"city": "Porto", "country": "PT"},
    "items": [
        {"sku": "MUG", "name": "Mug", "seller": "s-1", "quantity": 2, "unit_price": 1000},
    ],
    "payments": [{"method": "credit_card", "amount": 2000}],
}


def item(**changes) -> dict:
    return ORDER["items"][0] | changes


def order_json(**changes) -> dict:
    """An order of two mugs for 20.00, with these fields instead."""
    return deepcopy(ORDER) | {"number": f"G-{next(_numbers)}"} | changes


def new_order(**changes) -> NewOrder:
    return read_order(order_json(**changes))
