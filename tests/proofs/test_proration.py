"""A sample of the orders that `make prove` checks a million of."""

from tests.proofs.proration import check_orders


def test_2000_random_orders_are_frozen_split_and_paid_back_to_the_cent():
    assert check_orders(2_000, "sample") == 2_000
