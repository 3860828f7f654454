"""Rules about refund plans: pure, so tested without a database."""

import pytest
from django.utils import timezone

from core.actors import SYSTEM, Actor, Rank, Role
from refunds.models import RefundPlan
from refunds.policies import (
    may_approve_second,
    may_change,
    may_move_to_external,
    may_record_outcome,
    may_refund_surplus,
    may_retry,
    may_set_rules,
    may_tell_outcomes,
)

ADMIN = Actor(Role.OWNER, user_id=1, rank=Rank.ADMIN)
MANAGER = Actor(Role.OWNER, user_id=2, rank=Rank.MANAGER)
EMPLOYEE = Actor(Role.OWNER, user_id=3, rank=Rank.EMPLOYEE)
SELLER = Actor(Role.SELLER, user_id=4, seller_id=7, rank=Rank.ADMIN)
PROGRAM = Actor(Role.OWNER, rank=Rank.ADMIN)
NOW = timezone.now()


def plan(status: str, **facts) -> RefundPlan:
    return RefundPlan(number="R-1", status=status, **facts)


def code_of(refusal) -> str | None:
    return refusal and refusal.code


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (lambda actor: may_retry(plan("failed"), actor), {"admin", "manager", "system"}),
        (may_set_rules, {"admin"}),
        (may_refund_surplus, {"admin", "manager"}),
        (may_tell_outcomes, {"admin", "manager"}),
        (
            lambda actor: may_move_to_external(plan("failed", gateway="x"), actor),
            {"admin", "manager"},
        ),
    ],
)
def test_who_decides_about_money(rule, allowed):
    everybody = {
        "admin": ADMIN,
        "manager": MANAGER,
        "employee": EMPLOYEE,
        "seller": SELLER,
        "system": SYSTEM,
    }
    said = {name: code_of(rule(actor)) for name, actor in everybody.items()}

    assert {name for name, code in said.items() if code is None} == allowed
    assert {code for code in said.values() if code} == {"not_allowed"}


@pytest.mark.parametrize("status", RefundPlan.Status)
def test_only_a_waiting_plan_changes_and_only_a_failed_one_is_paid_again(status):
    assert code_of(may_change(plan(status))) == (None if status == "waiting" else "plan_decided")
    again = may_retry(plan(status), MANAGER)
    assert code_of(again) == (None if status == "failed" else "not_retryable")
    assert code_of(may_retry(plan(status, payable_at=NOW), MANAGER)) == "not_retryable"


@pytest.mark.parametrize(
    ("status", "payable_at", "code"),
    [
        ("approved", NOW, None),
        ("approved", None, "not_payable"),
        ("failed", None, "not_payable"),
        ("processing", None, None),
        ("waiting", NOW, "not_payable"),
        ("completed", NOW, "not_payable"),
        ("void", NOW, "not_payable"),
    ],
)
def test_when_the_end_of_a_payment_outside_can_be_told(status, payable_at, code):
    outside = plan(status, gateway="external", payable_at=payable_at)
    assert code_of(may_record_outcome(outside, MANAGER)) == code

    by_provider = plan(status, gateway="simulator", payable_at=payable_at)
    assert code_of(may_record_outcome(by_provider, MANAGER)) == "not_outside"
    assert code_of(may_record_outcome(outside, SELLER)) == "not_allowed"


@pytest.mark.parametrize("status", RefundPlan.Status)
def test_what_is_under_way_or_has_ended_stays_with_who_pays_it(status):
    movable = status in {"waiting", "approved", "failed"}
    refusal = may_move_to_external(plan(status, gateway="simulator"), MANAGER)
    assert code_of(refusal) == (None if movable else "not_movable")
    already = may_move_to_external(plan(status, gateway="external"), MANAGER)
    assert code_of(already) == "not_movable"


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (MANAGER, None),
        (ADMIN, "same_person"),
        (Actor(Role.OWNER, user_id=9, rank=Rank.MANAGER), "same_person"),
        (EMPLOYEE, "not_allowed"),
        (SELLER, "not_allowed"),
        (PROGRAM, "not_allowed"),
        (SYSTEM, "not_allowed"),
    ],
)
def test_the_second_person_is_a_manager_who_had_no_hand_in_it(actor, code):
    asked_by, approved_by = ADMIN.user_id, 9
    waits = plan(
        "approved",
        requested_by_id=asked_by,
        approved_by_id=approved_by,
        needs_second_approval=True,
    )
    assert code_of(may_approve_second(waits, actor)) == code

    waits.needs_second_approval = False
    if code in {None, "same_person"}:
        assert code_of(may_approve_second(waits, actor)) == "nothing_to_agree"
