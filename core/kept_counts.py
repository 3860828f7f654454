"""Counts beside lists: kept for some seconds for all who see the same, and counted anew for who has
just changed something through a page and looks whether it came to pass, and for who has just been
told of rows that somebody else has changed."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from core.actors import Actor, Role

Counts = TypeVar("Counts")
KEPT_SECONDS = 15


def kept(name: str, actor: Actor, count: Callable[[], Counts]) -> Counts:
    """What `count` finds of all that the actor may see: at most KEPT_SECONDS old, and younger than
    what this person did last (`acted`) or was told of (`told_of_news`)."""
    whose = actor.seller_id if actor.role is Role.SELLER else "all"
    key = f"{name}:{actor.role}:{whose}"
    found = cache.get_many([key, _act_of(actor)])
    counted_at, counts = found.get(key) or (0.0, None)
    if counts is not None and counted_at > found.get(_act_of(actor), 0.0):
        return counts
    now = time.time()
    counts = count()
    cache.set(key, (now, counts), KEPT_SECONDS)
    return counts


def acted(actor: Actor) -> None:
    """Once what this person did is committed: older counts do not show it."""
    cache.set(_act_of(actor), time.time(), KEPT_SECONDS)


def told_of_news(actor: Actor) -> None:
    """Once rows with something new were read for this person: older counts may not hold it."""
    acted(actor)


def _act_of(actor: Actor) -> str:
    return f"acted:{actor.user_id}"
