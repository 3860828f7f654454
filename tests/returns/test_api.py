"""Returns by programs: the journeys, what each party is told, and every refusal by its place."""

from uuid import uuid4

import pytest

from returns.models import ReturnEvidence, ReturnRequest
from returns.operations.messages import write_message
from tests.core.hostile_files import picture
from tests.factories import (
    items_of,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import Program
from tests.returns.acts import delivered_order, policy

pytestmark = pytest.mark.django_db
BOTH = ("returns:read", "returns:write")
EURO = "EUR"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)


@pytest.fixture
def order():
    """2 × 10.00 with 5.00 shipping, and 1 × 3.00; all of it delivered."""
    return delivered_order(number="FH-1")


@pytest.fixture
def customer(order):
    return Program(make_customer(order), "orders:read", *BOTH)


@pytest.fixture
def seller(order):
    return Program(make_member(items_of(order)[0].seller), "orders:read", *BOTH)


@pytest.fixture
def owner():
    return Program(make_owner(), "orders:read", *BOTH)


def wanted(item="1.1", quantity=2, reason="not_as_described", **more) -> dict:
    return {"item": item, "quantity": quantity, "reason": reason, **more}


def ask(program: Program, *items: dict, **wishes) -> dict:
    answer = program.post("orders/FH-1/returns/", {"items": items or [wanted()], **wishes})
    assert answer.status_code == 201, answer.json()
    [made] = answer.json()["results"]
    assert answer["Location"].endswith(f"/api/v1/returns/{made['number']}/")
    return made


def done(answer) -> dict:
    assert answer.status_code == 201, answer.json()
    return answer.json()


def euro(amount: int) -> dict:
    return {"amount": amount, "currency": EURO}


@pytest.fixture
def path(customer) -> str:
    return f"returns/{ask(customer)['number']}"


# -- Asking --------------------------------------------------------------------------------


def test_a_customer_asks_is_told_all_and_the_order_says_so(customer):
    before = customer.get("orders/FH-1/").json()

    made = ask(customer, wanted(note="The glaze is blue."))

    assert before["allowed_actions"] == ["return"]
    assert (made["status"], made["origin"], made["order"]) == ("waiting", "customer", "FH-1")
    assert (made["wish"], made["pay_to"]) == ("refund", "original")
    assert made["estimate"] == euro(2500)
    [item] = made["items"]
    assert item["reason"]["code"] == "not_as_described"
    assert (item["note"], item["status"], item["goods_back"]) == (
        "The glaze is blue.",
        "waiting",
        True,
    )
    assert made["parcel"] is None
    assert made["dispute"] is None
    assert made["allowed_actions"] == ["withdraw", "write"]
    after = customer.get("orders/FH-1/").json()
    mugs, bowl = (line["items"][0] for line in after["lines"])
    assert (mugs["open_request"], mugs["allowed_actions"]) == (made["number"], [])
    assert bowl["allowed_actions"] == ["return"]


def test_the_estimate_is_what_is_asked_for_and_writes_nothing(customer):
    policy(return_shipping_fee=400)
    content = {"items": [wanted(quantity=1, reason="does_not_fit")]}

    answer = customer.post("orders/FH-1/return-estimates/", content)

    told = answer.json()
    assert answer.status_code == 200
    assert told["total"] == euro(850)
    [item] = told["items"]
    lines = {line["component"]: line["amount"]["amount"] for line in item["lines"]}
    assert lines == {"product": 1000, "shipping": 250, "return_shipping": -400}
    assert told["payments"] == [{"method": "credit_card", "amount": euro(850)}]
    assert not ReturnRequest.objects.exists()
    assert ask(customer, *content["items"])["estimate"] == told["total"]


def test_a_replayed_key_makes_one_return(customer):
    key, content = str(uuid4()), {"items": [wanted()]}

    first, second = (customer.post("orders/FH-1/returns/", content, key) for _ in range(2))

    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert ReturnRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        (wanted(item="9.9"), "/items/0/item", "unknown_item"),
        (wanted(quantity=3), "/items/0/quantity", "quantity_not_left"),
        (wanted(quantity=0), "/items/0/quantity", "min_value"),
        (wanted(reason="changed_mood"), "/items/0/reason", "reason_not_allowed"),
        (wanted(reason="arrived_damaged"), "/items/0/files", "evidence_required"),
        (wanted(files=["no-key"]), "/items/0/files/0", "unknown_file"),
        (wanted(files=[str(uuid4())]), "/items/0/files/0", "unknown_file"),
        (wanted(colour="red"), "/items/0/colour", "unknown_field"),
    ],
)
def test_bad_input_gets_a_problem_that_points_at_it(customer, item, pointer, code):
    answer = customer.post("orders/FH-1/returns/", {"items": [item]})

    assert answer.status_code in (400, 409)
    assert {"pointer": pointer, "code": code}.items() <= answer.json()["errors"][0].items()
    assert not ReturnRequest.objects.exists()


def test_a_seller_may_not_ask(seller):
    answer = seller.post("orders/FH-1/returns/", {"items": [wanted()]})

    assert answer.status_code == 403


def test_what_has_not_shipped_is_told_to_cancel():
    program = Program(make_customer(make_order(number="FH-1")), "orders:read", *BOTH)

    answer = program.post("orders/FH-1/returns/", {"items": [wanted()]})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_returnable")
    assert answer.json()["allowed_actions"] == ["cancel"]


# -- Evidence ------------------------------------------------------------------------------


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


# -- Answering and goods -------------------------------------------------------------------


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


def unit(item="1.1", condition="ok", quantity=1, disposition="restock", **more) -> dict:
    return {
        "item": item,
        "condition": condition,
        "quantity": quantity,
        "disposition": disposition,
        **more,
    }


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


# -- Offers --------------------------------------------------------------------------------


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


# -- Disputes ------------------------------------------------------------------------------


def test_a_rejection_a_decision_and_the_appeal(customer, seller, owner, path):
    wordless = seller.post(f"{path}/rejection/", {"reason": "used", "message": "It is used."})
    assert wordless.json()["errors"][0]["code"] == "evidence_required"
    photo = done(seller.give(picture("PNG")))["key"]
    refusal = {"reason": "used", "message": "It is used.", "files": [photo]}

    rejected = done(seller.post(f"{path}/rejection/", refusal))

    assert (rejected["status"], rejected["dispute"]["status"]) == ("rejected", "open")
    [item] = rejected["items"]
    assert (item["rejection"]["code"], item["answer"]) == ("used", "It is used.")
    assert [file["given_by"] for file in customer.get(f"{path}/").json()["files"]] == ["seller"]
    early = owner.post(f"{path}/dispute/decision/", decision("none"))
    assert early.json()["allowed_actions"] == ["full"]
    assert "state" in customer.get(f"{path}/").json()["allowed_actions"]

    stated = done(customer.post(f"{path}/dispute/statement/", {"text": "It came like this."}))
    assert stated["dispute"]["status"] == "deciding"
    assert stated["messages"][0]["text"] == "It came like this."
    assert customer.post(f"{path}/dispute/decision/", decision("full")).status_code == 403

    half = decision("partial", lines=[{"item": "1.1", "amount": 1200}], internal_note="Odd.")
    decided = done(owner.post(f"{path}/dispute/decision/", half))

    [ruling] = decided["dispute"]["decisions"]
    assert (ruling["outcome"], ruling["fault"], ruling["internal_note"]) == (
        "partial",
        "carrier",
        "Odd.",
    )
    assert ruling["lines"] == [{"item": "1.1", "amount": euro(1200)}]
    assert decided["refund_plans"][-1]["total"] == euro(1200)
    for program in (customer, seller):
        told = program.get(f"{path}/").json()
        assert "internal_note" not in told["dispute"]["decisions"][0]
    assert "appeal" in customer.get(f"{path}/").json()["allowed_actions"]

    appealed = done(customer.post(f"{path}/dispute/appeal/", {"text": "All of it is broken."}))
    assert appealed["dispute"]["status"] == "appealed"
    more = decision("partial", lines=[{"item": "1.1", "amount": 300}])
    final = done(owner.post(f"{path}/dispute/decision/", more))

    assert final["dispute"]["status"] == "closed"
    assert [plan["total"] for plan in final["refund_plans"]] == [euro(1200), euro(300)]
    again = customer.post(f"{path}/dispute/appeal/", {"text": "Still."})
    assert (again.status_code, again.json()["code"]) == (409, "no_appeal")


def decision(outcome: str, **more) -> dict:
    return {
        "outcome": outcome,
        "fault": "carrier",
        "shipping_paid_by": "marketplace",
        "note": "Both pictures show it.",
        **more,
    }


def test_without_a_dispute_there_is_nothing_to_decide(owner, path):
    answer = owner.post(f"{path}/dispute/decision/", decision("full"))

    assert (answer.status_code, answer.json()["code"]) == (409, "no_dispute")


def test_a_decision_points_at_what_is_wrong_with_it(customer, seller, owner, path):
    refusal = {"reason": "as_described", "message": "As in the picture."}
    done(seller.post(f"{path}/rejection/", refusal))
    done(customer.post(f"{path}/dispute/statement/", {"text": "No."}))

    def pointer(**content) -> tuple[str, str]:
        answer = owner.post(f"{path}/dispute/decision/", decision("partial") | content)
        error = answer.json()["errors"][0]
        return error["pointer"], error["code"]

    too_much = [{"item": "1.1", "amount": 2501}]
    assert pointer(lines=too_much)[0] == "/lines/0/amount"
    assert pointer(lines=[{"item": "2.1", "amount": 1}]) == ("/lines/0/item", "unknown_item")
    assert pointer(lines=[]) == ("/lines", "nothing_chosen")
    assert pointer(outcome="some") == ("/outcome", "invalid_choice")
    assert pointer(note="") == ("/note", "blank")


# -- What each reader is told --------------------------------------------------------------


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


# -- The list ------------------------------------------------------------------------------


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
