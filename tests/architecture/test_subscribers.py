"""Down by import, up by event: an app hears only of what happens in its own house or below."""

import pytest

from core.events.subscriptions import AFTER, WITHIN

# From the roof down; apps of one floor do not know each other (architecture.md §2).
FLOORS = [
    {"marketplace"},
    {"cancellations", "returns"},
    {"packages", "refunds"},
    {"orders"},
    {"finance"},
    {"sellers"},
    {"core"},
]
# Which app records events whose type begins with this noun.
SPEAKERS = {
    "order": "orders",
    "seller_order": "orders",
    "order_item": "orders",
    "item": "cancellations",
    "case": "orders",
    "package": "packages",
    "refund_plan": "refunds",
    "refund": "refunds",
    "refund_attempt": "refunds",
    "cancellation": "cancellations",
    "return": "returns",
    "return_parcel": "returns",
    "offer": "returns",
    "dispute": "returns",
    "seller": "sellers",
    "seller_member": "sellers",
    "staff_member": "core",
    "api_token": "core",
    "user": "core",
    "deadline": "core",
    "job": "core",
}


def floor_of(app: str) -> int:
    return next(number for number, apps in enumerate(FLOORS) if app in apps)


def subscriptions() -> list[tuple[str, str]]:
    """(event type, the app that reacts)."""
    after = [(type, name.split(".")[0]) for type, names in AFTER.items() for name in names]
    within = [
        (type, reaction.__module__.split(".")[0])
        for type, reactions in WITHIN.items()
        for reaction in reactions
        if not reaction.__module__.startswith("tests")
    ]
    return [(type, app) for type, app in after + within if not app.startswith("test")]


def test_somebody_listens():
    assert ("refund_plan.approved", "refunds") in subscriptions()
    assert ("cancellation.requested", "cancellations") in subscriptions()


@pytest.mark.parametrize(("type", "listener"), subscriptions() or [("none", "none")])
def test_no_subscriber_hears_of_what_happens_above_it(type, listener):
    speaker = SPEAKERS[type.split(".")[0]]

    assert speaker == listener or floor_of(speaker) > floor_of(listener), (
        f"{listener} listens to {type}, which {speaker} records: events travel up, not down."
    )
