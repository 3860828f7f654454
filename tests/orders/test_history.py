"""A past is a walk along the table of states; what the source skipped is found and marked."""

import pytest

from orders.history import PAST_EVENTS, ImpossiblePast, walk
from orders.incoming import PastEvent
from orders.models import OrderItem


def steps(*events: str) -> list[str]:
    """The statuses, those that were inferred in brackets."""
    walked = walk([PastEvent(event, None) for event in events])
    return [f"({step.status})" if step.inferred else str(step.status) for step in walked.steps]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        (["packed"], ["preparing"]),
        (["ready_to_ship"], ["(preparing)", "ready_to_ship"]),
        (["shipped"], ["(preparing)", "shipped"]),
        (["packed", "shipped", "delivered"], ["preparing", "shipped", "delivered"]),
        (["delivered"], ["(preparing)", "(shipped)", "delivered"]),
        (["delivery_failed"], ["(preparing)", "(shipped)", "delivery_failed"]),
        (["cancelled"], ["cancelled"]),
        (["ready_to_ship", "cancelled"], ["(preparing)", "ready_to_ship", "cancelled"]),
        (["shipped", "cancelled"], ["(preparing)", "shipped", "returned"]),
        (["delivered", "returned"], ["(preparing)", "(shipped)", "delivered", "returned"]),
        (["returned"], ["(preparing)", "(shipped)", "returned"]),
        (
            ["shipped", "delivery_failed", "shipped", "delivered"],
            ["(preparing)", "shipped", "delivery_failed", "shipped", "delivered"],
        ),
    ],
)
def test_the_walk_of_a_past(events, expected):
    assert steps(*events) == expected


@pytest.mark.parametrize(
    "events",
    [
        ["cancelled", "shipped"],
        ["returned", "cancelled"],
        ["delivered", "shipped"],
        ["shipped", "shipped"],
        ["shipped", "packed"],
        ["packed", "packed"],
        ["delivered", "delivery_failed"],
    ],
)
def test_what_cannot_follow_is_refused_by_name(events):
    with pytest.raises(ImpossiblePast) as refused:
        walk([PastEvent(event, None) for event in events])

    assert refused.value.field == "history/1/event"
    for allowed in refused.value.allowed:
        walk([PastEvent(events[0], None), PastEvent(allowed, None)])


def test_every_walk_keeps_to_the_table():
    for first in PAST_EVENTS:
        for second in PAST_EVENTS:
            try:
                walked = walk([PastEvent(first, None), PastEvent(second, None)])
            except ImpossiblePast:
                continue
            current = "waiting_packaging"
            for step in walked.steps:
                assert step.status in OrderItem.TRANSITIONS[current]
                current = step.status


def test_cancelled_after_the_hand_over_is_told_apart():
    assert walk([PastEvent("shipped", None), PastEvent("cancelled", None)]).cancelled_after_handover
    assert not walk([PastEvent("cancelled", None)]).cancelled_after_handover
    assert not walk([PastEvent("returned", None)]).cancelled_after_handover
