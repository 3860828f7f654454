"""Random orders, paid back by any sequence of cancels, returns, fees, deductions and decisions.

Pure arithmetic by the product's own functions, like `proration`: `plan_refund` cancels,
`plan_return` returns, `commission_kept` deducts, `spread_over_payments` says where it goes back.
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat

RATES = [Decimal(rate) for rate in ("0", "0.05", "0.1", "0.333", "1")]


def check_orders(count: int, seed: str) -> int:
    """`count` random orders of this seed; raises AssertionError where a sum is off."""
    dice = random.Random(seed)
    for _order in repeat(None, count):
        check_order(dice)
    return count


@dataclass
class Purse:
    """What an item has, and what was paid back of it so far."""

    item: object
    paid: object
    taken: int = 0  # the units of it that exchanges have paid back, from its first one on
    cancelled: bool = False


@dataclass
class Book:
    """An order's purses and payments, as they stand."""

    purses: list[Purse] = field(default_factory=list)
    payments: list = field(default_factory=list)
    captured: list[int] = field(default_factory=list)  # per payment
    paid: int = 0

    def pay(self, planned) -> None:
        """Hold a plan to what is exact for every plan, and pay it."""
        from refunds.planning import spread_over_payments

        assert planned.total >= 0
        spread = spread_over_payments(planned.total, self.payments, {})
        assert sum(amount for _at, amount in spread) == planned.total
        for at, amount in spread:
            self.payments[at].amount -= amount
            assert self.payments[at].amount >= 0
        self.paid += planned.total
        for purse in self.purses:
            own = [line for line in planned.lines if line.item_id == purse.item.pk]
            self._book(purse, own)

    def _book(self, purse: Purse, lines: list) -> None:
        from refunds.returning import PaidBefore

        giving = {line.component: line for line in lines}
        assert len(giving) == len(lines), "one line per item and component"
        for line in lines:
            if line.component in ("product", "shipping"):
                kept = line.discount + line.uncaptured + line.refunded_before
                assert line.amount == line.gross - kept
                assert line.amount >= 0
            else:
                assert line.amount < 0
                assert line.reason, "whoever gets less reads why"
        shipping = sum(line.amount for line in lines if line.component == "shipping")
        product = sum(line.amount for line in lines) - shipping
        assert product >= 0, "fees never exceed the product amount of their item"
        purse.paid = PaidBefore(
            purse.paid.product + product,
            purse.paid.shipping + shipping,
            purse.paid.commission + sum(line.commission for line in lines),
        )
        hold(purse)


def hold(purse: Purse) -> None:
    item, paid = purse.item, purse.paid
    assert 0 <= paid.product <= item.captured_product, "never more than was allocated"
    assert 0 <= paid.shipping <= item.captured_shipping
    captured = item.captured_product
    exact = item.commission * paid.product // captured if captured else 0
    assert paid.commission == exact, "commission comes back in proportion, exactly"


def check_order(dice: random.Random) -> None:
    """Cut and pay back at random; then pay back all that is left: nothing is lost, nor made."""
    from orders.models import Payment
    from tests.proofs.proration import freeze

    new, lines = freeze(dice)
    due = min(new.captured, new.total)
    book = Book(
        payments=[
            Payment(pk=at, position=at, method=payment.method, amount=payment.amount)
            for at, payment in enumerate(new.payments)
        ],
        captured=[payment.amount for payment in new.payments],
    )
    for line in lines:
        book.purses += _cut(line, dice, len(book.purses))
    for _act in repeat(None, dice.randint(1, 5)):
        _act_at_random(book, dice)
    assert book.paid <= due
    book.pay(_all_that_is_left(book))
    assert book.paid == due, "whatever the way, it sums to what was captured"
    for purse in book.purses:
        assert purse.paid.commission == purse.item.commission
    assert sum(payment.amount for payment in book.payments) == new.captured - due


def _cut(line, dice: random.Random, first_pk: int) -> list[Purse]:
    from orders.models import OrderItem
    from refunds.returning import PaidBefore

    cuts = sorted(dice.sample(range(1, line.quantity), dice.randint(0, line.quantity - 1)))
    ranges = zip([0, *cuts], [*cuts, line.quantity], strict=True)
    return [
        Purse(
            OrderItem(
                pk=first_pk + number,
                line=line,
                first_unit=first,
                last_unit=last,
                **line.shares_of(first, last),
            ),
            PaidBefore(),
        )
        for number, (first, last) in enumerate(ranges, start=1)
    ]


def _act_at_random(book: Book, dice: random.Random) -> None:
    """A cancellation, a return of some items with fees, or units of an exchange given back."""
    from refunds.planning import plan_refund
    from refunds.returning import plan_return

    chosen = dice.sample(book.purses, dice.randint(1, min(3, len(book.purses))))
    fresh = [one for one in chosen if not (one.paid.product or one.paid.shipping or one.taken)]
    if fresh and dice.random() < 0.3:
        book.pay(plan_refund([one.item for one in fresh]))
        return
    shares = [_claim(one, dice) for one in chosen]
    fee = dice.choice((0, 0, dice.randint(1, 2_000)))
    planned = plan_return(shares, return_shipping=fee)
    kept = sum(line.amount for line in planned.lines if line.component == "return_shipping")
    assert -fee <= kept <= 0, "the way back is paid once"
    book.pay(planned)
    for one in chosen:
        if dice.random() < 0.3:
            _deduct(book, one, planned, dice)


def _claim(purse: Purse, dice: random.Random):
    """All of the item or the next units of it; an agreed amount, or fees and a deduction."""
    from refunds.returning import Claim, Share

    item = purse.item
    first, last = item.first_unit, item.last_unit
    if dice.random() < 0.3 and purse.taken < last - first:
        first += purse.taken
        last = dice.randint(first + 1, last)
        purse.taken += last - first
    units = Share(item, first, last, purse.paid)
    product = item.line.shares_of(first, last)["captured_product"]
    product = min(product, item.captured_product - purse.paid.product)
    shipping = min(
        units.of(item.line.captured_shipping), item.captured_shipping - purse.paid.shipping
    )
    if dice.random() < 0.4:
        agreed = dice.randint(0, product + shipping)
        return Claim(item, agreed=agreed, why="Agreed."), units
    claim = Claim(
        item,
        restocking_rate=dice.choice(RATES),
        pays_return_shipping=dice.random() < 0.5,
        deduction=dice.choice((0, dice.randint(0, product))),
        why="Scratched.",
    )
    return claim, units


def _deduct(book: Book, purse: Purse, planned, dice: random.Random) -> None:
    """An inspection keeps something of what the plan would have paid: it never left."""
    from dataclasses import replace

    from refunds.returning import commission_kept

    own = [line for line in planned.lines if line.item_id == purse.item.pk]
    left = sum(line.amount for line in own if line.component != "shipping")
    amount = dice.randint(0, left)
    if not amount:
        return
    commission = commission_kept(purse.item, purse.paid, amount)
    purse.paid = replace(
        purse.paid,
        product=purse.paid.product - amount,
        commission=purse.paid.commission - commission,
    )
    hold(purse)
    book.paid -= amount
    for payment, captured in zip(book.payments, book.captured, strict=True):
        back = min(amount, captured - payment.amount)
        payment.amount += back
        amount -= back
    assert amount == 0


def _all_that_is_left(book: Book):
    from refunds.returning import Claim, Share, plan_return

    return plan_return(
        [
            (
                Claim(one.item),
                Share(one.item, one.item.first_unit, one.item.last_unit, one.paid),
            )
            for one in book.purses
        ]
    )
