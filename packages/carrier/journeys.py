"""What will happen to a shipped package: decided by its number and the moment it left."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

ONE_IN = 12  # deliveries that fail
TWICE_ONE_IN = 8  # journeys of which something is told twice
LATE_ONE_IN = 8  # … and of which something is told too late
WHY_NOT = (
    "Nobody at home",
    "The address was not found",
    "The customer asked for another day",
)
PLACES = ("the northern depot", "the harbour depot", "the depot on the hill")


@dataclass(frozen=True, slots=True)
class Message:
    """One event to be told of a package from the moment `due` on."""

    package: str
    kind: str
    key: str
    occurred_at: datetime
    due: datetime
    place: str = ""
    reason: str = ""
    expected_at: datetime | None = None

    def content(self) -> dict[str, str]:
        """As the API takes it."""
        told = {
            "kind": self.kind,
            "key": self.key,
            "occurred_at": self.occurred_at.isoformat(),
            "place": self.place,
            "reason": self.reason,
        }
        if self.expected_at:
            told["expected_at"] = self.expected_at.isoformat()
        return told


def journey(package: str, shipped_at: datetime, seconds: float) -> list[Message]:
    """All that will be told of this package: picked up, out for delivery after about `seconds`,
    and its end after as long again. The same package and moment give the same journey; a package
    that is shipped again begins another one."""
    dice = random.Random(f"{package}/{shipped_at.isoformat()}")  # noqa: S311 (a game)
    stretch = timedelta(seconds=seconds * dice.uniform(0.8, 1.2))
    depot = dice.choice(PLACES)
    out, end = shipped_at + stretch, shipped_at + 2 * stretch
    attempt = int(shipped_at.timestamp())

    def message(kind: str, at: datetime, **more: Any) -> Message:
        return Message(package, kind, f"{package}-{attempt}-{kind}", at, at, **more)

    picked_up = message("shipped", shipped_at + stretch / 4, place=depot, expected_at=end)
    out_for_delivery = message("out_for_delivery", out, place=depot, expected_at=end)
    if dice.randrange(ONE_IN) == 0:
        ended = message("failed", end, reason=dice.choice(WHY_NOT))
    else:
        ended = message("delivered", end)
    told = [picked_up, out_for_delivery, ended]
    if dice.randrange(TWICE_ONE_IN) == 0:
        told.append(dice.choice(told))
    if dice.randrange(LATE_ONE_IN) == 0:
        told[1] = replace(out_for_delivery, due=end + stretch / 5)
    return sorted(told, key=lambda one: one.due)


def shipped_since(packages: Sequence[Mapping[str, Any]], since: datetime) -> dict[str, datetime]:
    """{number: when it left} of those in an answer of the API that left after `since`: what left
    before is somebody else's."""
    left = {
        package["number"]: datetime.fromisoformat(package["shipped_at"])
        for package in packages
        if package["shipped_at"]
    }
    return {number: at for number, at in left.items() if at >= since}
