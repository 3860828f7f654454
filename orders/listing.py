"""Rows of the Orders lists with all that a list shows of them, in one statement.

The queryset says which rows: scope, filters, order and slice are the ORM's. What is shown of them
is a statement written by hand around it, because annotations for this take the ORM longer to
build than PostgreSQL takes to answer. Pages get values; for programs PostgreSQL writes the JSON.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import orjson

from core.statements import RowsAround, as_moment, fetched

# {shown} is the table of the rows, {order_id} its column that names the order; {row_of_case} is
# what cases call the row. Parts and cases are gathered for all rows at once.
_ROWS = """
    FROM chosen
    JOIN {shown} shown ON shown.id = chosen.id
    JOIN orders_order purchase ON purchase.id = shown.{order_id}
    JOIN orders_customer customer ON customer.id = purchase.customer_id
    {parts}
    LEFT JOIN (
        SELECT asked.{row_of_case} AS row_id, json_agg({case} ORDER BY asked.id DESC) AS told
        FROM orders_case asked
        WHERE asked.{row_of_case} = ANY (ARRAY(SELECT id FROM chosen)) {which_cases} GROUP BY 1
    ) AS cases ON cases.row_id = chosen.id
    ORDER BY chosen.place
"""
_FOR_PAGES = (
    """
    WITH chosen AS (SELECT id, row_number() OVER () AS place FROM ({chosen}) AS chosen(id))
    SELECT shown.id, purchase.number, shown.status, purchase.channel, purchase.currency,
           shown.placed_at, shown.updated_at, shown.total,
           customer.first_name, customer.last_name, customer.email,
           purchase.shipping_address ->> 'country', parts.told::text, cases.told::text
"""  # noqa: S608
    + _ROWS
)
# What stands around an order is looked up row by row: PostgreSQL takes longer to plan each further
# join than to run these, and a page has few rows.
_FOR_PROGRAMS = """
    WITH chosen AS (SELECT id, row_number() OVER () AS place FROM ({chosen}) AS chosen(id))
    SELECT shown.id, shown.placed_at, shown.updated_at, json_build_object(
        'number', purchase.number, 'channel', purchase.channel, 'status', shown.status,
        'placed_at', {placed_at}, 'updated_at', {updated_at},
        'customer', (SELECT json_build_object(
            'name', btrim(customer.first_name || ' ' || customer.last_name),
            'email', customer.email)
            FROM orders_customer customer WHERE customer.id = purchase.customer_id),
        'total', json_build_object('amount', shown.total, 'currency', purchase.currency),
        'sellers', ({parts}), 'open_requests', COALESCE((
            SELECT json_agg({case} ORDER BY asked.id DESC) FROM orders_case asked
            WHERE asked.{row_of_case} = shown.id {which_cases}), '[]'))::text
    FROM chosen
    JOIN {shown} shown ON shown.id = chosen.id
    JOIN orders_order purchase ON purchase.id = shown.{order_id}
    ORDER BY chosen.place
"""
_CASE_OF_PAGES = """json_build_object(
            'number', asked.number, 'kind', asked.kind, 'status', asked.status,
            'origin', asked.origin, 'opened_at', asked.opened_at, 'due_at', asked.due_at,
            'decided_at', asked.decided_at, 'imported', asked.imported,
            'dispute', (SELECT dispute.status FROM returns_dispute dispute
                         WHERE dispute.case_id = asked.id),
            'goods', (SELECT parcel.status FROM returns_returnparcel parcel
                       WHERE parcel.case_id = asked.id),
            'reason', COALESCE(
                (SELECT string_agg(DISTINCT reason.text, ', ')
                   FROM cancellations_cancellationitem item
                   JOIN orders_reason reason ON reason.id = item.reason_id
                  WHERE item.case_id = asked.id),
                (SELECT string_agg(DISTINCT reason.text, ', ')
                   FROM returns_returnitem item
                   JOIN orders_reason reason ON reason.id = item.reason_id
                  WHERE item.case_id = asked.id)))"""
_CASE_OF_PROGRAMS = f"""json_build_object(
            'number', asked.number, 'kind', asked.kind,
            'opened_at', {as_moment("asked.opened_at")}, 'due_at', {as_moment("asked.due_at")})"""
_PART = """json_build_object(
            'code', seller.code, 'name', seller.name, 'status', part.status,
            'units', part.unit_count, 'ship_by', {ship_by})"""
_PARTS_OF_ORDERS = f"""
    LEFT JOIN (
        SELECT part.order_id AS row_id, json_agg({_PART} ORDER BY part.id) AS told
        FROM orders_sellerorder part JOIN sellers_seller seller ON seller.id = part.seller_id
        WHERE part.order_id = ANY (ARRAY(SELECT id FROM chosen)) GROUP BY 1
    ) AS parts ON parts.row_id = chosen.id"""  # noqa: S608
# The row is the part.
_PART_ITSELF = f"""
    JOIN sellers_seller seller ON seller.id = shown.seller_id
    CROSS JOIN LATERAL (SELECT shown.status, shown.unit_count, shown.ship_by) AS part
    CROSS JOIN LATERAL (SELECT json_build_array({_PART}) AS told) AS parts"""
# The same for programs.
_TOLD_PARTS = f"""SELECT COALESCE(json_agg({_PART} ORDER BY part.id), '[]')
            FROM orders_sellerorder part JOIN sellers_seller seller ON seller.id = part.seller_id
            WHERE part.order_id = shown.id"""  # noqa: S608
_TOLD_PART_ITSELF = f"""SELECT json_build_array({_PART})
            FROM sellers_seller seller
            CROSS JOIN (SELECT shown.status, shown.unit_count, shown.ship_by) AS part
            WHERE seller.id = shown.seller_id"""  # noqa: S608
_TABLES = {
    "orders_order": {"order_id": "id", "row_of_case": "order_id"},
    "orders_sellerorder": {"order_id": "order_id", "row_of_case": "seller_order_id"},
}
_PARTS = {
    _FOR_PAGES: {"orders_order": _PARTS_OF_ORDERS, "orders_sellerorder": _PART_ITSELF},
    _FOR_PROGRAMS: {"orders_order": _TOLD_PARTS, "orders_sellerorder": _TOLD_PART_ITSELF},
}
_PAGES = {"ship_by": "part.ship_by", "case": _CASE_OF_PAGES, "which_cases": ""}
_PROGRAMS = {
    "ship_by": as_moment("part.ship_by"),
    "case": _CASE_OF_PROGRAMS,
    "which_cases": "AND asked.status = 'waiting'",
    "placed_at": as_moment("shown.placed_at"),
    "updated_at": as_moment("shown.updated_at"),
}


class ListedRow(NamedTuple):
    """`total` is minor units: of the order, or of a seller's part. Moments in `parts` and
    `requests` are ISO 8601; a request's `reason` is in the owner's words, or None."""

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


class AnsweredRow(NamedTuple):
    """What a program is told of an order, as JSON, and what a list is paged by."""

    id: int
    placed_at: datetime
    updated_at: datetime
    told: str


class ListedRows(RowsAround):
    """How a queryset of orders or of seller orders gives its rows as `ListedRow`."""

    @classmethod
    def around(cls, model, chosen, values, *, often=False) -> Iterator[ListedRow]:
        read = orjson.loads
        for *facts, parts, requests in _around(model, chosen, values, _FOR_PAGES, _PAGES, often):
            yield ListedRow(*facts, read(parts or "[]"), read(requests) if requests else [])


class AnsweredRows(RowsAround):
    """How it gives them as `AnsweredRow`."""

    @classmethod
    def around(cls, model, chosen, values, *, often=False) -> Iterator[AnsweredRow]:
        found = _around(model, chosen, values, _FOR_PROGRAMS, _PROGRAMS, often)
        return map(AnsweredRow._make, found)


def _around(
    model: Any,
    chosen: str,
    values: Sequence[Any],
    statement: str,
    words: dict[str, str],
    often: bool,
) -> list[tuple]:
    """What the statement tells of the chosen rows, in their order."""
    whole = _around_table(model._meta.db_table, statement, **words).format(chosen)
    return fetched(whole, values, often=often)


@cache
def _around_table(table: str, statement: str, **words: str) -> str:
    """The statement around the rows of this table, with a gap for what chooses them."""
    parts = _PARTS[statement][table].format(ship_by=words["ship_by"])
    return statement.format(chosen="{}", shown=table, parts=parts, **words, **_TABLES[table])
