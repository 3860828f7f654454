"""Who reacts to what. Down by import, up by event."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Reaction = Callable[[Any], None]

WITHIN: dict[str, list[Reaction]] = defaultdict(list)
AFTER: dict[str, list[str]] = defaultdict(list)
REACTIONS: dict[str, Reaction] = {}


def on(*types: str, within: bool = False) -> Callable[[Reaction], Reaction]:
    """Call the function for each event of these types.

    within=True: in the recording transaction, database work only; it commits or fails with it.
    Otherwise after the commit, perhaps late, twice, or in another order: the reaction reads the
    row, not the payload, and must be harmless the second time.
    """

    def register(reaction: Reaction) -> Reaction:
        name = f"{reaction.__module__}.{reaction.__qualname__}"
        for event_type in types:
            if within:
                WITHIN[event_type].append(reaction)
            else:
                AFTER[event_type].append(name)
        if not within:
            REACTIONS[name] = reaction
        return reaction

    return register


def subscribers_of(event_type: str) -> list[str]:
    """Names of the reactions that an event of this type is owed to after commit."""
    return AFTER.get(event_type, [])
