"""Offers to keep it, made and answered."""

import pytest

from tests.returns.api.programs import done, euro

pytestmark = pytest.mark.django_db


def test_an_offer_is_made_and_taken(customer, seller, path):
    offered = done(
        seller.post(f"{path}/offers/", {"item": "1.1", "amount": 900, "message": "Keep it?"})
    )
    [offer] = offered["offers"]
    assert (offer["amount"], offer["status"], offer["made_by"]) == (euro(900), "open", "seller")
    assert "withdraw_offer" in offered["allowed_actions"]
    assert "offer" not in offered["allowed_actions"]
    seen = customer.get(f"{path}/")
    assert {"accept_offer", "decline_offer"} <= set(seen.json()["allowed_actions"])
    act = f"{path}/offers/{offer['id']}"
    assert seller.post(f"{act}/acceptance/").status_code == 403

    taken = done(customer.post(f"{act}/acceptance/", **{"If-Match": seen["ETag"]}))

    assert (taken["status"], taken["items"][0]["status"]) == ("approved", "settled")
    assert taken["items"][0]["agreed_amount"] == euro(900)
    assert taken["refund_plans"][0]["total"] == euro(900)
    assert customer.post(f"{act}/refusal/").status_code == 409


def test_an_offer_is_declined_or_taken_back(customer, seller, path):
    offer = done(seller.post(f"{path}/offers/", {"item": "1.1", "amount": 900}))["offers"][0]
    declined = done(customer.post(f"{path}/offers/{offer['id']}/refusal/"))
    assert declined["offers"][0]["status"] == "declined"
    second = done(seller.post(f"{path}/offers/", {"item": "1.1", "amount": 950}))["offers"][1]

    back = done(seller.post(f"{path}/offers/{second['id']}/withdrawal/"))

    assert [offer["status"] for offer in back["offers"]] == ["declined", "withdrawn"]
    assert seller.post(f"{path}/offers/0/withdrawal/").status_code == 404
    whole = seller.post(f"{path}/offers/", {"item": "1.1", "amount": 2500})
    assert whole.json()["errors"][0]["code"] == "not_a_part"
