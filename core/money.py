"""Money is a whole number of minor units and an ISO 4217 code. No floats, no rounding twice."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from moneyed import CURRENCIES
from moneyed.classes import CurrencyDoesNotExist, get_currency


class MinorUnits(models.BigIntegerField):
    """An amount in minor units (cents) of the currency its row or order names."""


def currency_exponent(code: str) -> int:
    """How many decimals a currency has: JPY 0, EUR 2, KWD 3."""
    sub_unit = get_currency(code).sub_unit
    return len(str(sub_unit)) - 1


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 code that we know."""
    try:
        get_currency(code)
    except CurrencyDoesNotExist:
        return False
    return code in CURRENCIES


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights`, and lose nothing.

    Every share is rounded down; the left-over units go to the largest remainders (the first one
    on a tie). All weights 0 is only possible for amount 0.
    """
    if amount < 0 or any(weight < 0 for weight in weights):
        raise ValueError("Only amounts and weights of zero or more can be allocated.")
    if amount == 0:
        return [0] * len(weights)
    total = sum(weights)
    if total == 0:
        raise ValueError("Nothing to allocate the amount to: all weights are 0.")
    shares = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    largest_first = sorted(range(len(weights)), key=lambda i: remainders[i], reverse=True)
    for i in largest_first[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def share(amount: int, quantity: int, first: int, last: int) -> int:
    """The part of `amount`, which belongs to `quantity` units, that units [first, last) carry.

    Does not depend on the path of splits, and contiguous parts always sum to the whole
    (product.md §2): `A·last//Q − A·first//Q`.
    """
    if not 0 <= first <= last <= quantity:
        raise ValueError(f"Units [{first}, {last}) are not within a line of {quantity}.")
    return amount * last // quantity - amount * first // quantity


def at_rate(amount: int, rate: Decimal) -> int:
    """`amount` × `rate` in whole minor units, halves up (commission, tax)."""
    return int((Decimal(amount) * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def included_tax(amount: int, rate: Decimal) -> int:
    """The tax inside a price that includes it."""
    if not rate:
        return 0
    return int((Decimal(amount) * rate / (1 + rate)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
