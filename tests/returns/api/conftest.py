"""Who the tests of the API are about, each with a program of their own."""

import pytest

from tests.factories import (
    items_of,
    make_customer,
    make_member,
    make_owner,
)
from tests.people import Program
from tests.returns.acts import delivered_order
from tests.returns.api.programs import BOTH, ask


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)


@pytest.fixture
def order():
    """2 × 10.00 with 5.00 shipping, and 1 × 3.00; all of it delivered."""
    return delivered_order(number="FH-1")


@pytest.fixture
def customer(order):
    return Program(make_customer(order), "orders:read", *BOTH)


@pytest.fixture
def seller(order):
    return Program(make_member(items_of(order)[0].seller), "orders:read", *BOTH)


@pytest.fixture
def owner():
    return Program(make_owner(), "orders:read", *BOTH)


@pytest.fixture
def path(customer) -> str:
    return f"returns/{ask(customer)['number']}"
