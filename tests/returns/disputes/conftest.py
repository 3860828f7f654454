"""A return of two mugs and a bowl whose seller has rejected all of it."""

import pytest

from core.actors import Actor, Rank
from returns.models import Dispute, ReturnRequest
from returns.operations import (
    state_side,
)
from tests.factories import items_of, make_customer, make_owner
from tests.returns.acts import (
    ask,
    delivered_order,
    select,
)
from tests.returns.disputes.acts import reject


@pytest.fixture
def order():
    return delivered_order()


@pytest.fixture
def customer(order) -> Actor:
    return make_customer(order)


@pytest.fixture
def request_(order, customer) -> ReturnRequest:
    return ask(order, customer, *[select(item) for item in items_of(order)], pay_to="store_credit")


@pytest.fixture
def dispute(request_) -> Dispute:
    """About two mugs worth 25.00 and a bowl worth 3.00, all rejected."""
    return reject(request_)


@pytest.fixture
def heard(dispute, customer) -> Dispute:
    return state_side(dispute, text="The handle was broken when it came.", actor=customer)


@pytest.fixture
def owner() -> Actor:
    return make_owner(Rank.MANAGER)
