"""Whatever people have written into orders, packages and requests, no cell of a file is run."""

import re

import openpyxl
import pytest

from core.accounts.models import User
from core.actors import SYSTEM
from core.exports import writing
from core.exports.sources import source_for
from core.exports.statements import FORMULA_STARTS
from orders.models import Case, Customer, Order, OrderItem, Payment, Reason
from packages.models import Package
from packages.operations import start_packaging
from refunds.models import RefundPlan
from sellers.models import DeliveryOption, Seller, ShippingCompany
from tests.cancellations.acts import ask, select
from tests.exports.tables import asked, finished, rows_of
from tests.factories import items_of, line, make_customer, make_order, make_owner, make_seller

pytestmark = pytest.mark.django_db
LISTS = ("orders", "order_items", "packages", "requests", "refund_plans")
FORMULA = "1+cmd|' /C calc'!A0"
NUMBER = re.compile(r"-?\d+(\.\d+)?")
ADDRESS = ("name", "phone", "country", "state", "city", "district", "line", "line2", "postcode")
ADDRESS += ("company", "tax_office", "tax_number")


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)
    settings.EXPORT_MOST_UNFINISHED = 100


def poisoned(start: str) -> None:
    """Every text that a column shows begins with `start`."""
    evil = f"{start}{FORMULA}"
    product = {"sku": evil, "name": evil, "barcode": evil}
    order = make_order(lines=[line(make_seller(), 2, 1000, **product)])
    start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    ask(order, make_customer(order), select(items_of(order)[0], note=evil))
    company = ShippingCompany.objects.create(code="c", name=evil)
    option = DeliveryOption.objects.create(
        company=company, code="o", name=evil, tracking_url=f"{start}{{number}}"
    )
    place = dict.fromkeys(ADDRESS, evil)
    Customer.objects.update(first_name=evil, phone=evil, email=f"{start}a@example.com")
    Order.objects.update(number=evil, channel=evil, shipping_address=place, billing_address=place)
    OrderItem.objects.update(number=f"{start}1.1")
    Payment.objects.update(method=evil)
    Seller.objects.update(name=evil)
    Package.objects.update(
        number=f"{start}P",
        tracking_number=evil,
        invoice_number=evil,
        delivery_option=option,
    )
    Case.objects.update(number=f"{start}C")
    RefundPlan.objects.update(number=f"{start}R")
    Reason.objects.update(text=evil)
    User.objects.update(name=evil)


@pytest.mark.parametrize("start", [*FORMULA_STARTS, "\t=", "\r", " =", "\u00a0="], ids=ascii)
def test_no_cell_of_any_list_begins_a_formula(start):
    owner = make_owner()
    poisoned(start)
    for name in LISTS:
        source = source_for(owner, name)
        columns = [column.name for column in source.visible_columns(owner)]

        export = finished(asked(owner, source.name, columns, source.everything))
        assert export.rows == 1, source.name
        head, row = rows_of(export)

        for label, cell in zip(head, row, strict=True):
            run = cell.lstrip(" \u00a0")[:1] in {*FORMULA_STARTS, "\t", "\r"}
            assert not run or NUMBER.fullmatch(cell), f"{source.name}: {label} is {cell!r}"
        guarded = sum(cell.startswith("'") for cell in row)
        assert guarded > 3, source.name  # the poison did reach the file


def test_a_workbook_has_them_as_the_texts_they_are():
    owner = make_owner()
    poisoned("=")
    columns = ["order_number", "customer_name", "shipping_line", "total"]
    export = finished(asked(owner, "orders", columns, format="xlsx"))

    with writing.file_of(export.number).open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
        _head, row = sheet.iter_rows()

    assert [cell.data_type for cell in row] == ["s", "s", "s", "n"]
    assert row[0].value == f"={FORMULA}"
