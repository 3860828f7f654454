"""Rules of product.md §5: pure, so tested without a database."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.actors import SYSTEM, Actor, Rank, Role
from core.deadlines.defaults import DEFAULTS
from core.deadlines.schedule import Schedule
from core.errors import NotAllowed
from core.evidence.models import StoredFile
from orders.models import Case, OrderItem, OrderStatus, Reason
from returns.models import Offer, ReturnItem, ReturnPolicy, ReturnRequest
from returns.offer_policies import fits_offer, may_answer_offer, may_offer, may_withdraw_offer
from returns.policies import (
    ABOVE_SILENCE_LIMIT,
    MOST_FILES,
    RULES,
    Grounds,
    Terms,
    Window,
    allowed_actions,
    fits_evidence,
    fits_message,
    may_answer,
    may_request,
    may_return,
    may_withdraw,
    rule_in_words,
    terms_of,
)
from returns.rules import Policies

NOW = timezone.now()
RULE = Schedule(DEFAULTS["return.window"])


def policies(*rows: dict) -> Policies:
    """Rules with these rows written; none of them asks the database for the usual window."""
    found = Policies([ReturnPolicy(**row) for row in rows])
    found.__dict__["_usual_window"] = RULE
    return found


def actor(role: Role, rank: Rank | None = None, seller_id: int | None = None) -> Actor:
    return Actor(role, user_id=1, seller_id=seller_id, rank=rank)


CUSTOMER = actor(Role.CUSTOMER)
OWNER = actor(Role.OWNER, Rank.MANAGER)
SELLER = actor(Role.SELLER, Rank.MANAGER, seller_id=7)
PEOPLE = {
    "customer": CUSTOMER,
    "seller employee": actor(Role.SELLER, Rank.EMPLOYEE, seller_id=7),
    "seller manager": SELLER,
    "other seller": actor(Role.SELLER, Rank.ADMIN, seller_id=8),
    "owner employee": actor(Role.OWNER, Rank.EMPLOYEE),
    "owner manager": OWNER,
    "carrier": actor(Role.CARRIER),
    "system": SYSTEM,
}


def request(status: str = "waiting", origin: str = "customer", held_by: str = "") -> ReturnRequest:
    case = Case(seller_id=7, status=status, origin=origin, kind=Case.Kind.RETURN)
    return ReturnRequest(case=case, held_by=held_by)


def those_who(may) -> set[str]:
    return {name for name, person in PEOPLE.items() if may(person) is None}


# -- Which rules hold -----------------------------------------------------------------------


def test_without_a_row_the_defaults_hold():
    rules = policies().rules_for(7, "Shoes", "EUR")

    assert rules.window is RULE
    assert (rules.payable_when, rules.keep_goods_up_to, rules.restocking_rate) == (
        "on_receipt",
        None,
        0,
    )
    assert (rules.return_shipping_fee, rules.silence_approves_up_to) == (0, None)
    assert rules.takes_returns
    assert not rules.opens_on_failed_delivery


def test_each_column_is_said_by_the_narrowest_row_that_says_it():
    book = policies(
        {"window_days": 10, "payable_when": "at_once", "restocking_rate": Decimal("0.1")},
        {"category": "Shoes", "window_days": 20, "restocking_rate": Decimal("0.2")},
        {"seller_id": 7, "window_days": 30},
        {"seller_id": 7, "category": "Shoes", "on_delivery_failed": "open"},
    )

    both = book.rules_for(7, "Shoes")
    assert (both.window.rule.amount, both.restocking_rate, both.payable_when) == (
        30,
        Decimal("0.2"),
        "at_once",
    )
    assert both.opens_on_failed_delivery
    assert book.rules_for(7, "Mugs").window.rule.amount == 30
    assert book.rules_for(8, "Shoes").window.rule.amount == 20
    assert book.rules_for(8, "Mugs").restocking_rate == Decimal("0.1")
    assert not book.rules_for(8, "Shoes").opens_on_failed_delivery


def test_zero_is_said_and_nothing_is_not():
    book = policies(
        {"currency": "EUR", "return_shipping_fee": 500, "restocking_rate": Decimal("0.1")},
        {"seller_id": 7, "currency": "EUR", "return_shipping_fee": 0, "restocking_rate": 0},
    )

    rules = book.rules_for(7, "", "EUR")

    assert (rules.return_shipping_fee, rules.restocking_rate) == (0, 0)


def test_amounts_of_another_currency_leave_the_word_to_the_wider_row():
    book = policies(
        {"currency": "EUR", "keep_goods_up_to": 1000},
        {"seller_id": 7, "currency": "USD", "keep_goods_up_to": 2000, "window_days": 5},
    )

    assert book.rules_for(7, "", "USD").keep_goods_up_to == 2000
    assert book.rules_for(7, "", "EUR").keep_goods_up_to == 1000
    assert book.rules_for(7, "", "EUR").window.rule.amount == 5
    assert book.rules_for(7, "", "GBP").keep_goods_up_to is None


# -- What may be returned -------------------------------------------------------------------


def why(status: str = "delivered", who: Actor = CUSTOMER, open_case: int | None = None, **facts):
    item = OrderItem(status=status, open_case_id=open_case)
    facts.setdefault("window", Window())
    grounds = Grounds(rules=policies().rules_for(7, ""), **facts)
    return may_return(item, grounds, who, NOW)


@pytest.mark.parametrize("status", OrderStatus.values)
def test_what_has_shipped_and_not_ended_may_be_returned(status):
    may = why(status) is None

    assert may == (status in ("shipped", "delivered", "delivery_failed"))


CLOSED = Window(until=NOW, last_day=NOW.date())
OPEN = Window(until=NOW + timedelta(microseconds=1), last_day=NOW.date())


def test_until_the_instant_and_not_a_moment_longer():
    assert why(window=OPEN) is None
    assert why(window=CLOSED).code == "window_closed"


@pytest.mark.parametrize("window", [CLOSED, Window(takes_returns=False)])
def test_the_marketplace_may_be_late(window):
    assert why(window=window) is not None
    assert why(window=window, who=OWNER) is None
    assert why(window=window, who=SYSTEM) is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"open_case": 5}, "open already"),
        ({"answered": "settled"}, "agreed for good"),
        ({"answered": "rejected", "dispute_open": True}, "looking at it"),
        ({"answered": "rejected"}, "final"),
        ({"part_of": OrderItem(number="3.1")}, r"item 3\.1"),
    ],
)
@pytest.mark.parametrize("who", [CUSTOMER, OWNER])
def test_what_is_dealt_with_is_not_returned_by_anybody(facts, words, who):
    assert re.search(words, str(why(who=who, **facts)))


def test_who_asks():
    assert those_who(may_request) == {"customer", "owner manager", "system"}


# -- Terms ----------------------------------------------------------------------------------

RULES_WITH_FEES = {
    "currency": "EUR",
    "restocking_rate": Decimal("0.1"),
    "return_shipping_fee": 500,
    "keep_goods_up_to": 1000,
}


def terms(worth: int = 5000, wish: str = "refund", status: str = "delivered", **reason) -> Terms:
    facts = {"fault": "customer", "shipping_paid_by": "customer", "needs_goods_back": True}
    return terms_of(
        OrderItem(status=status),
        Reason(**(facts | reason)),
        policies(RULES_WITH_FEES).rules_for(7, "", "EUR"),
        worth=worth,
        wish=wish,
    )


def test_fees_follow_the_fault_and_who_pays_the_way_back():
    assert terms() == Terms(True, "on_receipt", Decimal("0.1"), 500)
    assert terms(fault="seller") == Terms(True, "on_receipt", Decimal(0), 500)
    assert terms(shipping_paid_by="carrier") == Terms(True, "on_receipt", Decimal("0.1"), 0)


@pytest.mark.parametrize(("worth", "back"), [(999, False), (1000, False), (1001, True)])
def test_worth_no_more_than_the_rule_it_stays_and_costs_no_fee(worth, back):
    found = terms(worth)

    assert found.goods_back is back
    assert back or found == Terms(False, "at_once", Decimal(0), 0)


def test_a_reason_may_leave_the_goods_where_they_are():
    assert terms(needs_goods_back=False) == Terms(goods_back=False)


def test_a_missing_part_takes_nothing_back():
    assert terms(wish="missing_part") == Terms(goods_back=False)


def test_what_was_never_delivered_always_comes_back():
    assert terms(10, status="delivery_failed", needs_goods_back=False).goods_back


@pytest.mark.parametrize(
    ("needs", "kind", "who", "files", "code"),
    [
        (True, "return", CUSTOMER, 0, "evidence_required"),
        (True, "return", CUSTOMER, 1, None),
        (False, "return", CUSTOMER, 0, None),
        (True, "return", OWNER, 0, None),
        (True, "rejection", OWNER, 0, "evidence_required"),
        (True, "rejection", SELLER, 0, "evidence_required"),
        (False, "return", CUSTOMER, MOST_FILES, None),
        (False, "return", CUSTOMER, MOST_FILES + 1, "too_many"),
    ],
)
def test_evidence_where_the_reason_wants_it_and_not_too_much(needs, kind, who, files, code):
    reason = Reason(kind=kind, text="It broke", needs_evidence=needs)

    problem = fits_evidence(reason, [StoredFile()] * files, who, field="items/0")

    assert getattr(problem, "code", None) == code


# -- Who answers ----------------------------------------------------------------------------


def test_who_answers():
    assert those_who(lambda person: may_answer(request(), person)) == {
        "seller manager",
        "owner manager",
        "system",
    }


def test_after_their_time_the_seller_answers_no_more():
    late = request(held_by=ABOVE_SILENCE_LIMIT)

    assert those_who(lambda person: may_answer(late, person)) == {"owner manager", "system"}
    assert "marketplace decides" in str(may_answer(late, SELLER))


@pytest.mark.parametrize("status", [status for status in Case.Status.values if status != "waiting"])
def test_what_is_answered_is_neither_answered_nor_withdrawn(status):
    assert those_who(lambda person: may_answer(request(status), person)) == set()
    assert those_who(lambda person: may_withdraw(request(status), person)) == set()


@pytest.mark.parametrize(
    ("origin", "who"),
    [
        ("customer", {"customer", "owner manager", "system"}),
        ("system", {"customer", "owner manager", "system"}),
        ("owner", {"owner manager", "system"}),
    ],
)
def test_who_takes_a_request_back(origin, who):
    asked = request(origin=origin)

    assert those_who(lambda person: may_withdraw(asked, person)) == who


def test_the_actions_are_what_the_rules_allow():
    assert allowed_actions(request(), SELLER) == ["approve", "reject", "offer"]
    assert allowed_actions(request(), CUSTOMER) == ["withdraw"]
    assert allowed_actions(request(), OWNER) == ["approve", "reject", "offer", "withdraw"]
    assert allowed_actions(request("approved"), OWNER) == []


def test_every_rule_has_words_and_an_unknown_one_stays_readable():
    assert all(rule_in_words(rule) != rule for rule in RULES)
    assert rule_in_words("some_old_rule") == "some old rule"


def test_a_message_says_something():
    assert fits_message("No, because") is None
    assert fits_message("").code == "note_required"
    assert fits_message("x" * 500) is None
    assert fits_message("x" * 501).code == "invalid"


# -- Offers ---------------------------------------------------------------------------------


def offer(status: str = "open", due_in: int = 60) -> Offer:
    return Offer(status=status, seller_id=7, due_at=NOW + timedelta(seconds=due_in))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"made": 2}, None),
        ({"made": 3}, "offer_not_possible"),
        ({"has_open": True}, "offer_not_possible"),
        ({"status": "approved"}, "not_decidable"),
        ({"item_status": "delivery_failed"}, "offer_not_possible"),
        ({"item_status": "shipped"}, None),
    ],
)
def test_what_may_be_offered(facts, code):
    facts = {"made": 0, "has_open": False, "status": "waiting", "item_status": "delivered"} | facts
    item = OrderItem(status=facts.pop("item_status"))
    entry = ReturnItem(status=facts.pop("status"), item=item)

    assert getattr(may_offer(entry, **facts), "code", None) == code


def test_an_offer_is_a_part_of_the_whole():
    assert [fits_offer(amount, 100, "") is None for amount in (0, 1, 99, 100)] == [
        False,
        True,
        True,
        False,
    ]
    assert fits_offer(1, 1, "").allowed == ["1"]
    assert fits_offer(1, 100, "x" * 501).field == "message"


def test_who_answers_an_offer_and_who_takes_it_back():
    assert those_who(lambda person: may_answer_offer(offer(), person, NOW)) == {
        "customer",
        "owner manager",
        "system",
    }
    assert those_who(lambda person: may_withdraw_offer(offer(), person)) == {
        "seller manager",
        "owner manager",
        "system",
    }


@pytest.mark.parametrize("status", ["accepted", "declined", "lapsed", "withdrawn"])
def test_what_has_ended_is_left_alone(status):
    assert those_who(lambda person: may_answer_offer(offer(status), person, NOW)) == set()
    assert those_who(lambda person: may_withdraw_offer(offer(status), person)) == set()


def test_an_offer_lapses_at_its_instant():
    assert may_answer_offer(offer(due_in=1), CUSTOMER, NOW) is None
    assert may_answer_offer(offer(due_in=0), CUSTOMER, NOW) is not None
    assert isinstance(may_answer_offer(offer(), SELLER, NOW), NotAllowed)
