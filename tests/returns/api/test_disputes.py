"""Disputes: a rejection, the decision, the appeal, and every refusal by its place."""

import pytest

from tests.core.hostile_files import picture
from tests.returns.api.programs import decision, done, euro

pytestmark = pytest.mark.django_db


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
