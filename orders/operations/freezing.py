"""The rows of a new order, every amount frozen for good (product.md §7). Writes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.money import allocate, at_rate, included_tax
from finance.operations import Capture, SellerShare
from orders.incoming import NewLine, NewOrder
from orders.models import Customer, Order, OrderItem, OrderLine, Payment, SellerOrder
from sellers.models import Seller


def order_row(new: NewOrder, customer: Customer, *, imported: bool) -> Order:
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


def seller_order_rows(
    new: NewOrder, order: Order, sellers: dict[str, Seller]
) -> Iterator[SellerOrder]:
    """One part per seller, in the order in which the lines name them."""
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


def line_rows(
    new: NewOrder, order: Order, part_of: dict[tuple[int, int], SellerOrder], sellers: dict
) -> Iterator[OrderLine]:
    """The lines; min(captured, total) is spread over them by largest remainder."""
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
            category=line.category,
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


def whole_item(line: OrderLine) -> OrderItem:
    """All units of a line, in the first status."""
    return OrderItem(
        line=line,
        order_id=line.order_id,
        seller_order=line.seller_order,
        seller_id=line.seller_order.seller_id,
        number=f"{line.position}.1",
        first_unit=0,
        last_unit=line.quantity,
        captured_product=line.captured_product,
        captured_shipping=line.captured_shipping,
        commission=line.commission,
    )


def payment_rows(new: NewOrder, order: Order) -> Iterator[Payment]:
    for position, payment in enumerate(new.payments, start=1):
        yield Payment(
            order=order,
            position=position,
            method=payment.method,
            installments=payment.installments,
            reference=payment.reference,
            amount=payment.amount,
        )


def captures(
    orders: Sequence[Order], lines: Iterable[OrderLine], credit: Mapping[int, int] | None = None
) -> list[Capture]:
    """What the ledger is told: per order, what was captured for each seller and the commission.

    credit: {order's pk: what of it was paid with store credit}; nothing, if not said
    """
    shares: dict[int, dict[int, tuple[int, int]]] = {order.pk: {} for order in orders}
    for line in lines:
        of_order = shares[line.order_id]
        seller_id = line.seller_order.seller_id
        captured, commission = of_order.get(seller_id, (0, 0))
        of_order[seller_id] = (
            captured + line.captured_product + line.captured_shipping,
            commission + line.commission,
        )
    return [
        Capture(
            order_id=order.pk,
            currency=order.currency,
            occurred_at=order.placed_at,
            surplus=order.surplus,
            store_credit=(credit or {}).get(order.pk, 0),
            customer_id=order.customer_id,
            shares=[
                SellerShare(seller_id=seller_id, captured=captured, commission=commission)
                for seller_id, (captured, commission) in shares[order.pk].items()
            ],
        )
        for order in orders
    ]


def _sums(lines: Sequence[NewLine]) -> dict[str, int]:
    return {
        "product_total": sum(line.gross for line in lines),
        "discount": sum(line.discount for line in lines),
        "shipping": sum(line.shipping for line in lines),
        "tax": sum(included_tax(line.total, line.tax_rate) for line in lines),
        "total": sum(line.total for line in lines),
    }
