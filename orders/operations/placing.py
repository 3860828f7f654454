"""The one way in for orders: from the API, from another system's past, from a demo."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor, Via
from core.errors import Conflict, InvalidInput, Problems
from core.events import Entry, record_many
from core.money import allocate, at_rate, included_tax
from finance.operations import Capture, SellerShare, post_captures
from orders.incoming import NewCustomer, NewOrder
from orders.models import Customer, Order, OrderItem, OrderLine, Payment, SellerOrder
from sellers.models import Seller


class NumberTaken(Conflict):
    """The number is there already, and says something else."""

    code = "order_number_taken"


class UnknownSeller(InvalidInput):
    code = "unknown_seller"


@dataclass(frozen=True)
class Placed:
    """What became of one new order. `created` is False when it was there already, unchanged."""

    order: Order
    created: bool


def place_order(new: NewOrder, *, actor: Actor) -> Placed:
    """Take one order in: see `place_orders`."""
    return place_orders([new], actor=actor)[0]


@transaction.atomic
def place_orders(batch: Sequence[NewOrder], *, actor: Actor) -> list[Placed]:
    """Take orders in, all or none, with a handful of statements however many they are.

    Freezes every amount, splits what was captured over lines and sellers, posts the ledger and
    records `order.placed`. The same number with the same content changes nothing. Raises
    NumberTaken for the same number with other content, Problems for unknown sellers.
    """
    sellers = _sellers_of(batch)
    there = {order.number: order for order in Order.objects.filter(number__in=_numbers(batch))}
    new_ones: dict[str, NewOrder] = {}
    for new in batch:
        known = there.get(new.number)
        digest = known.content_digest if known else None
        if earlier := new_ones.get(new.number):
            digest = earlier.digest
        if digest is None:
            new_ones[new.number] = new
        elif digest != new.digest:
            raise NumberTaken(
                _("Order %(number)s is there already, with other content.")
                % {"number": new.number},
                field="number",
            )
    created = {order.number: order for order in _write(list(new_ones.values()), sellers, actor)}
    orders = there | created
    # Of a number that comes twice in one batch, the first one created it.
    fresh = set(created)
    placed = []
    for new in batch:
        placed.append(Placed(orders[new.number], new.number in fresh))
        fresh.discard(new.number)
    return placed


def _numbers(batch: Sequence[NewOrder]) -> list[str]:
    return [new.number for new in batch]


def _sellers_of(batch: Sequence[NewOrder]) -> dict[str, Seller]:
    codes = {line.seller for new in batch for line in new.lines}
    sellers = {seller.code: seller for seller in Seller.objects.filter(code__in=codes)}
    problems = [
        UnknownSeller(
            _("There is no seller with the code %(code)s.") % {"code": line.seller},
            field=f"items/{position}/seller",
        )
        for new in batch
        for position, line in enumerate(new.lines)
        if line.seller not in sellers
    ]
    if problems:
        raise Problems(problems)
    return sellers


def _write(batch: list[NewOrder], sellers: dict[str, Seller], actor: Actor) -> list[Order]:
    if not batch:
        return []
    customers = _customers_of(batch)
    imported = actor.via == Via.IMPORT
    orders = Order.objects.bulk_create(
        _order(new, customers[new.channel, new.customer.external_id], imported) for new in batch
    )
    pairs = list(zip(batch, orders, strict=True))
    parts = SellerOrder.objects.bulk_create(
        part for new, order in pairs for part in _parts(new, order, sellers)
    )
    part_of = {(part.order_id, part.seller_id): part for part in parts}
    lines = OrderLine.objects.bulk_create(
        line for new, order in pairs for line in _lines(new, order, part_of, sellers)
    )
    OrderItem.objects.bulk_create(_whole_item(line) for line in lines)
    Payment.objects.bulk_create(
        Payment(
            order=order,
            position=position,
            method=payment.method,
            installments=payment.installments,
            reference=payment.reference,
            amount=payment.amount,
        )
        for new, order in pairs
        for position, payment in enumerate(new.payments, start=1)
    )
    post_captures(_captures(orders, lines), actor=actor)
    record_many(
        [
            Entry(
                type="order.placed",
                subject=order,
                seq=1,
                data={"total": order.total, "captured": order.captured},
                occurred_at=order.placed_at,
            )
            for order in orders
        ],
        actor=actor,
    )
    return orders


def _customers_of(batch: list[NewOrder]) -> dict[tuple[str, str], Customer]:
    """The customers, made where they are new; what the newest order says of them stands."""
    given = {(new.channel, new.customer.external_id): new.customer for new in batch}
    Customer.objects.bulk_create(
        [_customer(channel, customer) for (channel, _id), customer in sorted(given.items())],
        update_conflicts=True,
        unique_fields=["channel", "external_id"],
        update_fields=["first_name", "last_name", "email", "phone", "language"],
    )
    customers = Customer.objects.filter(
        channel__in={channel for channel, _id in given},
        external_id__in={external_id for _channel, external_id in given},
    )
    return {(customer.channel, customer.external_id): customer for customer in customers}


def _customer(channel: str, new: NewCustomer) -> Customer:
    return Customer(
        channel=channel,
        external_id=new.external_id,
        first_name=new.first_name,
        last_name=new.last_name,
        email=new.email,
        phone=new.phone,
        language=new.language,
    )


def _order(new: NewOrder, customer: Customer, imported: bool) -> Order:
    return Order(
        number=new.number,
        channel=new.channel,
        customer=customer,
        currency=new.currency,
        placed_at=new.placed_at,
        promised_by=new.promised_by,
        **_sums(new.lines),
        captured=new.captured,
        surplus=max(new.captured - new.total, 0),
        shipping_address=new.shipping_address,
        billing_address=new.billing_address,
        imported=imported,
        content_digest=new.digest,
        version=1,
    )


def _sums(lines) -> dict[str, int]:
    return {
        "product_total": sum(line.gross for line in lines),
        "discount": sum(line.discount for line in lines),
        "shipping": sum(line.shipping for line in lines),
        "tax": sum(included_tax(line.total, line.tax_rate) for line in lines),
        "total": sum(line.total for line in lines),
    }


def _parts(new: NewOrder, order: Order, sellers: dict[str, Seller]):
    for code in dict.fromkeys(line.seller for line in new.lines):
        own = [line for line in new.lines if line.seller == code]
        yield SellerOrder(
            order=order,
            seller=sellers[code],
            placed_at=new.placed_at,
            ship_by=min((line.ship_by for line in own if line.ship_by), default=None),
            unit_count=sum(line.quantity for line in own),
            **_sums(own),
        )


def _lines(new: NewOrder, order: Order, part_of: dict, sellers: dict[str, Seller]):
    """The lines; min(captured, total) is spread by largest remainder (product.md §7)."""
    components = [
        amount for line in new.lines for amount in (line.gross - line.discount, line.shipping)
    ]
    captured = allocate(min(new.captured, new.total), components)
    for position, line in enumerate(new.lines, start=1):
        captured_product, captured_shipping = captured[2 * position - 2 : 2 * position]
        seller = sellers[line.seller]
        yield OrderLine(
            order=order,
            seller_order=part_of[order.pk, seller.pk],
            position=position,
            sku=line.sku,
            name=line.name,
            barcode=line.barcode,
            quantity=line.quantity,
            unit_price=line.unit_price,
            gross=line.gross,
            discount=line.discount,
            shipping=line.shipping,
            tax_rate=line.tax_rate,
            tax=included_tax(line.total, line.tax_rate),
            total=line.total,
            captured_product=captured_product,
            captured_shipping=captured_shipping,
            commission_rate=seller.commission_rate,
            commission=at_rate(captured_product, seller.commission_rate),
            ship_by=line.ship_by,
        )


def _whole_item(line: OrderLine) -> OrderItem:
    return OrderItem(
        line=line,
        order_id=line.order_id,
        seller_order_id=line.seller_order_id,
        seller_id=line.seller_order.seller_id,
        number=f"{line.position}.1",
        first_unit=0,
        last_unit=line.quantity,
        captured_product=line.captured_product,
        captured_shipping=line.captured_shipping,
        commission=line.commission,
    )


def _captures(orders: list[Order], lines: list[OrderLine]) -> list[Capture]:
    shares: dict[int, dict[int, list[int]]] = {}
    for line in lines:
        of_order = shares.setdefault(line.order_id, {})
        captured, commission = of_order.get(line.seller_order.seller_id, (0, 0))
        of_order[line.seller_order.seller_id] = [
            captured + line.captured_product + line.captured_shipping,
            commission + line.commission,
        ]
    return [
        Capture(
            order_id=order.pk,
            currency=order.currency,
            occurred_at=order.placed_at,
            surplus=order.surplus,
            shares=[
                SellerShare(seller_id=seller_id, captured=captured, commission=commission)
                for seller_id, (captured, commission) in shares[order.pk].items()
            ],
        )
        for order in orders
    ]
