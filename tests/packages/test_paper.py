"""Slips, labels and pick lists: what stands on them, and who may print them."""

import re
import socket

import pytest
from barcode.charsets import code128
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from core.actors import SYSTEM
from orders.models import OrderItem
from orders.operations import move_items
from packages.operations import remove_items, start_packaging
from packages.paper import pdf
from packages.paper.symbols import barcode_svg, qr_svg
from tests.factories import (
    items_of,
    line,
    make_case,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PAPER = "/seller/packages/paper/"


def packed(order, **options):
    return start_packaging(order=order, items=items_of(order), actor=SYSTEM, **options)


def make_case_of_units(order, units):
    with transaction.atomic():
        make_case(order, {items_of(order)[0].pk: units})


def shown(client, address=PAPER, **asked) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.content[:500]
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay", city="Porto", postcode="4000", country="PT")


@pytest.fixture
def packer(client, kiln):
    return signed_in(client, make_member(kiln, "employee"))


def test_a_slip_names_products_and_address_but_no_price(packer, kiln):
    order = make_order(lines=[line(kiln, 3, 98765, sku="MUG-1", name="Mug", barcode="5601")])
    package = packed(order)

    page = shown(packer, kind="slip", numbers=package.number)

    for words in ("Packing slip", package.number, order.number, "Mug", "MUG-1", "5601", "3 units"):
        assert words in page
    for words in ("Kiln &amp; Clay", "Marta Lindqvist", "Porto", "Portugal"):
        assert words in page
    assert "987" not in page
    assert "EUR" not in page


def test_a_slip_says_when_more_is_to_come_and_only_then(packer, kiln):
    order = make_order(lines=[line(kiln, 3)])
    [item] = items_of(order)
    part = start_packaging(order=order, items=[item], units={item.pk: 1}, actor=SYSTEM)
    assert "travel in another package" in shown(packer, numbers=part.number)

    whole = packed(make_order(lines=[line(kiln, 3)]))
    assert "travel in another package" not in shown(packer, numbers=whole.number)


def test_units_of_one_line_are_one_row_however_they_were_split(packer, kiln):
    order = make_order(lines=[line(kiln, 5, sku="CUP")])
    package = packed(order)
    make_case_of_units(order, 2)

    page = shown(packer, kind="slip", numbers=package.number)

    assert page.count("<td>CUP</td>") == 1
    assert '<td class="count">5</td>' in page


def test_slips_are_in_the_customers_language_and_labels_in_the_readers(packer, kiln):
    package = packed(make_order(lines=[line(kiln)]))
    customer = package.order.customer
    customer.language = "de-AT"
    customer.save()

    assert '<article class="slip" lang="de">' in shown(packer, kind="slip", numbers=package.number)
    assert "Deutschland" not in shown(packer, kind="label", numbers=package.number)


def test_a_label_carries_the_carriers_number_or_else_ours(packer, kiln):
    package = packed(make_order(lines=[line(kiln)]))
    assert f'aria-label="{package.number}"' in shown(packer, kind="label", numbers=package.number)

    package.tracking_number = "SW-123-456"
    package.save()
    assert 'aria-label="SW-123-456"' in shown(packer, kind="label", numbers=package.number)

    package.tracking_number = "Nº 1"  # not what a barcode can hold
    package.save()
    page = shown(packer, kind="label", numbers=package.number)
    assert f'aria-label="{package.number}" shape-rendering' in page


def test_four_labels_stand_on_one_a4_sheet(packer, kiln):
    numbers = ",".join(packed(make_order(lines=[line(kiln)])).number for _ in range(5))
    page = shown(packer, kind="label", size="a4", numbers=numbers)
    assert [part.count("<article") for part in page.split('<section class="four">')[1:]] == [4, 1]
    assert 'class="four"' not in shown(packer, kind="label", numbers=numbers)


def test_a_pick_list_gathers_by_sku_in_the_order_of_the_shelves(packer, kiln):
    first = packed(make_order(lines=[line(kiln, 2, sku="A-10"), line(kiln, 1, sku="A-2")]))
    second = packed(make_order(lines=[line(kiln, 3, sku="A-10", name="Stoneware mug 1")]))

    page = shown(packer, kind="picklist", numbers=f"{first.number},{second.number}")

    assert re.findall(r'<td class="strong">([^<]+)</td>', page) == ["A-2", "A-10"]
    assert f"2 × {first.number}" in page
    assert f"3 × {second.number}" in page
    assert '<td class="count">5</td>' in page
    assert "2 packages · 6 units" in page


def test_a_pick_list_warns_of_what_the_customer_asked_to_cancel(packer, kiln):
    order = make_order(lines=[line(kiln, 2)])
    package = packed(order)
    assert "asked to cancel" not in shown(packer, kind="picklist", numbers=package.number)
    make_case_of_units(order, 2)
    assert "Customer asked to cancel" in shown(packer, kind="picklist", numbers=package.number)


def test_the_owners_pick_list_has_a_walk_per_seller(client, kiln):
    order = make_order(sellers=[kiln, make_seller("luma", name="Luma")])
    numbers = [
        start_packaging(order=order, items=[item], actor=SYSTEM).number for item in items_of(order)
    ]
    signed_in(client, make_owner("employee"))

    page = shown(client, "/owner/packages/paper/", kind="picklist", numbers=",".join(numbers))

    assert page.count('<article class="picklist">') == 2


def test_one_foreign_package_and_nothing_is_shown(packer, kiln):
    own = packed(make_order(lines=[line(kiln)]))
    foreign = packed(make_order(lines=[line(make_seller("other"))]))
    for numbers in (f"{own.number},{foreign.number}", f"{own.number},P-00000000"):
        for kind in ("slip", "label", "picklist"):
            for form in ({}, {"as": "pdf"}):
                answer = packer.get(PAPER, {"kind": kind, "numbers": numbers, **form})
                assert answer.status_code == 404
                assert "Marta" not in answer.content.decode()


def test_a_cancelled_package_is_left_out_and_said_so(packer, kiln):
    gone, stays = (packed(make_order(lines=[line(kiln)])) for _ in range(2))
    items = items_of(gone.order)
    move_items(gone.order, items, OrderItem.Status.CANCELLED, actor=SYSTEM)
    remove_items(order=gone.order, items=items, actor=SYSTEM)

    page = shown(packer, kind="slip", numbers=f"{gone.number},{stays.number}")

    assert page.count('<article class="slip"') == 1
    assert "1 package was cancelled: do not hand it over." in page


@pytest.mark.parametrize("numbers", ["", ",", ",".join(f"P-{n}" for n in range(501))])
def test_none_or_too_many_packages_is_refused(packer, numbers):
    answer = packer.post(PAPER, {"kind": "slip", "numbers": numbers})
    assert answer.status_code == 400
    assert "packages" in answer.content.decode()


def test_an_unknown_document_is_a_missing_page(packer):
    assert packer.get(PAPER, {"kind": "poster", "numbers": "P-1"}).status_code == 404


@pytest.mark.parametrize("kind", ["slip", "label", "picklist"])
def test_many_packages_cost_the_queries_of_one(packer, kiln, kind):
    numbers = [packed(make_order(lines=[line(kiln), line(kiln)])).number for _ in range(8)]

    def cost(some) -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(packer, kind=kind, numbers=",".join(some))
        return len(queries)

    cost(numbers)
    assert cost(numbers[:1]) == cost(numbers)


def test_codes_are_drawn_without_styles():
    for drawing in (barcode_svg("SW-1<2"), qr_svg("https://shop.example/my/orders/1/", "Order 1")):
        assert drawing.startswith("<svg ")
        assert "style" not in drawing
        assert 'role="img"' in drawing
    assert "SW-1&lt;2" in barcode_svg("SW-1<2")


@pytest.mark.parametrize("text", ["P-7K3M9QXA", "SW-123-456", "00340434161094021501"])
def test_a_barcode_reads_as_its_text(text):
    """The bars decode back by Code 128's own tables, with the checksum that a reader checks."""
    path = re.search(r' d="([^"]+)"', barcode_svg(text)).group(1)
    bars = [(int(place), int(width)) for place, width in re.findall(r"M(\d+) 0h(\d+)v", path)]
    first, end = bars[0][0], sum(bars[-1])
    black = {at for place, width in bars for at in range(place, place + width)}
    modules = "".join("1" if at in black else "0" for at in range(first, end))
    words = [code128.CODES.index(modules[at : at + 11]) for at in range(0, len(modules) - 13, 11)]
    start, *data, checksum = words

    assert (start + sum(place * word for place, word in enumerate(data, 1))) % 103 == checksum
    assert decoded(start, data) == text


def decoded(start: int, data: list[int]) -> str:
    sets = {103: code128.A, 104: code128.B}
    current, read = start, ""
    for word in data:
        if current != 105 and word == 99:
            current = 105
        elif current == 105 and word in (100, 101):
            current = code128.TO.get(word, 104)
        elif current == 105:
            read += f"{word:02}"
        else:
            letters = {number: letter for letter, number in sets[current].items()}
            read += letters[word]
    return read


# -- PDF -----------------------------------------------------------------------------------

needs_pango = pytest.mark.skipif(not pdf.is_possible(), reason="no Pango here")


@needs_pango
@pytest.mark.parametrize("kind", ["slip", "label", "picklist"])
def test_the_same_as_a_pdf_file(packer, kiln, kind):
    package = packed(make_order(lines=[line(kiln)]))
    answer = packer.get(PAPER, {"kind": kind, "numbers": package.number, "as": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="{kind}.pdf"'


@needs_pango
def test_making_a_pdf_fetches_nothing(monkeypatch, tmp_path):
    """Neither from the network nor from this machine's disk."""
    asked = []

    def refuse(_socket, address):
        asked.append(address)
        raise OSError("No connection in this test.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    picture = tmp_path / "secret.png"
    Image.new("RGB", (8, 8)).save(picture)

    made = pdf.pdf_of(
        f'<p>x<img src="{picture.as_uri()}"><img src="http://169.254.169.254/x.png">'
        '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">'
    )

    assert made.startswith(b"%PDF-")
    assert not asked
    assert b"/Image" not in made


def test_without_pango_the_button_is_gone_and_the_address_says_why(packer, kiln, monkeypatch):
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)
    package = packed(make_order(lines=[line(kiln)]))

    assert "Download PDF" not in shown(packer, numbers=package.number)
    answer = packer.get(PAPER, {"numbers": package.number, "as": "pdf"})
    assert answer.status_code == 501
    assert "Pango" in answer.content.decode()
