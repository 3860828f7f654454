"""Bare pages: the statement of the rows, and Jinja2 with the whole page as its template.

BENCH_FRAMES is a folder with `<page>.before.html` and `<page>.after.html`: what our own pages have
around their rows. It stands in the template as text, so that both sides send the same frame; the
rows have the columns that ours have, and of their words only the plainest.
"""

import os
from datetime import datetime
from functools import cache
from pathlib import Path

from django.http import HttpResponse
from django.urls import path
from jinja2 import Environment, Template

from tests.load.floor_reads import LISTS, PACKAGES, PART, rows

PAGES = Path(__file__).parent / "pages"
OF_PART = (
    *("number", "status", "placed_at", "total", "currency", "units", "ship_by"),
    *("first_name", "last_name", "email", "country", "request", "due_at"),
)
OF_PACKAGE = (
    *("number", "status", "created_at", "ship_by", "shipped_at", "delivered_at"),
    *("tracking_number", "invoice_number", "order", "option", "company", "recipient", "city"),
    "contents",
)


def seller_orders_page(request, seller_id):
    return page("orders", OF_PART, rows(PART.format(beyond=""), [seller_id, 50]))


def packages_page(request, seller_id, listing):
    found = rows(PACKAGES.format(which=LISTS[listing]), [seller_id])
    return page(listing, OF_PACKAGE, found)


def page(name: str, columns: tuple[str, ...], found: list[tuple]) -> HttpResponse:
    listed = [dict(zip(columns, row, strict=True)) for row in found]
    return HttpResponse(_template(name).render(rows=listed))


@cache
def _template(name: str) -> Template:
    folder = Path(os.environ["BENCH_FRAMES"])
    before, after = (
        "{% raw %}" + (folder / f"{name}.{part}.html").read_text() + "{% endraw %}"
        for part in ("before", "after")
    )
    written = "orders" if name == "orders" else "packages"
    environment = Environment(autoescape=True, trim_blocks=True)
    environment.filters.update(day=_day, iso=datetime.isoformat, money=_money)
    return environment.from_string(before + (PAGES / f"{written}.jinja").read_text() + after)


def _day(moment: datetime) -> str:
    return moment.strftime("%d %b %Y")


def _money(amount: int) -> str:
    return f"{amount / 100:,.2f}"


urlpatterns = [
    path("read/sellers/<int:seller_id>/orders/page/", seller_orders_page),
    path("read/sellers/<int:seller_id>/packages/<str:listing>/page/", packages_page),
]
