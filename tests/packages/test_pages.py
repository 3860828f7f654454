"""The Packages pages of sellers and of the owner, through HTTP."""

import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from core.actors import SYSTEM, Rank
from core.jobs.models import Job
from orders.models import OrderItem
from packages.models import Package
from packages.operations import remove_items, ship_package, start_packaging
from sellers.models import DeliveryOption, ShippingCompany
from tests.factories import (
    items_of,
    line,
    make_case,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.orders_pages.test_lists import waiting_case
from tests.people import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay")


@pytest.fixture
def luma():
    return make_seller("luma", name="Luma")


@pytest.fixture
def norrpost():
    company = ShippingCompany.objects.create(code="norrpost", name="Norrpost")
    return DeliveryOption.objects.create(
        company=company,
        code="standard",
        name="Standard",
        is_default=True,
        tracking_pattern=r"NP\d{4}",
        tracking_url="https://norrpost.example/{number}",
    )


@pytest.fixture
def seller(client, kiln):
    return signed_in(client, make_member(kiln, Rank.EMPLOYEE))


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())


def packed(seller=None, *, quantity=1, name="Stoneware mug", **order) -> Package:
    order = make_order(lines=[line(seller, quantity, name=name)], **order)
    return start_packaging(order=order, items=items_of(order), actor=SYSTEM)


def text(response, status=200) -> str:
    page = response.content.decode()
    assert response.status_code == status, page[:3000]
    assert "<c-" not in page
    assert "style=" not in page
    return page


def say(client, address, follow=True, **data):
    return client.post(address, {"form_key": "one", **data}, follow=follow)


def numbers_in(page: str) -> list[str]:
    """The package numbers of the list, in its order."""
    found = Package.objects.values_list("number", flat=True)
    return sorted(
        (one for one in found if f">{one}</a>" in page), key=lambda one: page.index(f">{one}</a>")
    )


def reload(package: Package) -> Package:
    return Package.objects.get(pk=package.pk)


# -- Lists ----------------------------------------------------------------------------------


def test_a_row_says_all_that_somebody_packs_and_ships_by(seller, kiln, norrpost):
    package = packed(kiln, quantity=3, number="FH-1")
    Package.objects.filter(pk=package.pk).update(
        ship_by=timezone.now() - timedelta(hours=2, minutes=5), tracking_number="NP0001"
    )

    page = text(seller.get("/seller/packages/preparing/"))

    for words in (
        *(package.number, "FH-1", "3 × Stoneware mug", "Marta Lindqvist", "Porto, PT"),
        *("Standard", "Norrpost", "https://norrpost.example/NP0001", "Give invoice"),
        *("Preparing", "2 h overdue"),
    ):
        assert words in page, words


def test_the_work_list_is_by_deadline_and_pages_both_ways(seller, kiln):
    now = timezone.now()
    packages = [packed(kiln) for _package in range(5)]
    for package, days in zip(packages, [3, None, 1, None, 2], strict=True):
        due = now + timedelta(days=days) if days else None
        Package.objects.filter(pk=package.pk).update(ship_by=due)
    one, two, three, four, five = (package.number for package in packages)

    from packages.views.lists import PackagesPreparing

    PackagesPreparing.page_size, size = 2, PackagesPreparing.page_size
    try:
        seen, address = [], "/seller/packages/preparing/"
        pages = []
        while address:
            answer = seller.get(address)
            pages.append(numbers_in(text(answer)))
            following = answer.context["next_url"]
            address = following and f"/seller/packages/preparing/{following}"
        back = []
        address = f"/seller/packages/preparing/{answer.context['previous_url']}"
        while True:
            answer = seller.get(address)
            back.append(numbers_in(text(answer)))
            if not answer.context["previous_url"]:
                break
            address = f"/seller/packages/preparing/{answer.context['previous_url']}"
    finally:
        PackagesPreparing.page_size = size

    seen = [number for page in pages for number in page]
    assert seen == [three, five, one, two, four]
    assert back == pages[-2::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=FH-1", ["one"]),
        ("search=np77", ["two"]),
        ("search=SKU-B", ["two"]),
        ("search=lindqvist", ["two", "one"]),
        ("search=nobody", []),
        ("due=overdue", ["one"]),
        ("due=later", ["two"]),
        ("invoice=given", ["two"]),
        ("invoice=missing", ["one"]),
        ("carrier=norrpost", ["two", "one"]),
        ("delivery_option=standard", ["two", "one"]),
        ("status=ready_to_ship", ["two"]),
        ("tab=preparing", ["one"]),
        ("tab=overdue", ["one"]),
        ("placed_after=2100-01-01", []),
        ("placed_before=2100-01-01", ["two", "one"]),
        ("cursor=nonsense", ["two", "one"]),
    ],
)
def test_lists_are_narrowed_by_the_address(seller, kiln, norrpost, query, found):
    now = timezone.now()
    one = packed(kiln, number="FH-1")
    order = make_order(lines=[line(kiln, 1, sku="SKU-B")], number="FH-2")
    two = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    Package.objects.filter(pk=one.pk).update(ship_by=now - timedelta(hours=1))
    Package.objects.filter(pk=two.pk).update(
        ship_by=now + timedelta(days=3),
        status="ready_to_ship",
        tracking_number="NP7742",
        invoice_number="F-1",
    )

    page = text(seller.get(f"/seller/packages/?{query}"))

    named = {"one": one.number, "two": two.number}
    assert numbers_in(page) == [named[name] for name in found]


def test_the_owner_filters_by_seller_and_a_seller_sees_their_own(client, kiln, luma):
    mine, theirs = packed(kiln), packed(luma)
    owner = signed_in(client, make_owner())
    assert numbers_in(text(owner.get("/owner/packages/?seller=luma"))) == [theirs.number]
    assert len(numbers_in(text(owner.get("/owner/packages/")))) == 2

    seller = signed_in(client, make_member(kiln))
    assert numbers_in(text(seller.get("/seller/packages/?seller=luma"))) == [mine.number]
    assert seller.get(f"/seller/packages/{theirs.number}/").status_code == 404


def test_lists_are_of_packages_that_are_there(seller, kiln):
    open_, gone, ended = packed(kiln), packed(kiln), packed(kiln)
    ship_package(package=gone, actor=SYSTEM)
    Package.objects.filter(pk=ended.pk).update(status="cancelled")

    assert numbers_in(text(seller.get("/seller/packages/"))) == [gone.number, open_.number]
    assert numbers_in(text(seller.get("/seller/packages/preparing/"))) == [open_.number]
    assert numbers_in(text(seller.get("/seller/packages/shipped/"))) == [gone.number]


def cancelled_by_customer(package: Package, name: str | None = None) -> None:
    """As cancellations do it: the items end and leave their package."""
    order = package.order
    items = [item for item in items_of(order) if name in (None, item.line.name)]
    case, items = make_case(order, {item.pk: item.quantity for item in items})
    type(case).objects.filter(pk=case.pk).update(status="approved", decided_at=timezone.now())
    OrderItem.objects.filter(pk__in=[item.pk for item in items]).update(
        status="cancelled", open_case=None
    )
    remove_items(order=order, items=items, actor=SYSTEM)


@pytest.mark.django_db(transaction=False)
def test_what_was_cancelled_after_packing_must_not_be_handed_over(seller, kiln):
    stays, ended = packed(kiln), packed(kiln)
    cancelled_by_customer(ended)

    counts = text(seller.get("/seller/package-tabs/?listing=preparing"))
    assert "1 package must not be handed over." in counts
    held = text(seller.get("/seller/packages/?tab=held_back"))
    assert numbers_in(held) == [ended.number]
    assert "1 × Stoneware mug" in held
    assert numbers_in(text(seller.get("/seller/packages/preparing/"))) == [stays.number]


def test_what_left_an_open_package_is_to_be_taken_out(seller, kiln):
    order = make_order(lines=[line(kiln, 2, name="Mug"), line(kiln, 1, name="Bowl")])
    package = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    cancelled_by_customer(package, "Bowl")

    assert "Take out 1 × Bowl: cancelled" in text(seller.get("/seller/packages/preparing/"))
    page = text(seller.get(f"/seller/packages/{package.number}/"))
    assert "Left this package" in page
    assert page.count(">Bowl<") == 1


def test_a_waiting_request_stands_in_the_row(seller, kiln):
    package = packed(kiln)
    waiting_case(package.order)
    assert "Cancel requested" in text(seller.get("/seller/packages/preparing/"))


def test_tabs_are_counted_in_a_second_request(seller, kiln):
    packed(kiln)
    late = packed(kiln)
    Package.objects.filter(pk=late.pk).update(ship_by=timezone.now() - timedelta(days=1))

    page = text(seller.get("/seller/packages/preparing/"))
    assert "package-tabs/?listing=preparing" in page
    counted = seller.get("/seller/package-tabs/?listing=preparing")
    assert [tab.count for tab in counted.context["tabs"]] == ["2", "2", "0", "0", "1"]
    assert seller.get("/seller/package-tabs/?listing=none").status_code == 404


# -- Packing --------------------------------------------------------------------------------


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


# -- Splitting and moving -------------------------------------------------------------------


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


# -- One package ----------------------------------------------------------------------------


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


# -- Many at once ---------------------------------------------------------------------------


def test_a_small_bulk_is_done_at_once_and_said(seller, kiln, norrpost):
    packages = [packed(kiln) for _package in range(3)]
    numbers = [package.number for package in packages]
    tracking = {f"tracking-{number}": f"NP000{i}" for i, number in enumerate(numbers)}

    dialog = text(
        seller.get("/seller/packages/bulk/", {"action": "ship", "numbers": numbers}, headers=HTMX)
    )
    assert "Ship 3 packages" in dialog
    answer = say(
        seller,
        "/seller/packages/bulk/",
        action="ship",
        numbers=numbers,
        back="/seller/packages/preparing/?due=overdue",
        **tracking,
    )

    assert "3 packages shipped." in text(answer)
    assert answer.redirect_chain[-1][0] == "/seller/packages/preparing/?due=overdue"
    assert [reload(one).tracking_number for one in packages] == ["NP0000", "NP0001", "NP0002"]


def test_a_wrong_tracking_number_stands_beside_its_row_and_nothing_ships(seller, kiln, norrpost):
    good, bad = packed(kiln), packed(kiln)

    answer = say(
        seller,
        "/seller/packages/bulk/",
        action="ship",
        numbers=[good.number, bad.number],
        **{f"tracking-{good.number}": "NP0001", f"tracking-{bad.number}": "NP1"},
    )

    page = text(answer, 422)
    assert 'value="NP1"' in page
    assert page.count("tracking numbers look different") >= 1
    assert {reload(good).status, reload(bad).status} == {"preparing"}
    assert not Job.objects.exists()


def test_a_request_is_left_out_of_a_bulk_unless_it_is_said(seller, kiln):
    plain, asked = packed(kiln), packed(kiln)
    waiting_case(asked.order)
    send = {"action": "ship", "numbers": [plain.number, asked.number]}

    question = text(seller.get("/seller/packages/bulk/", send))
    assert "1 package has a waiting cancellation request." in question
    assert "Ship 1 package" in question
    say(seller, "/seller/packages/bulk/", **send, requests="leave_out")
    assert (reload(plain).status, reload(asked).status) == ("shipped", "preparing")

    say(seller, "/seller/packages/bulk/", action="ship", numbers=[asked.number], requests="anyway")
    assert reload(asked).status == "shipped"


@pytest.mark.parametrize("action", ["ready", "ship", "deliver", "change_delivery"])
def test_a_foreign_number_changes_nothing_of_anybody(seller, kiln, luma, norrpost, action):
    mine, theirs = packed(kiln), packed(luma)
    before = reload(theirs)

    answer = say(
        seller,
        "/seller/packages/bulk/",
        action=action,
        numbers=[mine.number, theirs.number],
        delivery_option="standard",
    )

    assert "There is no such package." in text(answer)
    after = reload(theirs)
    assert (after.status, after.version) == (before.status, before.version)


def test_an_unknown_action_is_not_there(seller, kiln):
    package = packed(kiln)
    send = {"action": "burn", "numbers": [package.number]}
    assert seller.get("/seller/packages/bulk/", send).status_code == 404


def test_a_bulk_of_nothing_comes_back(seller, kiln):
    answer = seller.get("/seller/packages/bulk/", {"action": "ship"}, follow=True)
    assert "Select something first." in text(answer)


def test_the_back_address_stays_here(seller, kiln):
    package = packed(kiln)
    answer = say(
        seller,
        f"/seller/packages/{package.number}/ready/",
        follow=False,
        back="https://evil.example/",
    )
    assert answer["Location"] == f"/seller/packages/{package.number}/"


# -- A file of tracking numbers -------------------------------------------------------------


def test_a_file_is_looked_at_before_anything_ships(seller, kiln, luma, norrpost):
    packages, theirs = [packed(kiln) for _package in range(3)], packed(luma)
    rows = [
        f"{packages[0].number},NP0001",
        f"{packages[1].number},WRONG",
        f"{packages[2].number},NP0003",
        f"{theirs.number},NP0004",
    ]
    upload = io.BytesIO("\n".join(["package,tracking", *rows]).encode())
    upload.name = "tracking.csv"

    looked = say(seller, "/seller/packages/tracking/", file=upload)
    page = text(looked)
    assert "Ship 2 packages" in page
    assert "tracking numbers look different" in page
    assert "There is no such package." in page
    assert {reload(package).status for package in [*packages, theirs]} == {"preparing"}

    shipped = say(seller, "/seller/packages/tracking/", content=looked.context["content"])
    assert shipped.redirect_chain[-1][0].startswith("/seller/jobs/")
    assert [reload(package).status for package in packages] == ["shipped", "preparing", "shipped"]
    assert reload(theirs).status == "preparing"
    assert Job.objects.get().failed == 2


def test_no_file_and_no_csv_are_said(seller, kiln):
    assert "Choose a file first." in text(say(seller, "/seller/packages/tracking/"), 422)
    upload = io.BytesIO(b"\x00\xff\xfe not a table")
    upload.name = "x.csv"
    assert say(seller, "/seller/packages/tracking/", file=upload).status_code == 422
