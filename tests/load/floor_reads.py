"""Bare views for reading: the statement that the answer needs, and the page around the rows as
one text. Nobody is asked who they are; filters, tabs and counts do not exist.

BENCH_FRAMES is a folder with `<page>.before.html` and `<page>.after.html`: what our own pages have
around their rows, so that both sides send the same frame.
"""

import os
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

import orjson
from django.db import connection
from django.http import HttpResponse
from django.urls import path

PART = """
    SELECT o.number, so.status, so.placed_at, so.total, o.currency, so.unit_count, so.ship_by,
           c.first_name, c.last_name, c.email, o.shipping_address ->> 'country', asked.kind
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
    one = "upper(c.first_name) LIKE %s OR upper(c.last_name) LIKE %s OR upper(c.email) LIKE %s"
    words = request.GET["search"].upper().split()
    where = "WHERE " + " AND ".join(f"({one})" for _word in words)
    values = [f"%{word}%" for word in words for _column in range(3)]
    return answered(rows(ORDERS.format(where=where), [*values, 50]))


def packages(request, seller_id):
    return answered(rows(PACKAGES.format(which=LISTS["all"]), [seller_id]))


# -- Pages ---------------------------------------------------------------------------------

ORDER_ROW = (
    '<tr class="row"><td><label class="hit"><input type="checkbox" class="check" name="order"'
    ' value="{0}"></label></td><td><a href="/seller/orders/{0}/" class="link-quiet num">{0}</a>'
    '</td><td class="num"><time datetime="{1}">{2}</time></td><td class="truncate">{3} <span>{4}'
    '</span></td><td><span class="badge">{5}</span></td><td>{6}</td><td class="end">'
    '<span class="money">{7}<i>{8}</i></span></td></tr>'
)
PACKAGE_ROW = (
    '<tr class="row"><td><label class="hit"><input type="checkbox" class="check" name="numbers"'
    ' value="{0}"></label></td><td><a href="/seller/packages/{0}/" class="link-quiet num">{0}</a>'
    '<a href="/seller/orders/{1}/">{1}</a></td><td>{2}</td><td>{3} <span>{4}</span></td>'
    '<td>{5} <span>{6} {7}</span></td><td class="num">{8}</td><td><span class="badge">{9}</span>'
    '</td><td><time datetime="{10}">{11}</time></td></tr>'
)


def seller_orders_page(request, seller_id):
    found = rows(PART.format(beyond=""), [seller_id, 50])
    return page("orders", [_order_row(row) for row in found])


def packages_page(request, seller_id, listing):
    found = rows(PACKAGES.format(which=LISTS[listing]), [seller_id])
    return page(listing, [_package_row(row) for row in found])


def page(name: str, written: list[str]) -> HttpResponse:
    before, after = _frame(name)
    return HttpResponse(f"{before}{''.join(written)}{after}")


@cache
def _frame(name: str) -> tuple[str, str]:
    folder = Path(os.environ["BENCH_FRAMES"])
    return tuple((folder / f"{name}.{part}.html").read_text() for part in ("before", "after"))


def _order_row(row: tuple) -> str:
    number, status, placed_at, total, currency, _units, _due, first, last, email, country, kind = (
        row
    )
    return ORDER_ROW.format(
        escape(number),
        placed_at.isoformat(),
        _day(placed_at),
        escape(f"{first} {last}".strip() or email),
        escape(country or ""),
        status,
        kind or "–",
        f"{total / 100:,.2f}",
        currency,
    )


def _package_row(row: tuple) -> str:
    number, status, created, ship_by, shipped, delivered, tracking, invoice, order = row[:9]
    option, company, recipient, city, contents = row[9:]
    moment = ship_by if status in ("preparing", "ready_to_ship") else delivered or shipped
    what = ", ".join(f"{one['quantity']} × {one['name']}" for one in contents or [])
    return PACKAGE_ROW.format(
        number,
        escape(order),
        escape(what),
        escape(recipient or ""),
        escape(city or ""),
        escape(option or ""),
        escape(company or ""),
        escape(tracking),
        escape(invoice),
        status,
        moment.isoformat() if moment else "",
        _day(moment or created),
    )


def _day(moment: datetime | None) -> str:
    return moment.strftime("%d %b %Y") if moment else "–"


urlpatterns = [
    path("read/sellers/<int:seller_id>/orders/", seller_orders),
    path("read/sellers/<int:seller_id>/orders/page/", seller_orders_page),
    path("read/sellers/<int:seller_id>/packages/", packages),
    path("read/sellers/<int:seller_id>/packages/<str:listing>/page/", packages_page),
    path("read/orders/", orders),
    path("read/orders/by-number/", orders_by_number),
    path("read/orders/by-name/", orders_by_name),
]
