"""An order with its people, each signed in."""

import pytest

from tests.factories import (
    items_of,
    make_customer,
    make_member,
    make_owner,
)
from tests.people import signed_in
from tests.returns.acts import delivered_order


@pytest.fixture
def order():
    """2 × 10.00 with 5.00 shipping, and 1 × 3.00; all of it delivered."""
    return delivered_order(number="FH-1")


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def mine(client, customer):
    return signed_in(client, customer)


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller)


@pytest.fixture
def owner():
    return make_owner()
