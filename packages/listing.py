"""Rows of the Packages lists with all that a list shows of them, in one statement.

Like `orders.listing`: the queryset says which rows, what is shown of them is a statement written
by hand around it, because PostgreSQL answers it sooner than the ORM would have built it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from core.statements import RowsAround, fetched

_CHOSEN = "WITH chosen AS (SELECT id, row_number() OVER () AS place FROM ({chosen}) AS chosen(id))"
# What is inside; of a cancelled package, what was. `left` are pieces that were cancelled after
# packing: somebody has to take them out. `request` is a cancellation that waits for an answer.
_PACKAGES = """
    SELECT shown.id, shown.number, shown.status, shown.created_at, shown.ship_by,
           shown.shipped_at, shown.delivered_at, shown.expected_at, shown.other_carrier,
           shown.tracking_number, shown.invoice_number, purchase.number, purchase.placed_at,
           purchase.shipping_address ->> 'name', purchase.shipping_address ->> 'city',
           purchase.shipping_address ->> 'country',
           customer.first_name, customer.last_name, customer.email, seller.name,
           company.name, option.name, option.code, option.tracking_url, contents.told::text
    FROM chosen
    JOIN packages_package shown ON shown.id = chosen.id
    JOIN orders_order purchase ON purchase.id = shown.order_id
    JOIN orders_customer customer ON customer.id = purchase.customer_id
    JOIN sellers_seller seller ON seller.id = shown.seller_id
    LEFT JOIN sellers_deliveryoption option ON option.id = shown.delivery_option_id
    LEFT JOIN sellers_shippingcompany company ON company.id = option.company_id
    LEFT JOIN (
        SELECT content.package_id, json_agg(json_build_object(
            'name', line.name, 'units', item.last_unit - item.first_unit,
            'left', content.removed_at IS NOT NULL, 'status', item.status,
            'request', asked.number, 'due_at', asked.due_at, 'opened_at', asked.opened_at)
            ORDER BY line.position, item.first_unit) AS told
        FROM packages_packageitem content
        JOIN orders_orderitem item ON item.id = content.item_id
        JOIN orders_orderline line ON line.id = item.line_id
        LEFT JOIN orders_case asked ON asked.id = item.open_case_id AND asked.kind = 'cancel'
        WHERE content.package_id = ANY (ARRAY(SELECT id FROM chosen))
          AND (content.removed_at IS NULL OR item.status = 'cancelled')
        GROUP BY 1
    ) AS contents ON contents.package_id = chosen.id
    ORDER BY chosen.place
"""
_TO_PACK = """
    SELECT shown.id, purchase.number, purchase.placed_at, shown.ship_by,
           purchase.shipping_address ->> 'name', purchase.shipping_address ->> 'city',
           purchase.shipping_address ->> 'country',
           customer.first_name, customer.last_name, customer.email, seller.name, seller.code,
           waiting.told::text
    FROM chosen
    JOIN orders_sellerorder shown ON shown.id = chosen.id
    JOIN orders_order purchase ON purchase.id = shown.order_id
    JOIN orders_customer customer ON customer.id = purchase.customer_id
    JOIN sellers_seller seller ON seller.id = shown.seller_id
    LEFT JOIN (
        SELECT item.seller_order_id, json_agg(json_build_object(
            'name', line.name, 'sku', line.sku, 'units', item.last_unit - item.first_unit,
            'left', false, 'status', item.status,
            'request', asked.number, 'due_at', asked.due_at, 'opened_at', asked.opened_at)
            ORDER BY line.position, item.first_unit) AS told
        FROM orders_orderitem item
        JOIN orders_orderline line ON line.id = item.line_id
        LEFT JOIN orders_case asked ON asked.id = item.open_case_id AND asked.kind = 'cancel'
        WHERE item.seller_order_id = ANY (ARRAY(SELECT id FROM chosen))
          AND item.status = 'waiting_packaging'
        GROUP BY 1
    ) AS waiting ON waiting.seller_order_id = chosen.id
    ORDER BY chosen.place
"""
# As programs are told of a package.
_ANSWERED = """
    SELECT shown.id, shown.updated_at, shown.number, shown.status, shown.ship_by,
           shown.expected_at, shown.created_at, shown.shipped_at, shown.delivered_at,
           shown.other_carrier, shown.tracking_number, shown.invoice_number, shown.invoice_date,
           shown.invoice_link, shown.invoice_file, purchase.number, seller.code, seller.name,
           option.code, option.tracking_url, company.name, contents.told::text
    FROM chosen
    JOIN packages_package shown ON shown.id = chosen.id
    JOIN orders_order purchase ON purchase.id = shown.order_id
    JOIN sellers_seller seller ON seller.id = shown.seller_id
    LEFT JOIN sellers_deliveryoption option ON option.id = shown.delivery_option_id
    LEFT JOIN sellers_shippingcompany company ON company.id = option.company_id
    LEFT JOIN (
        SELECT content.package_id, json_agg(json_build_object(
            'item', item.number, 'sku', line.sku, 'name', line.name,
            'quantity', item.last_unit - item.first_unit, 'status', item.status)
            ORDER BY line.position, item.first_unit) AS told
        FROM packages_packageitem content
        JOIN orders_orderitem item ON item.id = content.item_id
        JOIN orders_orderline line ON line.id = item.line_id
        WHERE content.package_id = ANY (ARRAY(SELECT id FROM chosen))
          AND content.removed_at IS NULL
        GROUP BY 1
    ) AS contents ON contents.package_id = chosen.id
    ORDER BY chosen.place
"""


class PackageRow(NamedTuple):
    """A row of the Packages lists. Moments inside `contents` are ISO 8601."""

    id: int
    number: str
    status: str
    created_at: datetime | None
    ship_by: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    expected_at: datetime | None
    other_carrier: str
    tracking_number: str
    invoice_number: str
    order: str
    placed_at: datetime
    ship_to: str | None
    city: str | None
    country: str | None
    first_name: str
    last_name: str
    email: str
    seller: str
    company: str | None
    option: str | None
    option_code: str | None
    tracking_url: str | None
    contents: list[dict[str, Any]]


class ToPackRow(NamedTuple):
    """A part of an order with something that waits for packaging."""

    id: int
    number: str
    placed_at: datetime
    ship_by: datetime | None
    ship_to: str | None
    city: str | None
    country: str | None
    first_name: str
    last_name: str
    email: str
    seller: str
    seller_code: str
    contents: list[dict[str, Any]]


class AnsweredPackage(NamedTuple):
    """A package as programs are told of it; `contents` is JSON already."""

    id: int
    updated_at: datetime
    number: str
    status: str
    ship_by: datetime | None
    expected_at: datetime | None
    created_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    other_carrier: str
    tracking_number: str
    invoice_number: str
    invoice_date: date | None
    invoice_link: str
    invoice_file: str
    order: str
    seller_code: str
    seller: str
    option_code: str | None
    tracking_url: str | None
    company: str | None
    contents: str


class _Rows(RowsAround):
    statement: str
    row: Any
    read: Any = staticmethod(orjson.loads)  # what becomes of the contents

    @classmethod
    def around(cls, model, chosen, values, *, often=False) -> Iterator[Any]:
        statement = (_CHOSEN + cls.statement).format(chosen=chosen)
        for *facts, contents in fetched(statement, values, often=often):
            yield cls.row(*facts, cls.read(contents or "[]"))


class PackageRows(_Rows):
    """How a queryset of packages gives its rows as `PackageRow`."""

    statement = _PACKAGES
    row = PackageRow


class ToPackRows(_Rows):
    """How a queryset of seller orders gives its rows as `ToPackRow`."""

    statement = _TO_PACK
    row = ToPackRow


class AnsweredPackages(_Rows):
    """How a queryset of packages gives its rows as `AnsweredPackage`."""

    statement = _ANSWERED
    row = AnsweredPackage
    read = staticmethod(str)


def to_pack(seller_orders):
    """Of these seller orders those with items that wait for packaging, as `ToPackRow`s.

    The least advanced item names a seller order's status: one that waits for packaging has such
    an item, and one that does not has none.
    """
    rows = seller_orders.filter(status="waiting_packaging")
    rows._iterable_class = ToPackRows
    return rows
