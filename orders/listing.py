"""Rows of the Orders lists with all that a list shows of them, in one statement.

The queryset says which rows: scope, filters, order and slice are the ORM's. What is shown of them
is a statement written by hand around it, because annotations for this take the ORM longer to
build than PostgreSQL takes to answer.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models.query import BaseIterable

from core.statements import fetched

# {shown} is the table of the rows, {order_id} its column that names the order; {row_of_part} and
# {row_of_case} are what parts and cases call the row. Both are gathered for all rows at once.
_STATEMENT = """
    WITH chosen AS (SELECT id, row_number() OVER () AS place FROM ({chosen}) AS chosen(id))
    SELECT shown.id, purchase.number, shown.status, purchase.channel, purchase.currency,
           shown.placed_at, shown.updated_at, shown.total,
           customer.first_name, customer.last_name, customer.email,
           purchase.shipping_address ->> 'country', parts.told::text, cases.told::text
    FROM chosen
    JOIN {shown} shown ON shown.id = chosen.id
    JOIN orders_order purchase ON purchase.id = shown.{order_id}
    JOIN orders_customer customer ON customer.id = purchase.customer_id
    LEFT JOIN (
        SELECT part.{row_of_part} AS row_id, json_agg(json_build_object(
            'code', seller.code, 'name', seller.name, 'status', part.status,
            'units', part.unit_count, 'ship_by', part.ship_by) ORDER BY part.id) AS told
        FROM orders_sellerorder part JOIN sellers_seller seller ON seller.id = part.seller_id
        WHERE part.{row_of_part} = ANY (ARRAY(SELECT id FROM chosen)) GROUP BY 1
    ) AS parts ON parts.row_id = chosen.id
    LEFT JOIN (
        SELECT asked.{row_of_case} AS row_id, json_agg(json_build_object(
            'number', asked.number, 'kind', asked.kind, 'status', asked.status,
            'origin', asked.origin, 'opened_at', asked.opened_at, 'due_at', asked.due_at,
            'decided_at', asked.decided_at, 'imported', asked.imported)
            ORDER BY asked.id DESC) AS told
        FROM orders_case asked
        WHERE asked.{row_of_case} = ANY (ARRAY(SELECT id FROM chosen)) GROUP BY 1
    ) AS cases ON cases.row_id = chosen.id
    ORDER BY chosen.place
"""
_WHERE = {
    "orders_order": {"order_id": "id", "row_of_part": "order_id", "row_of_case": "order_id"},
    "orders_sellerorder": {
        "order_id": "order_id",
        "row_of_part": "id",
        "row_of_case": "seller_order_id",
    },
}


class ListedRow(NamedTuple):
    """`total` is minor units: of the order, or of a seller's part. Moments in `parts` and
    `requests` are ISO 8601."""

    id: int
    number: str
    status: str
    channel: str
    currency: str
    placed_at: datetime
    updated_at: datetime
    total: int
    first_name: str
    last_name: str
    email: str
    country: str | None
    parts: list[dict[str, Any]]
    requests: list[dict[str, Any]]


class ListedRows(BaseIterable):
    """How a queryset of orders or of seller orders gives its rows as `ListedRow`."""

    def __iter__(self) -> Iterator[ListedRow]:
        try:
            chosen, values = self.queryset.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return
        table = self.queryset.model._meta.db_table
        statement = _STATEMENT.format(chosen=chosen, shown=table, **_WHERE[table])
        for *facts, parts, requests in fetched(statement, values):
            yield ListedRow(*facts, orjson.loads(parts or "[]"), orjson.loads(requests or "[]"))
