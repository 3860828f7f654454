"""What lists, deep pages and searches ask is answered through the index made for it.

Asked of some thousand rows with statistics (`many_rows`). The planner then chooses as it does with
a million rows.
"""

import re
from functools import partial
from itertools import islice

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.actors import Actor, Role
from core.keyset import page_of
from marketplace.aftersales.filters import RequestFilter
from marketplace.palette.finding import things_found
from orders.models import Case, Order, SellerOrder
from orders.querysets import LIST_ORDER
from packages.models import Package
from packages.tabs import Listing, listed
from packages.work_order import work_page
from refunds.models import RefundPlan
from sellers.models import Seller
from tests.architecture.many_rows import ROWS, rows_made

OWNER = Actor(Role.OWNER)
FEW = 10
LARGE = re.compile(r"Seq Scan on (orders_|packages_|refunds_)\w+")


@pytest.fixture(scope="module")
def seller(django_db_setup, django_db_blocker):
    """A seller with orders, in tables that are large enough to have a plan; the rows are made
    once for all questions and taken away again."""
    with django_db_blocker.unblock():
        yield from rows_made()


def plans_of(ask) -> str:
    """The plans of all that `ask()` reads."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    found = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute("EXPLAIN " + query["sql"], None)
            found += [row[0] for row in cursor.fetchall()]
    assert found, "nothing was asked"
    return "\n".join(found)


def whole(rows):
    return list(rows.values_list("pk"))


def deep(rows, ordering=LIST_ORDER) -> str:
    """The cursor of a page far down."""
    row = list(islice(rows.order_by(*ordering), ROWS // 10, ROWS // 10 + 2))
    later = rows.filter(pk__in=[one.pk for one in row])
    return page_of(later, ordering, 1).next or ""


def asks(seller: Seller) -> dict:
    """{what is asked: (the index that is made for it, the question)}."""
    of_seller = Actor(Role.SELLER, seller_id=seller.pk)
    orders, parts = Order.objects.visible_to(OWNER), SellerOrder.objects.visible_to(of_seller)
    packages, own = Package.objects.visible_to(OWNER), Package.objects.visible_to(of_seller)
    work = listed(Listing.PREPARING, of_seller)
    far_order, far_part, far_package = deep(orders), deep(parts), deep(own, ("-id",))
    by_update = ("updated_at", "id")
    late = work_page(work, FEW).next or ""

    def page(rows, cursor="", ordering=LIST_ORDER):
        return lambda: page_of(rows, ordering, FEW, cursor)

    return {
        "orders": ("order_newest", page(orders)),
        "orders, deep": ("order_newest", page(orders, far_order)),
        "orders by status": ("order_by_status", page(orders.in_status("preparing"))),
        "orders by change": ("order_by_update", page(orders, ordering=by_update)),
        "seller's orders": ("seller_order_newest", page(parts)),
        "seller's orders, deep": ("seller_order_newest", page(parts, far_part)),
        "seller's orders by status": (
            "seller_order_by_status",
            page(parts.in_status("preparing")),
        ),
        "seller's packages": ("package_of_seller", page(own, ordering=("-id",))),
        "seller's packages, deep": ("package_of_seller", page(own, far_package, ("-id",))),
        "packages by change": ("package_by_update", page(packages, ordering=by_update)),
        "packages to ship": ("package_open_by_seller", lambda: work_page(work, FEW)),
        "packages to ship, deep": ("package_open_by_seller", lambda: work_page(work, FEW, late)),
    }


# What one types -> the index made for it, of orders and of packages.
TYPED_FOR_ORDERS = {
    "EX-000042": "orders_order_number",
    "ex-00004": "orders_order_number",
    "unseen-name": "customer_by_name",
    "Unseen Name": "customer_by_name",
    "c42@example.com": "orders_customer_email",
    "+351 21 0000042": "customer_by_phone",
    "SKU-000042": "line_by_sku",
    "TR00000042": "package_by_tracking",
}
TYPED_FOR_PACKAGES = {
    "EP-000042": "packages_package_number",
    "EX-000042": "orders_order_number",
    "TR00000042": "package_by_tracking",
    "SKU-000042": "line_by_sku",
    "Unseen Name": "customer_by_name",
}


def searches(seller: Seller) -> dict:
    """{what is searched for: (the index that is made for it, the question)}."""
    found = {}
    of_seller = Actor(Role.SELLER, seller_id=seller.pk)
    for actor, orders in ((OWNER, Order), (of_seller, SellerOrder)):
        rows = {
            "order": (orders.objects.visible_to(actor), LIST_ORDER, TYPED_FOR_ORDERS),
            "package": (Package.objects.visible_to(actor), ("-id",), TYPED_FOR_PACKAGES),
        }
        for kind, (seen, ordering, typed) in rows.items():
            for text, index in typed.items():
                found[f"{actor.role}'s {kind} {text!r}"] = index, _page(seen, text, ordering)
        cases, plans = Case.objects.visible_to(actor), RefundPlan.objects.visible_to(actor)
        numbered = {"EX-000042": "orders_order_number"}
        for text, index in (numbered | {"EL-000042": "refunds_refundplan_number"}).items():
            found[f"{actor.role}'s plan {text!r}"] = index, _page(plans, text, ("-id",))
        for text, index in (numbered | {"EC-000042": "orders_case_number"}).items():
            found[f"{actor.role}'s request {text!r}"] = index, _requests(cases, text)
    return found


def _page(rows, text: str, ordering):
    return lambda: page_of(rows.searched(text), ordering, FEW)


def _requests(cases, text: str):
    narrowed = RequestFilter({"search": text}, queryset=cases)
    return lambda: page_of(narrowed.qs, ("-id",), FEW)


@pytest.mark.django_db
def test_a_search_reads_no_table_from_its_beginning_to_its_end(seller):
    """A number, how one begins, a name, an address, a telephone, a SKU, a tracking number."""
    found = {name: (index, plans_of(ask)) for name, (index, ask) in searches(seller).items()}

    missed = [
        f"{name}: no {index}\n{plan}"
        for name, (index, plan) in found.items()
        if index not in plan or LARGE.search(plan)
    ]
    assert not missed, "\n\n".join(missed)


def _found(actor: Actor, text: str) -> list:
    return list(things_found(actor, text))


@pytest.mark.django_db
def test_the_palette_reads_no_table_from_its_beginning_to_its_end(seller):
    of_seller = Actor(Role.SELLER, seller_id=seller.pk)
    for actor in (OWNER, of_seller):
        for text in {**TYPED_FOR_ORDERS, **TYPED_FOR_PACKAGES, "EC-000042": "", "EL-000042": ""}:
            plan = plans_of(partial(_found, actor, text))
            assert not LARGE.search(plan), f"{actor.role}: {text}\n{plan}"


@pytest.mark.django_db
def test_each_question_has_its_index(seller):
    """All in one test: making the rows takes longer than asking."""
    found = {name: (index, plans_of(ask)) for name, (index, ask) in asks(seller).items()}

    missed = [
        f"{name}: no {index}\n{plan}" for name, (index, plan) in found.items() if index not in plan
    ]
    assert not missed, "\n\n".join(missed)


@pytest.mark.django_db
def test_a_deep_page_sorts_nothing(seller):
    """Paging by key walks the index: no page of a list reads more rows than it shows."""
    for name, (_index, ask) in asks(seller).items():
        plan = plans_of(ask)
        assert "Sort" not in plan, f"{name}\n{plan}"
        assert "Seq Scan" not in plan, f"{name}\n{plan}"
