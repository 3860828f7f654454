"""What only the apps above know of orders: who carries them, and why something was asked.

An app registers a finder in its `orders_finders`; lists of orders are then narrowed by it without
an import that points up. A finder gives rows with an `order` and a `seller_order`.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Finder = Callable[[str], QuerySet[Any]]

TRACKING, DELIVERY_OPTION, REASON = "tracking", "delivery_option", "reason"

_finders: dict[str, list[Finder]] = {TRACKING: [], DELIVERY_OPTION: [], REASON: []}


def finder(subject: str) -> Callable[[Finder], Finder]:
    """Register what finds the orders of one `subject` by the text that somebody typed."""

    def register(find: Finder) -> Finder:
        _finders[subject].append(find)
        return find

    return register


def found_elsewhere(subject: str, text: str) -> list[QuerySet[Any]]:
    """What each app that knows this subject finds: rows with an `order` and a `seller_order`."""
    return [find(text) for find in _finders[subject]]
