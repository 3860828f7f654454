"""Rules of product.md §4: pure, so tested without a database."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy, CancellationRequest
from cancellations.policies import (
    RULES,
    may_answer,
    may_overrule,
    may_request,
    may_withdraw,
    rule_in_words,
    verdict_of,
)
from core.actors import SYSTEM, Actor, Rank, Role
from core.errors import NotAllowed
from orders.models import Case, Order, OrderItem, Reason
from orders.reasons import why_not

NOW = timezone.now()
LIMITS = {"within_minutes": 60, "up_to_amount": 5000, "currency": "EUR"}


def verdict(policy=None, statuses=("preparing",), age=timedelta(0), amount=1000, currency="EUR"):
    order = Order(placed_at=NOW - age, currency=currency)
    return verdict_of(policy, order, statuses, amount=amount, now=NOW)


@pytest.mark.parametrize("status", OrderItem.UNSHIPPED)
def test_without_a_policy_whatever_has_not_shipped_is_approved(status):
    said = verdict(statuses=[status], age=timedelta(days=400), amount=10**9)

    assert (said.approved, said.rule) == (True, "unshipped")


def test_a_policy_with_nothing_narrowed_is_the_default_policy():
    assert verdict(AutoApprovalPolicy()).rule == "unshipped"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, "within_limits"),
        ({"age": timedelta(minutes=60)}, "within_limits"),
        ({"age": timedelta(minutes=61)}, "placed_too_long_ago"),
        ({"amount": 5000}, "within_limits"),
        ({"amount": 5001}, "amount_too_high"),
        ({"currency": "BRL", "amount": 1}, "amount_too_high"),
        ({"statuses": ["preparing", "ready_to_ship"]}, "packed_too_far"),
    ],
)
def test_a_narrowed_policy_says_which_limit_holds_it_up(given, rule):
    policy = AutoApprovalPolicy(up_to_status="preparing", **LIMITS)

    said = verdict(policy, **given)

    assert said.rule == rule
    assert said.approved is (rule == "within_limits")


def test_every_rule_can_be_read_by_a_person():
    assert all(rule_in_words(rule).endswith(".") for rule in RULES)
    assert rule_in_words("an_older_rule") == "an older rule"


@pytest.mark.parametrize(
    "rule",
    [
        *("unshipped", "within_limits", "silence", "silence_rejects", "escalated", "imported"),
        *("already_shipped", "packed_too_far", "placed_too_long_ago", "amount_too_high"),
    ],
)
def test_each_rule_that_is_recorded_has_a_sentence(rule):
    assert rule_in_words(rule) != rule.replace("_", " ")


def test_an_employee_of_the_marketplace_is_told_that_the_role_is_too_low():
    refusal = may_request(Actor(Role.OWNER, user_id=1, rank=Rank.EMPLOYEE))

    assert isinstance(refusal, NotAllowed)
    assert refusal.code == "rank_too_low"


def test_a_seller_does_not_ask_but_reject():
    refusal = may_request(Actor(Role.SELLER, user_id=1, seller_id=1, rank=Rank.ADMIN))

    assert isinstance(refusal, NotAllowed)
    assert refusal.code == "seller_may_not_cancel"


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (Actor(Role.CUSTOMER, user_id=1), True),
        (Actor(Role.OWNER, user_id=1, rank=Rank.MANAGER), True),
        (Actor(Role.OWNER, user_id=1, rank=Rank.EMPLOYEE), False),
        (Actor(Role.CARRIER), False),
    ],
)
def test_who_may_ask(actor, allowed):
    assert (may_request(actor) is None) is allowed


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (SYSTEM, True),
        (Actor(Role.OWNER, user_id=1, rank=Rank.MANAGER), True),
        (Actor(Role.OWNER, user_id=1, rank=Rank.EMPLOYEE), False),
        (Actor(Role.SELLER, user_id=1, seller_id=7, rank=Rank.MANAGER), True),
        (Actor(Role.SELLER, user_id=1, seller_id=8, rank=Rank.ADMIN), False),
        (Actor(Role.CUSTOMER, user_id=1), False),
    ],
)
def test_who_may_answer_a_waiting_case(actor, allowed):
    assert (may_answer(_request("waiting"), actor) is None) is allowed
    assert may_answer(_request("approved"), actor) is not None


MANAGER = Actor(Role.OWNER, user_id=1, rank=Rank.MANAGER)
EMPLOYEE = Actor(Role.OWNER, user_id=2, rank=Rank.EMPLOYEE)
SELLER = Actor(Role.SELLER, user_id=3, seller_id=7, rank=Rank.MANAGER)
CUSTOMER = Actor(Role.CUSTOMER, user_id=4)


@pytest.mark.parametrize("facts", [{"evaluated_at": None}, {"held_by": "escalated"}])
def test_what_is_not_the_sellers_to_answer_the_marketplace_may(facts):
    request = _request("waiting", **facts)

    assert may_answer(request, SELLER).code == "not_decidable"
    assert may_answer(request, MANAGER) is None
    assert may_answer(request, SYSTEM) is None


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (CUSTOMER, None),
        (MANAGER, None),
        (SYSTEM, None),
        (EMPLOYEE, "rank_too_low"),
        (SELLER, "not_allowed"),
    ],
)
def test_who_may_take_a_request_back(actor, code):
    refusal = may_withdraw(_request("waiting"), actor)

    assert (refusal and refusal.code) == code
    assert may_withdraw(_request("approved"), actor) is not None


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (MANAGER, None),
        (SYSTEM, None),
        (EMPLOYEE, "rank_too_low"),
        (SELLER, "not_allowed"),
        (CUSTOMER, "not_allowed"),
    ],
)
def test_who_may_overrule_a_rejection(actor, code):
    refusal = may_overrule(_request("rejected"), actor, "approved")

    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("status", "to", "allowed"),
    [
        ("waiting", "approved", ["approve", "reject"]),
        ("approved", "approved", []),
        ("approved", "rejected", []),
        ("completed", "rejected", []),
        ("completed", "approved", ["cancel"]),
        ("withdrawn", "approved", ["cancel"]),
        ("withdrawn", "rejected", ["cancel"]),
        ("rejected", "rejected", []),
        ("rejected", "withdrawn", ["approved"]),
    ],
)
def test_only_a_rejection_becomes_an_approval(status, to, allowed):
    refusal = may_overrule(_request(status), MANAGER, to)

    assert refusal is not None
    assert list(refusal.allowed) == allowed


def _request(status, **facts):
    facts = {"evaluated_at": NOW, "held_by": "amount_too_high"} | facts
    return CancellationRequest(case=Case(status=status, seller_id=7, origin="customer"), **facts)


def test_a_refused_reason_names_the_reasons_that_may_be_picked():
    pickable = [Reason(code="changed_mind", text="I changed my mind")]

    [problem] = why_not("out_of_stock", "", pickable, field="items/0")

    assert (problem.code, problem.field) == ("reason_not_allowed", "items/0/reason")
    assert problem.allowed == ["changed_mind"]


def test_a_note_is_wanted_where_the_reason_says_so_and_never_too_long():
    pickable = [Reason(code="other", text="Something else", needs_note=True)]

    assert [problem.code for problem in why_not("other", "  ", pickable, field="items/0")] == [
        "note_required"
    ]
    assert why_not("other", "The colour", pickable, field="items/0") == []
    assert [
        problem.field for problem in why_not("other", "x" * 501, pickable, field="items/0")
    ] == ["items/0/note"]
