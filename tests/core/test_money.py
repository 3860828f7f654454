"""Amounts are divided without losing or inventing a unit."""

import random
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.money import allocate, at_rate, currency_exponent, included_tax, is_currency, share

AMOUNTS = st.integers(0, 10**12)
RATES = st.decimals(0, Decimal("0.99999"), places=5)


@settings(max_examples=500, deadline=None)
@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any))
def test_allocating_loses_nothing_and_is_fair(amount, weights):
    shares = allocate(amount, weights)
    total = sum(weights)

    assert sum(shares) == amount
    for part, weight in zip(shares, weights, strict=True):
        assert 0 <= part - amount * weight // total <= 1, "no part is off by more than one unit"
    assert all(part == 0 for part, weight in zip(shares, weights, strict=True) if weight == 0)


@settings(max_examples=300, deadline=None)
@given(AMOUNTS, st.lists(st.integers(1, 1000), min_size=2, max_size=10))
def test_who_weighs_more_never_gets_less(amount, weights):
    shares = allocate(amount, weights)

    by_weight = sorted(zip(weights, shares, strict=True), key=lambda pair: pair[0])
    for (lighter, less), (heavier, more) in pairwise(by_weight):
        assert lighter == heavier or less <= more


def test_on_a_tie_the_first_one_gets_the_odd_unit():
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(0, [0, 0]) == [0, 0]


def test_left_over_units_go_to_the_largest_remainders():
    assert allocate(100, [1, 2, 4]) == [14, 29, 57], "remainders 2, 4 and 1 of 7"
    assert allocate(10, [5, 3, 3]) == [4, 3, 3], "remainders 6, 8 and 8 of 11"


@pytest.mark.parametrize(("amount", "weights"), [(-1, [1]), (5, [2, -1]), (5, [0, 0]), (5, [])])
def test_what_cannot_be_allocated_is_refused(amount, weights):
    with pytest.raises(ValueError, match="allocate"):
        allocate(amount, weights)


def split(rng: random.Random, first: int, last: int) -> list[tuple[int, int]]:
    """A random way of cutting units [first, last) into parts."""
    if last - first < 2 or rng.random() < 0.25:
        return [(first, last)]
    cut = rng.randint(first + 1, last - 1)
    return split(rng, first, cut) + split(rng, cut, last)


def test_20000_ways_of_splitting_a_line_add_up_and_do_not_depend_on_the_way():
    rng = random.Random(20_000)
    for _ in range(20_000):
        quantity, amount = rng.randint(1, 60), rng.randint(0, 10**7)
        parts = split(rng, 0, quantity)

        shares = [share(amount, quantity, first, last) for first, last in parts]

        assert sum(shares) == amount
        for (first, last), part in zip(parts, shares, strict=True):
            one_by_one = [share(amount, quantity, unit, unit + 1) for unit in range(first, last)]
            assert part == sum(one_by_one), "the same, whatever was cut before"
            assert max(one_by_one) - min(one_by_one) <= 1
            assert abs(part * quantity - amount * (last - first)) < quantity


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (2, 1), (0, 4)])
def test_units_outside_of_the_line_have_no_share(first, last):
    with pytest.raises(ValueError, match="not within"):
        share(100, 3, first, last)


def test_no_units_at_all_have_no_share():
    assert share(100, 3, 2, 2) == 0


@settings(max_examples=300, deadline=None)
@given(AMOUNTS, RATES)
def test_a_rate_rounds_halves_up(amount, rate):
    exact = Decimal(amount) * rate

    assert abs(at_rate(amount, rate) - exact) <= Decimal("0.5")
    assert at_rate(5, Decimal("0.1")) == 1
    assert at_rate(15, Decimal("0.1")) == 2


@settings(max_examples=300, deadline=None)
@given(AMOUNTS, RATES)
def test_tax_inside_a_price_and_the_net_make_the_price_again(amount, rate):
    tax = included_tax(amount, rate)
    net = amount - tax

    assert 0 <= tax <= amount
    assert abs(Decimal(net) * (1 + rate) - amount) <= 1


def test_currencies_know_their_decimals():
    decimals = {code: currency_exponent(code) for code in ("JPY", "EUR", "BRL", "KWD")}

    assert decimals == {"JPY": 0, "EUR": 2, "BRL": 2, "KWD": 3}
    assert is_currency("EUR")
    assert not is_currency("EURO")
    assert not is_currency("eur")
