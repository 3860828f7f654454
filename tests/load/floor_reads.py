"""Bare views for reading: the statement that the answer needs. Nobody is asked who they are;
filters, tabs and counts do not exist."""

import orjson
from django.db import connection
from django.http import HttpResponse
from django.urls import path

LIST = """
    SELECT o.number, so.status, so.placed_at, so.total, o.currency, so.unit_count, so.ship_by,
           c.first_name, c.last_name
    FROM orders_sellerorder so
    JOIN orders_order o ON o.id = so.order_id
    JOIN orders_customer c ON c.id = o.customer_id
    WHERE so.seller_id = %s AND so.status = %s
    ORDER BY so.placed_at DESC, so.id DESC LIMIT 50
"""
DETAIL = """
    SELECT o.number, o.status, o.placed_at, o.currency, o.total, o.shipping_address,
           c.first_name, c.last_name, c.email,
           (SELECT jsonb_agg(jsonb_build_object(
                'item', i.number, 'status', i.status, 'sku', l.sku, 'name', l.name,
                'quantity', i.last_unit - i.first_unit, 'unit_price', l.unit_price,
                'product', i.captured_product, 'shipping', i.captured_shipping) ORDER BY i.id)
            FROM orders_orderitem i JOIN orders_orderline l ON l.id = i.line_id
            WHERE i.order_id = o.id)
    FROM orders_order o JOIN orders_customer c ON c.id = o.customer_id
    WHERE o.number = %s
"""
PART = """
    SELECT o.number, so.status, so.placed_at, so.total, o.currency, so.unit_count, so.ship_by,
           c.first_name, c.last_name, c.email, o.shipping_address ->> 'country', asked.kind,
           asked.due_at
    FROM orders_sellerorder so
    JOIN orders_order o ON o.id = so.order_id
    JOIN orders_customer c ON c.id = o.customer_id
    LEFT JOIN orders_case asked ON asked.seller_order_id = so.id AND asked.status = 'waiting'
    WHERE so.seller_id = %s {beyond} ORDER BY so.placed_at DESC, so.id DESC LIMIT %s
"""
ORDERS = """
    SELECT o.number, o.status, o.placed_at, o.updated_at, o.channel, o.total, o.currency,
           c.first_name, c.last_name, c.email,
           (SELECT json_agg(json_build_object('code', s.code, 'name', s.name, 'status', so.status,
                'units', so.unit_count, 'ship_by', so.ship_by))
            FROM orders_sellerorder so JOIN sellers_seller s ON s.id = so.seller_id
            WHERE so.order_id = o.id)
    FROM orders_order o JOIN orders_customer c ON c.id = o.customer_id
    {where} ORDER BY o.placed_at DESC, o.id DESC LIMIT %s
"""
PACKAGES = """
    SELECT p.number, p.status, p.created_at, p.ship_by, p.shipped_at, p.delivered_at,
           p.tracking_number, p.invoice_number, o.number, d.name, co.name,
           o.shipping_address ->> 'name', o.shipping_address ->> 'city',
           (SELECT json_agg(json_build_object('item', i.number, 'status', i.status,
                'quantity', i.last_unit - i.first_unit, 'sku', l.sku, 'name', l.name))
            FROM packages_packageitem inside
            JOIN orders_orderitem i ON i.id = inside.item_id
            JOIN orders_orderline l ON l.id = i.line_id
            WHERE inside.package_id = p.id AND inside.removed_at IS NULL)
    FROM packages_package p
    JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN sellers_deliveryoption d ON d.id = p.delivery_option_id
    LEFT JOIN sellers_shippingcompany co ON co.id = d.company_id
    WHERE p.seller_id = %s {which} LIMIT 50
"""
LISTS = {
    "all": "ORDER BY p.id DESC",
    "preparing": "AND p.status IN ('preparing', 'ready_to_ship') ORDER BY p.ship_by, p.id",
    "shipped": "AND p.status IN ('shipped', 'delivered', 'delivery_failed') ORDER BY p.id DESC",
}


NAMED = "upper(c.first_name) LIKE %s OR upper(c.last_name) LIKE %s OR upper(c.email) LIKE %s"


def rows(statement: str, values: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def answered(found: list[tuple]) -> HttpResponse:
    return HttpResponse(orjson.dumps(found, default=str), content_type="application/json")


# -- JSON ----------------------------------------------------------------------------------


def seller_orders(request, seller_id):
    """The first page, or the one that begins after `placed_at` and `id`."""
    asked = request.GET
    beyond, values = "", [seller_id]
    if "id" in asked:
        beyond = "AND (so.placed_at, so.id) < (%s, %s)"
        values += [asked["placed_at"], asked["id"]]
    return answered(rows(PART.format(beyond=beyond), [*values, int(asked["size"])]))


def orders(request):
    asked, where, values = request.GET, "", []
    if "id" in asked:
        where, values = "WHERE (o.placed_at, o.id) < (%s, %s)", [asked["placed_at"], asked["id"]]
    return answered(rows(ORDERS.format(where=where), [*values, 50]))


def orders_by_number(request):
    return answered(
        rows(ORDERS.format(where="WHERE o.number LIKE %s"), [request.GET["search"] + "%", 50])
    )


def orders_by_name(request):
    """Of customers in whose names or e-mail each word is found."""
    return answered(rows(*by_name(request.GET["search"])))


def by_name(text: str) -> tuple[str, list]:
    words = text.upper().split()
    where = "WHERE " + " AND ".join(f"({NAMED})" for _word in words)
    values = [f"%{word}%" for word in words for _column in range(3)]
    return ORDERS.format(where=where), [*values, 50]


def packages(request, seller_id):
    return answered(rows(PACKAGES.format(which=LISTS["all"]), [seller_id]))


urlpatterns = [
    path("read/sellers/<int:seller_id>/orders/", seller_orders),
    path("read/sellers/<int:seller_id>/packages/", packages),
    path("read/orders/", orders),
    path("read/orders/by-number/", orders_by_number),
    path("read/orders/by-name/", orders_by_name),
]
