"""Rows are asked for every 20 seconds: told again only when something about them changed."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from markupsafe import escape

from core.actors import SYSTEM
from core.lists.looks import keep_look
from orders.models import OrderItem
from packages.operations import start_packaging
from tests.factories import items_of, make_member, make_order, make_seller
from tests.orders_pages.test_lists import move, waiting_case
from tests.people import signed_in, user_of

pytestmark = pytest.mark.django_db
POLL = {"HX-Request": "true"}


@pytest.fixture
def seller():
    return make_seller(name="Kiln & Clay")


@pytest.fixture
def member(seller):
    return make_member(seller)


@pytest.fixture
def client(member):
    return signed_in(Client(), member)


@pytest.fixture
def order(seller):
    return make_order(number="FH-1", sellers=[seller])


def ask(client, etag: str = "", name: str = "order_list", **query):
    headers = POLL | ({"If-None-Match": etag} if etag else {})
    return client.get(reverse(f"seller:{name}"), query, headers=headers)


def etag_of(client, **query) -> str:
    return ask(client, **query)["ETag"]


def test_nothing_new_is_304_without_a_row_written(client, order, monkeypatch):
    whole = client.get(reverse("seller:order_list"))
    etag = whole["ETag"]
    assert f'data-etag="{escape(etag)}"' in whole.content.decode()
    assert whole["Cache-Control"] == "private, no-store"

    def never(*_arguments):
        raise AssertionError("rows were written")

    monkeypatch.setattr("core.templatetags.pages.write_part", never)
    with CaptureQueriesContext(connection) as asked:
        again = ask(client, etag)

    assert again.status_code == 304
    assert not again.content
    assert again["ETag"] == etag
    assert len(asked) <= 5


def test_only_a_part_that_is_asked_for_is_answered_so(client, order):
    etag = etag_of(client)
    whole = client.get(reverse("seller:order_list"), headers={"If-None-Match": etag})

    assert whole.status_code == 200
    assert "<html" in whole.content.decode()


def test_a_moved_order_is_told(client, order):
    etag = etag_of(client)
    move(order, OrderItem.Status.PREPARING)
    told = ask(client, etag)

    assert told.status_code == 200
    text = told.content.decode()
    assert text.lstrip().startswith('<div id="orders"')
    assert "Preparing" in text
    assert told["ETag"] != etag


def test_a_request_and_a_new_order_are_told(client, order, seller):
    before = etag_of(client)
    waiting_case(order)
    asked = etag_of(client)
    make_order(number="FH-2", sellers=[seller])
    placed = etag_of(client)

    assert len({before, asked, placed}) == 3


def test_another_look_language_and_day_are_told(client, member, order, monkeypatch):
    seen = [etag_of(client)]
    keep_look(actor=member, list="order_list", columns=["total"], density="dense")
    seen.append(etag_of(client))
    user = user_of(member)
    user.language = "de"
    user.save(update_fields=["language"])
    seen.append(etag_of(client))
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("core.lists.pages.timezone", SimpleNamespace(now=lambda: tomorrow))
    seen.append(etag_of(client))

    assert len(set(seen)) == 4


def test_somebody_elses_orders_are_not_told(client, order):
    etag = etag_of(client)
    make_order(number="FH-2", sellers=[make_seller("luma")])

    assert ask(client, etag).status_code == 304


@pytest.mark.parametrize(
    "name", ["package_list", "package_preparing", "package_shipped", "package_to_pack"]
)
def test_lists_of_packages_are_answered_so_as_well(client, order, name):
    etag = etag_of(client, name=name)

    assert ask(client, etag, name=name).status_code == 304


@pytest.mark.parametrize(
    ("rows", "tabs"), [("order_list", "order_tabs"), ("package_list", "package_tabs")]
)
def test_counts_beside_rows_that_changed_are_counted_anew(client, order, rows, tabs):
    """Those that others have asked for are kept for some seconds, which is enough otherwise."""

    def counted() -> str:
        html = ask(client, name=tabs).content.decode()
        return re.sub(r"<[^>]+>", " ", html[: html.index("</nav>")])

    cache.clear()
    etag = etag_of(client, name=rows)
    before = counted()
    start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    assert counted() == before

    assert ask(client, etag, name=rows).status_code == 200

    assert counted() != before


def test_nothing_is_counted_anew_where_nothing_changed(client, order, monkeypatch):
    etag = etag_of(client)
    ask(client, name="order_tabs")
    monkeypatch.setattr("orders.tabs._counted", None)

    assert ask(client, etag).status_code == 304
    assert ask(client, name="order_tabs").status_code == 200


def test_the_tabs_ask_for_their_counts_where_they_came_from(client, order):
    for name, query in (("order_tabs", "tab=shipped&search=FH-1"), ("package_tabs", "listing=all")):
        address = f"{reverse(f'seller:{name}')}?{query}"
        html = client.get(address, headers=POLL).content.decode()
        assert f'data-recount hx-get="{escape(address)}" hx-trigger="recount"' in html
