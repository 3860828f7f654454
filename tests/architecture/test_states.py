"""One test for every state machine there will ever be."""

import pytest
from django.apps import apps

from core.states import Stateful, reachable

MACHINES = [model for model in apps.get_models() if issubclass(model, Stateful)]


def test_there_are_state_machines():
    names = {model.__name__ for model in MACHINES}

    assert {"OrderItem", "Case", "Package", "RefundPlan"} <= names


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.__name__)
def test_every_status_is_declared_and_reachable(model):
    start = model._meta.get_field("status").default

    assert reachable(model.TRANSITIONS, start) == set(model.Status) == set(model.TRANSITIONS)


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.__name__)
def test_every_status_fits_its_column_and_has_words(model):
    column = model._meta.get_field("status")

    assert all(len(status) <= column.max_length for status in model.Status)
    assert all(str(status.label) for status in model.Status)
    assert {value for value, _label in column.choices} == set(model.Status)


def test_nothing_leaves_shipped_by_being_cancelled():
    from orders.models import OrderItem

    leads_to_cancelled = {
        origin
        for origin, targets in OrderItem.TRANSITIONS.items()
        if OrderItem.Status.CANCELLED in targets
    }

    assert leads_to_cancelled == set(OrderItem.UNSHIPPED)


@pytest.mark.parametrize(
    ("origin", "targets"),
    [
        ("waiting_packaging", "preparing cancelled"),
        ("preparing", "ready_to_ship shipped cancelled"),
        ("ready_to_ship", "shipped cancelled"),
        ("shipped", "delivered delivery_failed returned"),
        ("delivered", "returned"),
        ("delivery_failed", "shipped delivered returned"),
        ("cancelled", ""),
        ("returned", ""),
    ],
)
def test_an_item_goes_only_the_ways_of_the_product(origin, targets):
    """product.md §3, said a second time: a way that is gone or new is a decision."""
    from orders.models import OrderItem

    item = OrderItem(status=origin)

    assert {to for to in OrderItem.Status if item.can_become(to)} == set(targets.split())
