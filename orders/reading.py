"""One order with all that the API answers of it, in one statement.

Scope is the ORM's: `visible_to` says whether there is an order. Its parts follow the same rule, by
hand: a seller reads the rows with their `seller_id` (the SELLER_PATH of all of them), others all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from core.actors import Actor, Role
from core.statements import fetched_one, visible

# Few joins: PostgreSQL takes longer to plan this than to run it, so names that another list has
# already (a seller's code, a request's number) are looked up there.
_STATEMENT = """
    SELECT purchase.id, purchase.version, purchase.number, purchase.channel, purchase.status,
           purchase.currency, purchase.placed_at, purchase.updated_at, purchase.promised_by,
           purchase.product_total, purchase.discount, purchase.shipping, purchase.tax,
           purchase.total, purchase.captured, purchase.surplus,
           purchase.shipping_address::text, purchase.billing_address::text,
           (SELECT ARRAY[customer.first_name, customer.last_name, customer.email, customer.phone]
            FROM orders_customer customer WHERE customer.id = purchase.customer_id),
           (SELECT json_agg(json_build_object(
                'id', part.id, 'code', seller.code, 'name', seller.name, 'status', part.status,
                'units', part.unit_count, 'ship_by', part.ship_by,
                'updated_at', part.updated_at, 'product_total', part.product_total,
                'discount', part.discount, 'shipping', part.shipping, 'tax', part.tax,
                'total', part.total) ORDER BY part.id)::text
            FROM orders_sellerorder part JOIN sellers_seller seller ON seller.id = part.seller_id
            WHERE part.order_id = purchase.id AND {mine}),
           (SELECT json_agg(json_build_object(
                'number', part.number, 'status', part.status, 'first_unit', part.first_unit,
                'last_unit', part.last_unit, 'open_case_id', part.open_case_id,
                'part_id', part.seller_order_id, 'line', line.position,
                'sku', line.sku, 'name', line.name, 'barcode', line.barcode,
                'quantity', line.quantity, 'unit_price', line.unit_price, 'gross', line.gross,
                'discount', line.discount, 'shipping', line.shipping,
                'tax_rate', line.tax_rate::text, 'tax', line.tax, 'total', line.total,
                'ship_by', line.ship_by) ORDER BY line.position, part.first_unit)::text
            FROM orders_orderitem part JOIN orders_orderline line ON line.id = part.line_id
            WHERE part.order_id = purchase.id AND {mine}),
           (SELECT json_agg(part.number ORDER BY part.id)::text
            FROM packages_package part WHERE part.order_id = purchase.id AND {mine}),
           (SELECT json_agg(json_build_object(
                'id', part.id, 'number', part.number, 'kind', part.kind, 'status', part.status,
                'origin', part.origin, 'opened_at', part.opened_at, 'due_at', part.due_at,
                'decided_at', part.decided_at) ORDER BY part.id DESC)::text
            FROM orders_case part WHERE part.order_id = purchase.id AND {mine}),
           (SELECT json_agg(json_build_object(
                'method', payment.method, 'installments', payment.installments,
                'amount', payment.amount, 'refund_reserved', payment.refund_reserved)
                ORDER BY payment.position)::text
            FROM orders_payment payment
            WHERE payment.order_id = purchase.id AND {payments})
    FROM ({{found}}) AS purchase
"""
# A seller reads their own part and no payments.
_OF_ALL = _STATEMENT.format(mine="true", payments="true")
_OF_SELLER = _STATEMENT.format(mine="part.seller_id = %s", payments="false")
_TIMES_MINE = _OF_SELLER.count("part.seller_id = %s")


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """What one reader may see of an order. Amounts are minor units of `currency`; moments within
    the lists are ISO 8601. `items` are in the order of their lines, each with its line's words."""

    actor: Actor
    pk: int
    version: int
    number: str
    channel: str
    status: str
    currency: str
    placed_at: datetime
    updated_at: datetime
    promised_by: datetime | None
    product_total: int
    discount: int
    shipping: int
    tax: int
    total: int
    captured: int
    surplus: int
    shipping_address: dict[str, str]
    billing_address: dict[str, str]
    first_name: str
    last_name: str
    email: str
    phone: str
    parts: list[dict[str, Any]]
    items: list[dict[str, Any]]
    packages: list[str]
    requests: list[dict[str, Any]]
    payments: list[dict[str, Any]]

    @property
    def is_for_seller(self) -> bool:
        return self.actor.role is Role.SELLER


def whole_order(actor: Actor, number: str) -> WholeOrder | None:
    """The order with this number as the actor may see it; None where it is out of their scope."""
    from orders.models import Order

    columns = [field.attname for field in Order._meta.concrete_fields]
    chosen = visible(Order, actor, columns, number=number)
    if chosen is None:
        return None
    found, values = chosen
    if actor.role is Role.SELLER:
        statement, mine = _OF_SELLER, (actor.seller_id,) * _TIMES_MINE
    else:
        statement, mine = _OF_ALL, ()
    row = fetched_one(statement.format(found=found), (*mine, *values), often=True)
    if row is None:
        return None
    facts, addresses, customer, lists = row[:16], row[16:18], row[18], row[19:]
    return WholeOrder(
        actor,
        *facts,
        *(orjson.loads(address) for address in addresses),
        *customer,
        *(orjson.loads(found_list or "[]") for found_list in lists),
    )
