"""From the answer over the goods to the money, and taking it back."""

import pytest

from tests.returns.api.programs import done, euro, unit

pytestmark = pytest.mark.django_db


def test_the_journey_from_asking_to_the_money(customer, seller, path):
    seen = seller.get(f"{path}/").json()
    assert seen["allowed_actions"] == ["approve", "reject", "offer", "write"]
    assert "payments" not in seen

    approved = done(seller.post(f"{path}/approval/"))

    assert approved["status"] == "approved"
    [plan] = approved["refund_plans"]
    assert (plan["total"], plan["payable_when"], plan["payable_at"]) == (
        euro(2500),
        "on_receipt",
        None,
    )
    code = approved["parcel"]["code"]
    assert "ship" in customer.get(f"{path}/").json()["allowed_actions"]

    sent = done(
        customer.post(f"{path}/shipment/", {"tracking_number": "T-1", "other_carrier": "Bike"})
    )

    assert (sent["parcel"]["status"], sent["parcel"]["carrier"]) == ("sent", "Bike")
    [found] = seller.get("returns/", code=code.lower().replace("-", "")).json()["results"]
    assert found["number"] == sent["number"]

    partly = done(seller.post(f"{path}/receipts/", {"units": [unit()]}))
    assert partly["parcel"]["status"] == "partly_received"
    damaged = unit(condition="damaged", disposition="dispose", note="The handle is off.")
    received = done(seller.post(f"{path}/receipts/", {"units": [damaged]}))

    assert received["parcel"]["status"] == "received"
    assert [units["condition"] for units in received["parcel"]["units"]] == ["ok", "damaged"]
    assert "inspect" in received["allowed_actions"]

    deduction = {"item": "1.1", "amount": 300, "reason": "The handle came off in use."}
    inspected = done(seller.post(f"{path}/inspection/", {"deductions": [deduction]}))

    assert inspected["refund_plans"][0]["total"] == euro(2200)
    assert inspected["refund_plans"][0]["payable_at"]
    told = customer.get(f"{path}/").json()
    assert told["payments"] == [{"method": "credit_card", "amount": euro(2200)}]


@pytest.mark.parametrize(
    ("act", "content", "pointer", "code"),
    [
        ("receipts", {"units": [unit(quantity=3)]}, "/units/0/quantity", "more_than_expected"),
        ("receipts", {"units": [unit(item="9.9")]}, "/units/0/item", "unknown_item"),
        ("receipts", {"units": [unit(condition="fine")]}, "/units/0/condition", "invalid_choice"),
        ("receipts", {"units": [unit(files=["x"])]}, "/units/0/files/0", "unknown_file"),
        ("receipts", {}, "/units", "nothing_chosen"),
        ("inspection", {}, "/deductions", "required"),
        (
            "inspection",
            {"deductions": [{"item": "9.9", "amount": 1, "reason": "x"}]},
            "/deductions/0/item",
            "unknown_item",
        ),
        ("shipment", {}, "/tracking_number", "required"),
    ],
)
def test_bad_words_about_goods_point_at_themselves(owner, path, act, content, pointer, code):
    done(owner.post(f"{path}/approval/"))

    answer = owner.post(f"{path}/{act}/", content)

    assert answer.status_code in (400, 409)
    assert {"pointer": pointer, "code": code}.items() <= answer.json()["errors"][0].items()


def test_before_an_approval_no_goods_are_awaited(seller, path):
    answer = seller.post(f"{path}/receipts/", {"units": [unit()]})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_goods_awaited")
    assert answer.json()["allowed_actions"] == ["approve", "reject", "offer", "write"]


def test_the_customer_takes_back_and_a_stale_reading_is_412(customer, path):
    etag = customer.get(f"{path}/")["ETag"]
    done(customer.post(f"{path}/withdrawal/", **{"If-Match": etag}))

    again = customer.post(f"{path}/withdrawal/")
    stale = customer.post(f"{path}/withdrawal/", **{"If-Match": etag})

    assert (again.status_code, again.json()["code"]) == (409, "not_decidable")
    assert stale.status_code == 412
