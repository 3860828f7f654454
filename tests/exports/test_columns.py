"""What stands in the cells: every column of orders, items, packages, requests and plans."""

import pytest
from django.db import connection
from django.http import QueryDict

from core.actors import SYSTEM, Rank, Role
from core.exports.sources import SOURCES, Kind, source_for
from core.exports.statements import cell_select, csv_select
from core.money import share
from orders.models import OrderItem
from packages.models import Package
from packages.operations import start_packaging
from refunds.models import RefundPlan
from sellers.models import DeliveryOption, ShippingCompany
from sellers.tracking import tracking_link
from tests.cancellations.acts import ask, cancel, select
from tests.exports.tables import only, table
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)


@pytest.fixture
def owner():
    return make_owner()


# -- Every statement is one that PostgreSQL takes ---------------------------------------------


@pytest.mark.parametrize("select", [csv_select, cell_select])
@pytest.mark.parametrize(("name", "role"), sorted(SOURCES), ids=str)
def test_every_column_can_be_in_a_file_alone_and_with_all_others(name, role, select):
    source = SOURCES[name, role]
    with connection.cursor() as cursor:
        for column in source.columns:
            cursor.execute(select(source, [column]), [[]])
        cursor.execute(select(source, source.columns), [[]])


@pytest.mark.parametrize("role", [Role.OWNER, Role.SELLER])
def test_all_that_the_guide_promises_can_be_chosen(role):
    """product.md §8, word for word but for what is not a seller's."""
    order = {
        *("order_number", "placed_at", "updated_at", "status", "channel", "customer_name"),
        *("customer_email", "customer_phone", "item_count", "items_shipped", "currency"),
        *("product_total", "discount", "shipping", "tax", "total", "refunded", "net"),
        *("delivery_option", "shipping_company", "package_numbers", "open_request"),
        *("billing_company", "billing_tax_office", "billing_tax_number"),
    }
    parts = ("name", "phone", "country", "city", "district", "line", "postcode")
    order |= {f"{address}_{part}" for address in ("shipping", "billing") for part in parts}
    item = {
        *("order_number", "package_number", "item_number", "sku", "product_name", "barcode"),
        *("quantity", "unit_price", "discount", "tax_rate", "tax", "total", "status"),
        *("package_status", "tracking_number", "tracking_url", "shipped_at", "delivered_at"),
        *("invoice_number", "invoice_date", "commission_rate", "request_type"),
        *("request_status", "reason", "note", "cancelled_by", "return_code", "plan_number"),
        *("plan_type", "return_amount", "plan_status", "plan_created_at"),
    }
    if role is Role.OWNER:
        order |= {"sellers", "payment_type"}
        item |= {"seller"}

    for name, promised in (("orders", order), ("order_items", item)):
        offered = {column.name for column in SOURCES[name, role].columns}
        assert promised - offered == set(), name


def test_what_is_of_the_owner_does_not_exist_for_a_seller():
    seller = make_member(make_seller())
    hidden = {
        "orders": {"sellers", "payment_type", "captured"},
        "order_items": {"seller"},
        "packages": {"seller"},
        "requests": {"seller"},
        "refund_plans": {"seller", "gateway", "payments", "requested_by", "approved_by"},
    }
    for name, columns in hidden.items():
        offered = {column.name for column in source_for(seller, name).visible_columns(seller)}
        assert offered.isdisjoint(columns), name


# -- Orders -----------------------------------------------------------------------------------


def test_an_order_of_two_sellers_is_one_row_to_the_owner(owner):
    one, two = make_seller(name="Oda Textiles"), make_seller(name="Kiln, Clay & Co")
    order = make_order(
        number="T-100",
        lines=[line(one, 2, 1000, shipping=500), line(two, 3, 333, discount=100)],
        payments=[("credit_card", 2000), ("voucher", 1399)],
    )

    row = only(
        owner,
        "orders",
        [
            *("order_number", "status", "sellers", "item_count", "currency", "product_total"),
            *("discount", "shipping", "total", "refunded", "net", "payment_type"),
            *("customer_name", "customer_email", "shipping_city", "items_waiting_packaging"),
            *("items_shipped", "open_request"),
        ],
    )

    assert row == {
        "order_number": "T-100",
        "status": "Waiting packaging",
        "sellers": "Oda Textiles, Kiln, Clay & Co",
        "item_count": "5",
        "currency": "EUR",
        "product_total": "29.99",
        "discount": "1.00",
        "shipping": "5.00",
        "total": "33.99",
        "refunded": "0.00",
        "net": "33.99",
        "payment_type": "Credit card, Voucher",
        "customer_name": "Marta Lindqvist",
        "customer_email": "t-100@example.com",
        "shipping_city": "Porto",
        "items_waiting_packaging": "5",
        "items_shipped": "0",
        "open_request": "",
    }
    assert order.total == 3399


def test_a_seller_has_their_part_only():
    one, two = make_seller(), make_seller()
    make_order(
        number="T-101", lines=[line(one, 2, 1000, shipping=500), line(two, 3, 333, discount=100)]
    )
    columns = ["order_number", "item_count", "product_total", "discount", "total", "net"]

    row = only(make_member(two), "orders", columns)

    assert list(row.values()) == ["T-101", "3", "9.99", "1.00", "8.99", "8.99"]


def test_amounts_have_the_digits_of_their_currency(owner):
    seller = make_seller()
    for number, currency in (("T-1", "JPY"), ("T-2", "EUR"), ("T-3", "KWD")):
        make_order(number=number, currency=currency, lines=[line(seller, 1, 12345)])

    found = table(owner, "orders", ["order_number", "currency", "total"])

    assert sorted(found) == [
        ["T-1", "JPY", "12345"],
        ["T-2", "EUR", "123.45"],
        ["T-3", "KWD", "12.345"],
    ]


# -- Items ------------------------------------------------------------------------------------


def test_the_parts_of_a_split_line_sum_to_it(owner):
    """By the formula of `core.money.share`, whatever was split off."""
    order = make_order(lines=[line(make_seller(), 7, 333, discount=100, shipping=500)])
    [item] = items_of(order)
    start_packaging(order=order, items=[item], units={item.pk: 3}, actor=SYSTEM)
    columns = ["quantity", "discount", "shipping", "total", "package_number", "status"]

    found = table(owner, "order_items", columns)

    sold = item.line
    spans = OrderItem.objects.order_by("first_unit").values_list("first_unit", "last_unit")
    for (first, last), row in zip(spans, found, strict=True):
        expected = [
            share(amount, 7, first, last) for amount in (sold.discount, sold.shipping, sold.total)
        ]
        assert [round(float(cell) * 100) for cell in row[1:4]] == expected
    assert [sum(float(row[place]) for row in found) for place in range(3)] == [7, 1.0, 5.0]
    number = Package.objects.get().number
    assert sorted(row[4:] for row in found) == [
        ["", "Waiting packaging"],
        [number, "Preparing"],
    ]


@pytest.mark.parametrize("number", ["KU123", "A/B 7", "ş€?#&=", "a+b.c~d_e-f", "'%27"])
def test_the_address_of_a_parcel_is_the_one_that_pages_link_to(owner, number):
    template = "https://track.example/{number}?lang=en"
    company = ShippingCompany.objects.create(code="k", name="Kurier")
    option = DeliveryOption.objects.create(
        company=company, code="k1", name="Next day", tracking_url=template
    )
    order = make_order()
    start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    Package.objects.update(delivery_option=option, tracking_number=number)
    columns = ["tracking_url", "delivery_option", "shipping_company"]

    packages, items = (only(owner, name, columns) for name in ("packages", "order_items"))

    assert packages == items
    assert list(items.values()) == [tracking_link(template, number), "Next day", "Kurier"]
    assert only(owner, "orders", columns[1:]) == {
        "delivery_option": "Next day",
        "shipping_company": "Kurier",
    }


def test_an_item_tells_of_its_request_and_of_its_plan(owner):
    order = make_order(lines=[line(make_seller(), 2, 1000)])
    [request] = ask(order, make_customer(order), select(items_of(order)[0], note="=1+1"))
    case = request.case
    plan = RefundPlan.objects.get(case=case)
    columns = [
        *("request_type", "request_status", "reason", "note", "cancelled_by", "plan_number"),
        *("plan_type", "return_amount", "plan_status"),
    ]

    found = only(owner, "order_items", columns)

    assert found["request_type"] == "Cancellation"
    assert found["request_status"] == "Waiting"
    assert found["reason"] == "I changed my mind"
    assert found["note"] == "'=1+1"  # stays text where a spreadsheet opens it
    assert found["cancelled_by"] == ""
    assert found["plan_number"] == plan.number
    assert found["return_amount"] == f"{plan.total / 100:.2f}"
    assert only(owner, "orders", ["open_request"])["open_request"] == f"Cancellation {case.number}"
    told = only(owner, "requests", ["request_number", "products", "refund", "plan_numbers"])
    assert told["request_number"] == case.number
    assert told["plan_numbers"] == plan.number
    assert only(owner, "refund_plans", ["plan_number", "total", "status", "request_number"]) == {
        "plan_number": plan.number,
        "total": found["return_amount"],
        "status": "Waiting",
        "request_number": case.number,
    }


def test_what_was_cancelled_says_by_whom_and_left_its_package(owner):
    order = make_order(lines=[line(make_seller(), 1, 1000)])
    start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    cancel(order, make_customer(order), select(items_of(order)[0]))

    found = only(owner, "order_items", ["status", "cancelled_by", "package_number"])

    assert list(found.values()) == ["Cancelled", "Customer", ""]
    money = only(owner, "orders", ["total", "items_cancelled", "package_numbers"])
    assert list(money.values()) == ["10.00", "1", ""]


# -- Which rows, and in which order -----------------------------------------------------------


def test_the_file_holds_what_the_list_shows_in_its_order(owner, client):
    seller = make_seller()
    for number in range(6):
        make_order(number=f"T-20{number}", lines=[line(seller, 1, 1000 + number)])
    signed_in(client, owner)
    shown = client.get("/owner/orders/", {"search": "T-20"}).context["list_rows"]

    found = table(owner, "orders", ["order_number"], "search=T-20")

    assert [number for [number] in found] == [row.number for row in shown]
    assert len(found) == 6


def test_ticked_rows_are_those_and_no_others_of_what_the_reader_may_see(owner):
    mine, others = make_seller(), make_seller()
    for number, seller in (("T-1", mine), ("T-2", mine), ("T-3", others)):
        make_order(number=number, lines=[line(seller)])
    member = make_member(mine)
    chosen = ["T-2", "T-3"]

    assert table(member, "orders", ["order_number"], chosen=chosen) == [["T-2"]]
    assert table(member, "order_items", ["order_number"], chosen=chosen) == [["T-2"]]
    assert len(table(owner, "orders", ["order_number"], chosen=chosen)) == 2


def test_each_of_the_lists_of_packages_is_the_file_it_shows(owner):
    waiting, gone = make_order(), make_order()
    for order in (waiting, gone):
        start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    Package.objects.filter(order=gone).update(status="shipped", tracking_number="X1")

    def listed(query):
        return [number for [number] in table(owner, "packages", ["order_number"], query)]

    assert listed("listing=preparing") == [waiting.number]
    assert listed("listing=shipped") == [gone.number]
    assert sorted(listed("")) == sorted([waiting.number, gone.number])


def test_a_word_is_that_of_the_readers_language_and_an_amount_stays_a_number(owner):
    make_order()
    words = source_for(owner, "orders").chosen_columns(owner, ["status", "total"])

    assert [column.kind for column in words] == [Kind.TEXT, Kind.MONEY]
    assert words[0].words["shipped"] == "Shipped"


def test_lists_of_what_one_may_not_see_are_empty():
    make_order()
    stranger = make_member(make_seller(), Rank.MANAGER)
    for (name, role), source in SOURCES.items():
        if role is Role.SELLER:
            assert not source.rows(stranger, QueryDict(source.everything)).exists(), name
