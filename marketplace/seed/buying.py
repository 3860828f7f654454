"""What people buy: orders as they come in, and their rows as the product freezes them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random

from core.actors import IMPORTER, Actor
from finance.operations import postings_of
from marketplace.seed.catalogue import Catalogue
from marketplace.seed.people import ORDERS_EACH, Country, Person, customer_of
from marketplace.seed.sheets import Sheets
from marketplace.seed.times import Rhythm
from orders.incoming import NewLine, NewOrder, NewPayment
from orders.models import Customer, Order, OrderItem, Payment, SellerOrder
from orders.operations import freezing

SELLERS = ((1, 2, 3), (85, 97, 100))
LINES = ((1, 2, 3, 4, 5), (58, 82, 92, 97, 100))
QUANTITIES = ((1, 2, 3, 4, 6, 12), (78, 91, 95, 97, 99, 100))
# So many minor units for one of the catalogue's, which are about euro cents.
PRICES = {"JPY": Decimal("1.6"), "KWD": Decimal("3.4")}
FREE_SHIPPING = 5_000
SHIP_WITHIN = timedelta(days=3)
BUYER = Customer()  # only its key is read; a new one each time would take as long as an order


@dataclass
class PartRows:
    """One seller's part of an order; `items` may be split later."""

    seller_order: SellerOrder
    items: list[OrderItem]


@dataclass
class OrderRows:
    """An order just placed, with everything that hangs on it."""

    order: Order
    parts: list[PartRows]
    payments: list[Payment]
    live: bool
    promised: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by payment id

    @property
    def placed_at(self) -> datetime:
        return self.order.placed_at


def buy(sheets: Sheets, rhythm: Rhythm, n: int, random: Random) -> OrderRows:
    """Place the n-th order: rows, ledger and `order.placed`, as `place_orders` writes them."""
    shape = sheets.shape
    placed_at = rhythm.placed_at(n, random.random())
    person = Person(customer_of(n, random.random()), shape.seed)
    new = _new_order(sheets.cast.catalogue, person, n, placed_at, random)
    if n % ORDERS_EACH == 0:
        sheets.add(person.row(new.customer))
    live = placed_at >= shape.live_since
    return _place(sheets, new, person, n, live=live)


def _new_order(
    catalogue: Catalogue, person: Person, n: int, placed_at: datetime, random: Random
) -> NewOrder:
    number = f"MK-{n * 13 + random.randrange(13):09d}"
    lines = _lines(catalogue, person.country, placed_at, random)
    return NewOrder(
        number=number,
        channel=person.channel,
        placed_at=placed_at,
        currency=person.country.currency,
        customer=person.told(),
        lines=lines,
        payments=_payments(number, sum(line.total for line in lines), random),
        shipping_address=person.address(),
        billing_address=person.billing(),
        promised_by=placed_at + timedelta(days=8),
        digest=sha256(number.encode()).hexdigest(),
    )


def _lines(
    catalogue: Catalogue, country: Country, placed_at: datetime, random: Random
) -> tuple[NewLine, ...]:
    sellers = catalogue.some_sellers(random, _drawn(SELLERS, random))
    count = max(len(sellers), _drawn(LINES, random))
    reduced = random.choice((5, 10, 10, 20)) if random.random() < 0.18 else 0
    factor = PRICES.get(country.currency, 1)
    lines = []
    for position in range(count):
        seller = sellers[position % len(sellers)]
        product = catalogue.product_of(seller, random)
        quantity = _drawn(QUANTITIES, random)
        price = int(product.price * factor)
        gross = quantity * price
        first_of_seller = position < len(sellers)
        ships_free = gross >= FREE_SHIPPING * factor
        lines.append(
            NewLine(
                sku=product.sku,
                name=product.name,
                seller=seller.code,
                quantity=quantity,
                unit_price=price,
                discount=gross * reduced // 100,
                shipping=int(490 * factor) if first_of_seller and not ships_free else 0,
                tax_rate=Decimal(country.tax_rate),
                barcode=product.barcode,
                ship_by=placed_at + SHIP_WITHIN,
            )
        )
    return tuple(lines)


def _payments(number: str, total: int, random: Random) -> tuple[NewPayment, ...]:
    """Mostly one card for the total; now and then with a voucher, interest, or not all of it."""
    luck, captured = random.random(), total
    installments = 1
    if luck < 0.012:  # the bank's interest is captured, too
        captured, installments = total + total * 3 // 100 + 1, 6
    elif luck > 0.994:
        captured = total * 9 // 10
    method = random.choice(("credit_card", "credit_card", "debit_card", "wallet", "transfer"))
    voucher = min(captured // 2, 2_500) if random.random() < 0.05 else 0
    payments = [NewPayment(method, captured - voucher, installments, f"pay-{number}-1")]
    if voucher:
        payments.append(NewPayment("voucher", voucher, 1, f"pay-{number}-2"))
    return tuple(payments)


def _place(sheets: Sheets, new: NewOrder, person: Person, n: int, *, live: bool) -> OrderRows:
    cast, sellers = sheets.cast, sheets.cast.catalogue.by_code
    BUYER.pk = person.pk
    order = freezing.order_row(new, BUYER, imported=not live)
    order.pk, order.version, order.updated_at = n + 1, 0, new.placed_at
    sheets.add(order)
    parts = {}
    for part in freezing.seller_order_rows(new, order, sellers):
        part.updated_at = new.placed_at
        parts[order.pk, part.seller_id] = sheets.add(part)
    rows = {part.pk: PartRows(part, []) for part in parts.values()}
    lines = []
    for line in freezing.line_rows(new, order, parts, sellers):
        lines.append(sheets.add(line))
        item = freezing.whole_item(line)
        item.updated_at = new.placed_at
        rows[line.seller_order_id].items.append(sheets.add(item))
    payments = [sheets.add(payment) for payment in freezing.payment_rows(new, order)]
    actor: Actor = cast.owners_program if live else IMPORTER
    posted_at = new.placed_at if live else sheets.shape.now
    for capture in freezing.captures([order], lines):
        sheets.post(postings_of(capture), posted_at)
    sheets.tell(
        order, "order.placed", actor, new.placed_at, total=order.total, captured=order.captured
    )
    return OrderRows(order, list(rows.values()), payments, live)


def _drawn(chances: tuple[tuple[int, ...], tuple[int, ...]], random: Random) -> int:
    values, cumulated = chances
    return random.choices(values, cum_weights=cumulated)[0]
