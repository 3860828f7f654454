"""A sample of the orders that `make prove` checks a million of."""

from tests.proofs import paybacks
from tests.proofs.proration import check_orders


def test_2000_random_orders_are_frozen_split_and_paid_back_to_the_cent():
    assert check_orders(2_000, "sample") == 2_000


def test_1000_random_orders_take_any_sequence_of_cancels_returns_fees_and_deductions():
    assert paybacks.check_orders(1_000, "sample") == 1_000
