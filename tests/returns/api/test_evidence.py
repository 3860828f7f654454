"""Photos and documents: given once, named by their giver, had by both parties."""

from uuid import uuid4

import pytest

from tests.core.hostile_files import picture
from tests.factories import (
    make_member,
    make_seller,
)
from tests.people import Program
from tests.returns.api.programs import BOTH, ask, done, unit, wanted

pytestmark = pytest.mark.django_db


def test_a_photo_is_given_named_and_had_by_both_parties(customer, seller, owner):
    given = done(customer.give(picture("PNG"), "../../crack.png"))
    assert given["name"] == "crack.png"
    file = f"evidence/{given['key']}/"
    assert customer.get(file).status_code == 404  # nothing holds it yet

    made = ask(customer, wanted(reason="arrived_damaged", files=[given["key"]]))

    [told] = made["files"]
    assert (told["key"], told["item"], told["given_by"]) == (given["key"], "1.1", "customer")
    assert "for_seller" not in told
    for program in (customer, seller, owner):
        had = program.get(file)
        assert (had.status_code, had["Content-Type"]) == (200, "image/png")
        assert b"".join(had.streaming_content).startswith(b"\x89PNG")
        assert had["X-Content-Type-Options"] == "nosniff"
    foreign = Program(make_member(make_seller()), *BOTH)
    assert foreign.get(file).status_code == 404
    again = customer.post(
        "orders/FH-1/returns/", {"items": [wanted(item="2.1", quantity=1, files=[given["key"]])]}
    )
    assert again.json()["errors"][0]["code"] == "unknown_file"


def test_a_file_is_given_once_per_key_and_content(customer):
    key = str(uuid4())

    first, again = (customer.give(picture("PNG"), key=key) for _ in range(2))
    other = customer.give(picture("PNG", size=(41, 30)), key=key)

    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert other.status_code == 422


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"MZ\x90"])
def test_what_cannot_be_kept_is_refused_in_words(customer, content):
    answer = customer.give(content, "photo.jpg")

    assert answer.status_code == 400
    assert {"pointer": "/file", "code": "file_refused"}.items() <= answer.json()["errors"][
        0
    ].items()


def test_nobody_names_a_file_of_somebody_else(customer, seller):
    theirs = done(seller.give(picture("PNG")))

    answer = customer.post("orders/FH-1/returns/", {"items": [wanted(files=[theirs["key"]])]})

    assert answer.json()["errors"][0]["code"] == "unknown_file"
    assert customer.post("evidence/").status_code == 415


def test_a_file_that_is_named_twice_is_refused_where_it_stands(customer, seller, path):
    photo = done(customer.give(picture("PNG")))["key"]
    items = [wanted(item="2.1", quantity=1, files=[photo, photo])]
    once = customer.post("orders/FH-1/returns/", {"items": items})
    assert len(once.json()["results"][0]["files"]) == 1  # the same one, said twice

    done(seller.post(f"{path}/approval/"))
    found = done(seller.give(picture("PNG")))["key"]
    units = [unit(files=[found]), unit(condition="damaged", files=[found])]
    answer = seller.post(f"{path}/receipts/", {"units": units})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/units/1/files"
