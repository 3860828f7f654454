"""What the palette answers: to whom, what, in how many queries, and nothing of anybody else."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cancellations.operations import Selection, request_cancellation
from core.actors import Role
from marketplace.navigation import SURFACES
from marketplace.palette.places import ACTS, SETTINGS
from marketplace.palette.shortcuts import keys_of
from orders.models import Case, Customer
from packages.models import Package
from packages.operations import start_packaging
from refunds.models import RefundPlan
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
PART = {"HX-Request": "true"}
SURFACE = {"owner": "owner", "employee": "seller", "seller": "seller", "customer": "my"}


@pytest.fixture
def world():
    """One order of two sellers: each has a request, a plan and a package of it."""
    cache.clear()
    kiln, luma = make_seller("kiln", name="Kiln & Clay"), make_seller("luma", name="Luma")
    order = make_order(
        number="FH-204815",
        lines=[line(kiln, 3), line(luma, 3)],
    )
    Customer.objects.update(first_name="Annika", email="annika@example.org")
    make_order(number="FH-204816", lines=[line(luma, 1)])
    customer = make_customer(order)
    for seller in (kiln, luma):
        cancel_one_of(order, seller, customer)
        left = [
            item
            for item in items_of(order)
            if item.seller_id == seller.pk and item.status == "waiting_packaging"
        ]
        start_packaging(order=order, items=left, actor=make_member(seller))
    people = {
        "owner": make_owner(),
        "seller": make_member(kiln),
        "employee": make_member(kiln, "employee"),
        "customer": customer,
    }
    return people, kiln, luma


def cancel_one_of(order, seller, customer) -> None:
    item = next(item for item in items_of(order) if item.seller_id == seller.pk)
    wanted = [Selection(item_id=item.pk, quantity=1, reason_code="changed_mind", note="")]
    request_cancellation(order=order, selections=wanted, actor=customer)


@pytest.fixture
def ask(world):
    people = world[0]

    def asked(who: str, words: str = "", **headers) -> str:
        client = signed_in(Client(), people[who])
        address = f"/{SURFACE[who]}/palette/"
        answer = client.get(address, {"q": words}, headers=PART | headers)
        assert answer.status_code == 200
        return answer.content.decode()

    return asked


def links(html: str) -> list[str]:
    return re.findall(r'role="option"[^>]*href="([^"]+)"', html)


def number_of(model, seller) -> str:
    return model.objects.get(seller=seller).number


@pytest.mark.parametrize("words", ["FH-204815", "fh-2048", "204815", "lindq", "annika@example.org"])
def test_an_order_is_found_by_its_number_and_by_its_customer(ask, words):
    for who in ("owner", "seller"):
        assert f"/{SURFACE[who]}/orders/FH-204815/" in links(ask(who, words))


def test_things_of_another_seller_are_never_found(ask, world):
    _people, kiln, luma = world
    pages = {Package: "packages", Case: "requests", RefundPlan: "refund-plans"}

    for model, page in pages.items():
        own, foreign = number_of(model, kiln), number_of(model, luma)
        assert f"/seller/{page}/{own}/" in links(ask("seller", own))
        assert f"/owner/{page}/{foreign}/" in links(ask("owner", foreign.lower()))
        assert foreign not in "".join(links(ask("seller", foreign))[:-1])  # the last one searches
    assert links(ask("seller", "FH-204816")) == ["/seller/orders/?search=FH-204816"]


def test_a_customer_finds_their_own(ask, world):
    _people, kiln, _luma = world
    request = number_of(Case, kiln)

    assert "/my/orders/FH-204815/" in links(ask("customer", "FH-2048"))
    assert "/my/orders/FH-204816/" not in links(ask("customer", "FH-2048"))
    assert f"/my/requests/{request}/" in links(ask("customer", request))
    assert links(ask("customer", number_of(Package, kiln)))[:-1] == []


def test_a_package_is_found_by_its_tracking_number(ask, world):
    _people, kiln, luma = world
    for seller, tracking in ((kiln, "1Z999AA1"), (luma, "1Z999AA2")):
        Package.objects.filter(seller=seller).update(tracking_number=tracking)

    assert links(ask("seller", "1z999aa"))[:-1] == [f"/seller/packages/{number_of(Package, kiln)}/"]


def test_a_seller_is_found_by_the_owner_alone(ask):
    assert "/owner/orders/?seller=kiln" in links(ask("owner", "clay"))
    assert "?seller=" not in ask("seller", "clay")


@pytest.mark.parametrize(
    ("who", "words", "there", "missing"),
    [
        ("owner", "sett", "/owner/settings/reasons/", "/seller/settings/"),
        ("seller", "sett", "/seller/settings/tokens/", "/owner/"),
        ("employee", "", "/seller/packages/", "/seller/settings/"),
        ("customer", "", "/my/orders/", "/seller/"),
        ("seller", "upload tracking", "/seller/packages/tracking/", "/owner/"),
        ("owner", "add sell", "/owner/settings/new-seller/", "/seller/"),
    ],
)
def test_pages_and_acts_are_those_that_the_reader_may_open(ask, who, words, there, missing):
    found = links(ask(who, words))

    assert any(address.startswith(there) for address in found)
    assert not any(address.startswith(missing) for address in found)


COMMANDS = {
    "Export orders": {"owner", "seller"},
    "Export order items": {"owner", "seller"},
    "Start packaging": {"owner", "seller", "employee"},
    "Upload tracking numbers": {"owner", "seller", "employee"},
    "Receive a return": {"owner", "seller", "employee"},
    "Answer requests": {"owner", "seller"},
    "Add a seller": {"owner"},
    "Add a reason": {"owner"},
    "Keyboard shortcuts": {"owner", "seller", "employee", "customer"},
}


def test_every_command_is_offered_to_those_who_may_do_it(ask):
    assert {str(place.label) for acts in ACTS.values() for place in acts} == set(COMMANDS)
    for command, people in COMMANDS.items():
        offered = {who for who in SURFACE if command in ask(who, command.lower())}
        assert offered == people, command


def test_every_address_that_is_offered_answers(ask, world):
    people = world[0]
    for who in people:
        client = signed_in(Client(), people[who])
        for place in (*ACTS[people[who].role], *SETTINGS[people[who].role]):
            for address in links(ask(who, str(place.label).lower())):
                if address.startswith("/"):
                    status = client.get(address).status_code
                    assert status in (200, 302), f"{who}: {address} answers {status}"


def test_nothing_found_says_so_and_offers_the_list(ask):
    html = ask("owner", "zzz-unheard-of")

    assert 'data-count="0"' in html
    assert links(html) == ["/owner/orders/?search=zzz-unheard-of"]


@pytest.mark.parametrize("words", ["<script>x</script>", "%", "_", "'; --", "a\0b", "x" * 500])
def test_hostile_words_are_only_words(ask, words):
    assert "<script>" not in ask("owner", words)


def test_what_is_unchanged_is_answered_without_a_body(client, world):
    signed_in(client, world[0]["seller"])
    first = client.get("/seller/palette/", {"q": "FH-2048"}, headers=PART)
    again = client.get(
        "/seller/palette/", {"q": "FH-2048"}, headers=PART | {"If-None-Match": first["ETag"]}
    )

    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first["Cache-Control"]
    assert "HX-Request" in first["Vary"]
    Customer.objects.update(first_name="Somebody")
    changed = client.get(
        "/seller/palette/", {"q": "FH-2048"}, headers=PART | {"If-None-Match": first["ETag"]}
    )
    assert changed.status_code == 200


@pytest.mark.parametrize("who", ["owner", "seller", "customer"])
def test_without_scripts_it_is_a_page(client, world, who):
    signed_in(client, world[0][who])
    html = client.get(f"/{SURFACE[who]}/palette/", {"q": "FH-204815"}).content.decode()

    assert f'href="/{SURFACE[who]}/orders/FH-204815/"' in html
    assert "<c-" not in html
    assert 'role="option"' not in html.split("<dialog")[0]


def test_it_takes_few_queries_however_much_is_found(client, world):
    people, kiln, _luma = world
    signed_in(client, people["owner"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/owner/palette/", {"q": "FH-20"}, headers=PART)
        return len(asked)

    cost()
    few = cost()
    for number in range(8):
        make_order(number=f"FH-20{number}", lines=[line(kiln, 1)])
    assert cost() == few <= 8


@pytest.mark.parametrize("role", SURFACES)
def test_each_key_is_given_once_and_goes_to_a_page_that_is_there(client, world, role):
    people = {Role.OWNER: "owner", Role.SELLER: "seller", Role.CUSTOMER: "customer"}
    signed_in(client, world[0][people[role]])
    keys = [one for group in keys_of(role).groups for one in group.shortcuts]

    assert len({one.keys for one in keys}) == len(keys)
    for one in keys:
        if one.url:
            assert client.get(one.url, follow=True).status_code == 200
