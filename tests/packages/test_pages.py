"""Packing, dividing and sending one package on its pages, through HTTP."""

import io

import pytest
from django.test import Client

from core.actors import SYSTEM, Rank
from packages.models import Package
from packages.operations import start_packaging
from sellers.models import DeliveryOption
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
)
from tests.orders_pages.test_lists import waiting_case
from tests.packages.console import (
    HTMX,
    packed,
    reload,
    say,
    text,
)
from tests.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]


def test_pack_a_part_of_an_order(seller, kiln, assert_invariants):
    order = make_order(lines=[line(kiln, 5, name="Mug"), line(kiln, 1, name="Bowl")])
    mug, bowl = items_of(order)
    assert order.number in text(seller.get("/seller/packages/to-pack/"))
    asked = text(seller.get(f"/seller/packages/pack/?order={order.number}", headers=HTMX))
    assert "<dialog" in asked

    quantities = {f"quantity-{mug.pk}": 2, f"quantity-{bowl.pk}": 0}
    answer = say(seller, "/seller/packages/pack/", order=order.number, **quantities)

    package = Package.objects.get()
    assert f"Packaging of {package.number} started." in text(answer)
    assert [(i.quantity, i.status) for i in items_of(order)] == [
        (3, "waiting_packaging"),
        (2, "preparing"),
        (1, "waiting_packaging"),
    ]
    assert_invariants()


def test_two_clicks_make_one_package(seller, kiln):
    order = make_order(lines=[line(kiln, 5)])
    [item] = items_of(order)
    for _click in range(2):
        say(seller, "/seller/packages/pack/", order=order.number, **{f"quantity-{item.pk}": 2})
    assert Package.objects.count() == 1


def test_somebody_elses_items_are_not_packed(seller, kiln, luma):
    order = make_order(lines=[line(kiln, 1), line(luma, 1)])
    theirs = next(item for item in items_of(order) if item.seller_id == luma.pk)

    answer = say(
        seller, "/seller/packages/pack/", order=order.number, **{f"quantity-{theirs.pk}": 1}
    )

    assert answer.status_code == 404
    foreign = make_order(sellers=[luma])
    assert seller.get(f"/seller/packages/pack/?order={foreign.number}").status_code == 404
    assert not Package.objects.exists()


def test_orders_are_packed_in_bulk_and_a_foreign_one_is_a_row_error(seller, kiln, luma):
    mine, theirs = [make_order(sellers=[kiln]) for _order in range(2)], make_order(sellers=[luma])
    numbers = [*(order.number for order in mine), theirs.number]

    asked = text(seller.get("/seller/packages/bulk/", {"action": "pack", "numbers": numbers}))
    assert "There is no such order." in asked
    assert "Pack 2 orders" in asked

    answer = say(seller, "/seller/packages/bulk/", action="pack", numbers=numbers)

    page = text(answer)
    assert answer.redirect_chain[-1][0].startswith("/seller/jobs/")
    assert "There is no such order." in page
    assert Package.objects.count() == 2
    assert not Package.objects.filter(seller=luma).exists()


def test_split_and_move_back(seller, kiln, assert_invariants):
    package = packed(kiln, quantity=5)
    [item] = items_of(package.order)
    base = f"/seller/packages/{package.number}"

    say(seller, f"{base}/split/", **{f"quantity-{item.pk}": 2})
    new = Package.objects.exclude(pk=package.pk).get()
    assert [i.quantity for i in items_of(package.order)] == [3, 2]

    part = new.contents.inside().get().item
    answer = say(
        seller,
        f"/seller/packages/{new.number}/move/",
        package=package.number,
        **{f"quantity-{part.pk}": 2},
    )

    assert f"Items moved into {package.number}." in text(answer)
    assert reload(new).status == "cancelled"
    assert package.contents.inside().count() == 2
    assert_invariants()


def test_nothing_moves_into_or_out_of_somebody_elses_package(seller, kiln, luma):
    mine, theirs = packed(kiln, quantity=2), packed(luma, quantity=2)
    [item], [foreign] = items_of(mine.order), items_of(theirs.order)
    base = f"/seller/packages/{mine.number}"

    into = say(seller, f"{base}/move/", package=theirs.number, **{f"quantity-{item.pk}": 1})
    out_of = say(seller, f"{base}/split/", **{f"quantity-{foreign.pk}": 1})
    at_all = say(seller, f"/seller/packages/{theirs.number}/split/", **{f"quantity-{item.pk}": 1})

    assert {into.status_code, out_of.status_code, at_all.status_code} == {404}
    assert Package.objects.count() == 2
    assert [i.quantity for i in items_of(mine.order)] == [2]
    assert [i.quantity for i in items_of(theirs.order)] == [2]


def test_a_refused_split_keeps_what_was_typed(seller, kiln):
    package = packed(kiln, quantity=3)
    [item] = items_of(package.order)
    base = f"/seller/packages/{package.number}"

    whole = text(say(seller, f"{base}/split/", **{f"quantity-{item.pk}": 3}), 422)
    assert "At least one unit stays" in whole
    assert 'value="3"' in whole
    many = text(say(seller, f"{base}/split/", **{f"quantity-{item.pk}": 9}), 422)
    assert "There are only 3." in many
    assert Package.objects.count() == 1


def test_the_whole_way_of_a_package(seller, kiln, norrpost, assert_invariants):
    package = packed(kiln)
    base = f"/seller/packages/{package.number}"

    invoice = io.BytesIO(b"%PDF-1.7 an invoice")
    invoice.name = "invoice.pdf"
    given = say(seller, f"{base}/invoice/", number="F-2026-1", date="2026-11-20", file=invoice)
    assert "Invoice F-2026-1 given" in text(given)
    file = seller.get(f"{base}/invoice/file/")
    assert b"".join(file.streaming_content) == b"%PDF-1.7 an invoice"
    say(seller, f"{base}/ready/")
    assert reload(package).status == "ready_to_ship"

    wrong = text(say(seller, f"{base}/ship/", tracking_number="X", delivery_option="standard"), 422)
    assert "tracking numbers look different" in wrong
    shipped = say(seller, f"{base}/ship/", tracking_number="NP0007", delivery_option="standard")
    assert f"{package.number} shipped." in text(shipped)
    again = text(say(seller, f"{base}/ship/", tracking_number="NP0008", form_key="two"), 422)
    assert "cannot become Shipped" in again

    say(seller, f"{base}/fail/", reason="Nobody at home")
    page = text(seller.get(f"{base}/"))
    assert "Nobody at home" in page
    assert "Ship again" in page
    say(seller, f"{base}/ship/", tracking_number="NP0009", delivery_option="standard")
    say(seller, f"{base}/deliver/")

    package = reload(package)
    assert (package.status, package.tracking_number) == ("delivered", "NP0009")
    assert "Not possible now" in text(seller.get(f"{base}/"))
    assert_invariants()


def test_a_file_that_is_no_invoice_is_refused_beside_its_field(seller, kiln):
    package = packed(kiln)
    upload = io.BytesIO(b"#!/bin/sh")
    upload.name = "invoice.pdf"

    answer = say(seller, f"/seller/packages/{package.number}/invoice/", number="F-1", file=upload)

    assert "PDF, a JPEG or a PNG" in text(answer, 422)
    assert reload(package).invoice_number == ""


def test_invoices_of_others_are_not_there(client, kiln, luma):
    package = packed(kiln)
    Package.objects.filter(pk=package.pk).update(invoice_file="invoices/x.pdf")
    other = signed_in(client, make_member(luma))
    assert other.get(f"/seller/packages/{package.number}/invoice/file/").status_code == 404


def test_the_customer_reads_the_invoice_and_nobody_elses(seller, kiln):
    order = make_order(number="FH-5", lines=[line(kiln, 1)])
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    upload = io.BytesIO(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    upload.name = "invoice.pdf"
    say(seller, f"/seller/packages/{package.number}/invoice/", number="F-9", file=upload)
    address = f"/my/packages/{package.number}/invoice/"

    own = signed_in(Client(), make_customer(order))

    assert address in text(own.get("/my/orders/FH-5/"))
    assert own.get(address).headers["Content-Type"] == "application/pdf"
    stranger = signed_in(Client(), make_customer(make_order()))
    assert stranger.get(address).status_code == 404


def test_another_carrier_is_named_not_guessed(seller, kiln, norrpost):
    package = packed(kiln)
    base = f"/seller/packages/{package.number}/delivery/"

    unnamed = text(say(seller, base, delivery_option="-other-"), 422)
    assert "Name the carrier." in unnamed
    both = text(say(seller, base, delivery_option="standard", other_carrier="Uncle Bo"), 422)
    assert "Choose “Other”" in both
    say(seller, base, delivery_option="-other-", other_carrier="Uncle Bo")

    assert reload(package).carrier == "Uncle Bo"
    assert "Uncle Bo" in text(seller.get("/seller/packages/preparing/"))


def test_an_option_that_is_no_longer_offered_is_kept_but_not_chosen(seller, kiln, norrpost):
    keeps, other = packed(kiln), packed(kiln)
    Package.objects.filter(pk=other.pk).update(delivery_option=None, other_carrier="Bo")
    DeliveryOption.objects.update(active=False)

    chosen = say(seller, f"/seller/packages/{other.number}/delivery/", delivery_option="standard")
    assert chosen.status_code == 422
    kept = say(
        seller,
        f"/seller/packages/{keeps.number}/ship/",
        delivery_option="standard",
        tracking_number="NP0001",
    )
    assert f"{keeps.number} shipped." in text(kept)


def test_shipping_over_a_request_needs_a_second_yes(seller, kiln):
    package = packed(kiln)
    waiting_case(package.order)
    base = f"/seller/packages/{package.number}/ship/"

    asked = text(seller.get(base))
    assert "The customer asked to cancel" in asked
    assert text(say(seller, base), 422).count("asked to cancel") >= 2
    assert reload(package).status == "preparing"
    say(seller, base, anyway="on")
    assert reload(package).status == "shipped"


def test_cancelling_is_the_orders_own_transaction(client, kiln):
    package = packed(kiln)
    [item] = items_of(package.order)
    address = f"/seller/packages/{package.number}/"

    manager = text(signed_in(client, make_member(kiln, Rank.MANAGER)).get(address))
    assert f'action="/seller/orders/{package.order.number}/transaction/"' in manager
    assert f'name="item" value="{item.pk}"' in manager
    clerk = text(signed_in(client, make_member(kiln, Rank.EMPLOYEE)).get(address))
    assert "/transaction/" not in clerk


def test_order_and_package_lead_to_each_other(owner, kiln):
    package = packed(kiln)
    order = f"/owner/orders/{package.order.number}/"
    assert f'href="/owner/packages/{package.number}/"' in text(owner.get(order))
    assert f'href="{order}"' in text(owner.get(f"/owner/packages/{package.number}/"))
