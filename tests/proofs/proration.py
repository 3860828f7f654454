"""Random orders, frozen, split and paid back in parts: exact to the cent, whatever the way.

Pure arithmetic by the product's own functions: `freezing.line_rows` freezes what was captured,
`OrderLine.shares_of` splits, `plan_refund` plans, `spread_over_payments` says where it goes back.
`paybacks` does the same with returns, fees and deductions. Nothing is written anywhere.
"""

import os
import random
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import repeat

from tests.proofs import paybacks

CHUNK = 5_000
RATES = [Decimal(rate) for rate in ("0", "0.05", "0.12", "0.155", "0.3")]
CURRENCIES = [("JPY", 10**4), ("EUR", 10**6), ("KWD", 10**7)]  # 0, 2 and 3 decimals
SHARES = ("captured_product", "captured_shipping", "commission")


def prove_proration(count: int, seed: int, processes: int | None = None) -> int:
    """Check `count` random orders in chunks; returns how many. Raises AssertionError."""
    return _in_chunks(check_orders, count, seed, processes)


def prove_paybacks(count: int, seed: int, processes: int | None = None) -> int:
    """The same with any sequence of cancels, returns, fees, deductions and partial refunds."""
    return _in_chunks(paybacks.check_orders, count, seed, processes)


def _in_chunks(check, count: int, seed: int, processes: int | None) -> int:
    chunks = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    seeds = [f"{seed}/{number}" for number in range(len(chunks))]
    with ProcessPoolExecutor(processes or os.cpu_count(), initializer=_set_up) as pool:
        return sum(pool.map(check, chunks, seeds))


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()


def check_orders(count: int, seed: str) -> int:
    """`count` random orders of this seed, each held to what must be exact."""
    dice = random.Random(seed)
    for _order in repeat(None, count):
        check_order(dice)
    return count


def check_order(dice: random.Random) -> None:
    from orders.models import Payment

    new, lines = freeze(dice)
    due = min(new.captured, new.total)
    parts = [(line.gross - line.discount, line.shipping) for line in lines]
    frozen = [(line.captured_product, line.captured_shipping) for line in lines]
    assert sum(map(sum, frozen)) == due, "frozen parts sum to what was captured"
    for owed, kept in zip(sum(parts, ()), sum(frozen, ()), strict=True):
        assert 0 <= kept <= owed
        # No part is off by a unit or more from its exact share.
        assert abs(kept * new.total - due * owed) < max(new.total, 1)
    payments = [
        Payment(pk=at, position=at, method=payment.method, amount=payment.amount)
        for at, payment in enumerate(new.payments)
    ]
    refunded = sum(_check_line(line, dice, payments) for line in lines)
    assert refunded == due, "any sequence of partial refunds sums to what was captured"
    assert sum(payment.amount for payment in payments) == new.captured - due, "a surplus stays"


def freeze(dice: random.Random):
    """An order in memory: one to three lines, captured in full, in part, or with a surplus."""
    from orders.incoming import NewCustomer, NewLine, NewOrder, NewPayment
    from orders.models import Order, SellerOrder
    from orders.operations import freezing
    from sellers.models import Seller

    currency, dearest = dice.choice(CURRENCIES)
    new_lines = []
    for _line in range(dice.randint(1, 3)):
        quantity, price = dice.randint(1, 12), dice.randrange(dice.choice((100, dearest)))
        discount = dice.randint(0, quantity * price) if dice.random() < 0.3 else 0
        shipping = dice.randrange(3000)
        new_lines.append(
            NewLine("SKU", "Mug", "s", quantity, price, discount=discount, shipping=shipping)
        )
    total = sum(line.total for line in new_lines)
    captured = dice.choice((total, total, total + dice.randrange(500), dice.randint(0, total)))
    voucher = dice.randint(0, captured) if dice.random() < 0.3 else 0
    new = NewOrder(
        number="1",
        channel="web",
        placed_at=None,
        currency=currency,
        customer=NewCustomer("c"),
        lines=tuple(new_lines),
        payments=(NewPayment("card", captured - voucher), NewPayment("voucher", voucher)),
    )
    seller = Seller(pk=1, code="s", commission_rate=dice.choice(RATES))
    part = SellerOrder(pk=1, seller=seller)
    return new, list(freezing.line_rows(new, Order(pk=1), {(1, 1): part}, {"s": seller}))


def _check_line(line, dice: random.Random, payments: list) -> int:
    """Cut the line at random, pay back piece by piece; returns what came back."""
    from orders.models import OrderItem
    from refunds.planning import plan_refund, spread_over_payments

    cuts = sorted(dice.sample(range(1, line.quantity), dice.randint(0, line.quantity - 1)))
    ranges = list(zip([0, *cuts], [*cuts, line.quantity], strict=True))
    dice.shuffle(ranges)
    sums = dict.fromkeys(SHARES, 0)
    refunded = commission = 0
    for first, last in ranges:
        shares = line.shares_of(first, last)
        for name, amount in shares.items():
            sums[name] += amount
            exact = getattr(line, name) * (last - first)
            # Commission is cut along the captured cents, which are themselves cut along the units.
            off = 2 if name == "commission" else 1
            assert abs(amount * line.quantity - exact) < off * line.quantity
        item = OrderItem(pk=1, line=line, first_unit=first, last_unit=last, **shares)
        plan = plan_refund([item])
        assert plan.total == shares["captured_product"] + shares["captured_shipping"]
        assert all(one.amount >= 0 for one in plan.lines)
        for at, amount in spread_over_payments(plan.total, payments, {}):
            payments[at].amount -= amount
        refunded += plan.total
        commission += plan.commission
    assert sums == {name: getattr(line, name) for name in SHARES}, "shares sum to the line"
    assert commission == line.commission, "all commission comes back, and no more"
    return refunded
