"""What each reader is told, and the list."""

import pytest

from returns.models import ReturnEvidence, ReturnRequest
from returns.operations.messages import write_message
from tests.core.hostile_files import picture
from tests.factories import (
    make_member,
    make_owner,
    make_seller,
)
from tests.people import Program
from tests.returns.api.programs import BOTH, ask, done, wanted

pytestmark = pytest.mark.django_db


def test_notes_among_the_marketplaces_people_reach_nobody_else(customer, seller, owner, path):
    case = ReturnRequest.objects.get().case
    write_message(
        case, text="Calls every week.", for_customer=False, for_seller=False, actor=make_owner()
    )
    write_message(case, text="Please send it.", for_seller=False, actor=make_owner())
    done(seller.post(f"{path}/messages/", {"text": "It is used.", "for_customer": False}))

    def told(program) -> list[str]:
        return [message["text"] for message in program.get(f"{path}/").json()["messages"]]

    assert told(owner) == ["Calls every week.", "Please send it.", "It is used."]
    assert told(customer) == ["Please send it."]
    assert told(seller) == ["It is used."]
    assert "for_seller" not in customer.get(f"{path}/").json()["messages"][0]


def test_evidence_of_one_party_alone(customer, seller, owner, path):
    given = done(owner.give(picture("PNG")))
    said = {"text": "Found in the warehouse.", "for_customer": False, "files": [given["key"]]}
    done(owner.post(f"{path}/messages/", said))

    assert ReturnEvidence.objects.count() == 1
    assert seller.get(f"evidence/{given['key']}/").status_code == 200
    assert customer.get(f"evidence/{given['key']}/").status_code == 404
    assert customer.get(f"{path}/").json()["files"] == []
    [told] = owner.get(f"{path}/").json()["files"]
    assert (told["for_customer"], told["for_seller"], told["message"]) == (
        False,
        True,
        owner.get(f"{path}/").json()["messages"][0]["id"],
    )


@pytest.mark.parametrize(
    "act", ["approval", "rejection", "withdrawal", "offers", "shipment", "receipts", "messages"]
)
def test_a_foreign_return_is_missing(path, act):
    content = {
        "rejection": {"reason": "used", "message": "x"},
        "offers": {"item": "1.1", "amount": 1},
        "shipment": {"tracking_number": "1"},
        "messages": {"text": "x"},
    }
    foreign = Program(make_member(make_seller()), *BOTH)

    assert foreign.post(f"{path}/{act}/", content.get(act, {})).status_code == 404
    assert foreign.get(f"{path}/").status_code == 404
    assert foreign.get("returns/").json()["results"] == []


def test_the_list_is_filtered_and_tells_what_changed_of_any_part(seller, owner, path):
    first = owner.get("returns/").json()
    assert [row["number"] for row in first["results"]] == [path.rpartition("/")[2]]
    done(owner.post(f"{path}/approval/"))
    approved = owner.get(f"{path}/").json()
    since = approved["updated_at"]

    def found(**query) -> int:
        answer = owner.get("returns/", **query)
        assert answer.status_code == 200, answer.json()
        return len(answer.json()["results"])

    assert found(status="approved", wish="refund", origin="customer", order="FH-1") == 1
    assert found(parcel="awaited") == 1
    assert found(parcel="received") == found(dispute="open") == found(code="RT-none") == 0
    content = {"tracking_number": "T-1", "other_carrier": "Bike"}
    done(owner.post(f"{path}/shipment/", content))
    later = owner.get(f"{path}/").json()["updated_at"]
    assert later > since
    assert found(updated_since=later) == 1
    assert found(updated_since="2999-01-01T00:00:00Z") == 0
    assert owner.get("returns/", colour="red").status_code == 400


def test_what_is_told_costs_as_much_with_many_parts(
    owner, customer, seller, path, django_assert_max_num_queries
):
    done(seller.post(f"{path}/offers/", {"item": "1.1", "amount": 900}))
    ask(customer, wanted(item="2.1", quantity=1))
    with django_assert_max_num_queries(24):
        owner.get(f"{path}/")
    with django_assert_max_num_queries(24):
        assert len(owner.get("returns/").json()["results"]) == 2


def test_the_owner_asks_for_a_customer(order, owner):
    made = ask(owner)

    assert made["origin"] == "owner"
    assert made["allowed_actions"] == ["approve", "reject", "offer", "withdraw", "write"]
