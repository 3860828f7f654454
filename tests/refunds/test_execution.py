"""Paying through a real provider process, whatever it does: exactly one payout."""

import threading

import pytest
from django.db import connection, transaction

from core.events.models import Event
from orders.models import OrderItem, Payment
from refunds.gateway.outcome import CalledInTransaction
from refunds.models import RefundAttempt
from refunds.operations import due_attempts, due_plans, execute_plan, reconcile_attempt, retry_plan
from refunds.operations.reserving import reserve
from refunds.planning import MoreThanCaptured
from tests.factories import items_of, line, make_order, make_owner, make_seller
from tests.refunds.conftest import (
    keys_of,
    let_time_pass,
    paid_of,
    plan_for,
    settle_everything,
    sweep,
)

pytestmark = pytest.mark.usefixtures("sound_money")

PAYS = ["timeout_after_paying", "error_after_paying", "drop_after_paying", "nonsense_after_paying"]
PAYS_NOT = ["timeout_before_paying", "error_before_paying", "drop_before_paying"]


def card_and_voucher():
    """An order of 30.00: 18.00 by card, 12.00 by voucher."""
    return make_order(
        lines=[line(make_seller(), 3, 1000)], payments=[("voucher", 1200), ("credit_card", 1800)]
    )


def statuses(plan) -> list[str]:
    attempts = RefundAttempt.objects.filter(part__plan=plan).order_by("part", "attempt_no")
    return list(attempts.values_list("status", flat=True))


def test_an_approved_plan_is_paid_once(provider):
    order = make_order()
    plan = plan_for(order)
    execute_plan(plan_id=plan.pk)
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.status == "completed"
    assert plan.completed_at
    assert paid_of(provider, plan) == plan.total == 2500
    [item], [payment] = items_of(order), order.payments.all()
    assert (item.refunded_product, item.refunded_shipping) == (2000, 500)
    assert payment.refund_reserved == 2500
    types = Event.objects.filter(subject_type="refund_plan").order_by("seq")
    assert list(types.values_list("type", flat=True)) == [
        "refund_plan.approved",
        "refund_plan.processing",
        "refund_plan.completed",
    ]


def test_card_and_voucher_both_get_their_part_back(provider):
    plan = plan_for(card_and_voucher())
    sweep()
    plan.refresh_from_db()
    assert plan.status == "completed"
    paid = {p["payment_reference"]: p["amount"] for p in provider.journal()["payouts"][-2:]}
    assert sorted(paid.values()) == [1200, 1800]
    assert statuses(plan) == ["succeeded", "succeeded"]


def test_a_plan_of_nothing_completes_without_a_call(provider):
    order = make_order(lines=[line(make_seller(), 1, 0)])
    before = len(provider.journal()["calls"])
    plan = plan_for(order)
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.status == "completed"
    assert len(provider.journal()["calls"]) == before


def test_what_is_not_payable_is_not_paid(provider):
    waiting = plan_for(make_order(), status="waiting")
    on_receipt = plan_for(make_order(), payable_when="on_receipt")
    for plan in (waiting, on_receipt):
        execute_plan(plan_id=plan.pk)
        assert paid_of(provider, plan) == 0


def test_a_person_pays_the_plans_of_an_external_gateway(provider, settings):
    settings.PAYMENT_GATEWAY = "external"
    plan = plan_for(make_order())
    assert due_plans() == []
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.status == "approved"


@pytest.mark.parametrize("fault", PAYS)
def test_an_answer_that_got_lost_after_paying_is_asked_for(provider, fault):
    plan = plan_for(make_order())
    provider.fail(fault)
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("processing", ["unknown"])
    assert due_attempts() == []
    settle_everything()
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("completed", ["succeeded"])
    [key] = keys_of(plan)
    journal = provider.journal(key)
    assert [call["method"] for call in journal["calls"]] == ["POST", "GET"]
    assert journal["payouts_per_key"] == {key: 1}


@pytest.mark.parametrize("fault", PAYS_NOT)
def test_what_was_surely_never_paid_is_sent_again_under_the_same_key(provider, fault):
    plan = plan_for(make_order())
    provider.fail(fault)
    execute_plan(plan_id=plan.pk)
    assert statuses(plan) == ["unknown"]
    settle_everything()
    [key] = keys_of(plan)
    journal = provider.journal(key)
    assert [call["method"] for call in journal["calls"]] == ["POST", "GET", "POST"]
    assert journal["payouts_per_key"] == {key: 1}


def test_an_unknown_end_is_looked_at_ever_more_seldom(provider):
    plan = plan_for(make_order())
    waits = []
    provider.fail(*["error_before_paying"] * 4)
    execute_plan(plan_id=plan.pk)
    for _turn in range(3):
        let_time_pass()
        [attempt_id] = due_attempts()
        reconcile_attempt(attempt_id=attempt_id)
        attempt = RefundAttempt.objects.get(pk=attempt_id)
        waits.append((attempt.next_check_at - attempt.created_at).total_seconds())
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    settle_everything()


def test_a_key_that_the_provider_may_have_forgotten_is_never_sent_again(provider, monkeypatch):
    from datetime import timedelta

    from refunds.gateway import Simulator

    plan = plan_for(make_order())
    provider.fail("error_before_paying")
    execute_plan(plan_id=plan.pk)
    monkeypatch.setattr(Simulator, "remembers_keys_for", timedelta(0))
    let_time_pass()
    sweep()
    assert statuses(plan) == ["unknown"]
    assert paid_of(provider, plan) == 0
    monkeypatch.undo()
    settle_everything()


def test_a_provider_that_is_away_loses_nothing(provider):
    plan = plan_for(make_order())
    provider.kill()
    execute_plan(plan_id=plan.pk)
    let_time_pass()
    sweep()
    assert statuses(plan) == ["unknown"]
    provider.start()
    settle_everything()
    assert paid_of(provider, plan) == plan.total


def test_a_refusal_fails_the_plan_and_releases_what_it_reserved(provider):
    order = make_order()
    plan = plan_for(order)
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.status, plan.payable_at, statuses(plan)) == ("failed", None, ["failed"])
    [item], [payment] = items_of(order), order.payments.all()
    assert (item.refunded_product, item.refunded_shipping) == (0, 0)
    assert payment.refund_reserved == 0
    sweep()
    assert paid_of(provider, plan) == 0


def test_a_retry_pays_under_a_new_key(provider):
    plan = plan_for(make_order())
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    retry_plan(plan, actor=make_owner())
    sweep()
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("completed", ["failed", "succeeded"])
    assert len(set(keys_of(plan))) == 2
    assert paid_of(provider, plan) == plan.total


def test_a_retry_pays_only_the_missing_part(provider):
    order = card_and_voucher()
    plan = plan_for(order)
    provider.fail("refuse")
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("failed", ["failed", "succeeded"])
    [item] = items_of(order)
    assert item.refunded_product == 3000
    reserved = dict(order.payments.values_list("method", "refund_reserved"))
    assert reserved == {"credit_card": 0, "voucher": 1200}
    retry_plan(plan, actor=make_owner())
    sweep()
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("completed", ["failed", "succeeded", "succeeded"])
    assert paid_of(provider, plan) == 3000
    [item] = items_of(order)
    assert item.refunded_product == 3000


def test_a_plan_is_not_failed_while_a_part_is_undecided(provider):
    plan = plan_for(card_and_voucher())
    provider.fail("refuse", "error_after_paying")
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("processing", ["failed", "unknown"])
    settle_everything()
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("failed", ["failed", "succeeded"])


def test_the_commission_of_the_parts_sums_to_the_plans(provider):
    order = card_and_voucher()
    plan = plan_for(order)
    sweep()
    from finance.models import LedgerEntry

    given_back = LedgerEntry.objects.filter(
        account__kind="commission", transaction__kind="refund", transaction__order_id=order.pk
    ).values_list("amount", flat=True)
    assert sum(given_back) == sum(plan.lines.values_list("commission", flat=True)) == 360


def test_the_provider_is_never_called_inside_a_transaction(provider):
    plan = plan_for(make_order())
    with pytest.raises(CalledInTransaction), transaction.atomic():
        execute_plan(plan_id=plan.pk)
    assert paid_of(provider, plan) == 0
    settle_everything()


def test_more_than_was_captured_is_never_reserved(provider):
    """Something else took the money meanwhile: the plan fails, nothing is sent."""
    order = make_order()
    plan = plan_for(order)
    Payment.objects.filter(order=order).update(refund_reserved=1)
    execute_plan(plan_id=plan.pk)
    plan.refresh_from_db()
    assert (plan.status, statuses(plan)) == ("failed", [])
    [item] = items_of(order)
    assert item.refunded_product == 0
    failed = Event.objects.get(type="refund_plan.failed")
    assert failed.data["reason"] == "more_than_captured"
    Payment.objects.filter(order=order).update(refund_reserved=0)


def test_items_are_reserved_only_as_far_as_they_were_captured(provider):
    order = make_order()
    plan = plan_for(order)
    OrderItem.objects.filter(order=order).update(refunded_shipping=1)
    with pytest.raises(MoreThanCaptured), transaction.atomic():
        reserve(plan, list(plan.parts.all()))
    OrderItem.objects.filter(order=order).update(refunded_shipping=0)


def test_a_reference_that_belongs_to_another_refund_is_not_believed(provider):
    from refunds.gateway import Outcome, Result
    from refunds.operations.settling import settle_attempt

    paid, other = plan_for(make_order()), plan_for(make_order())
    execute_plan(plan_id=paid.pk)
    taken = RefundAttempt.objects.get(part__plan=paid).provider_reference
    provider.fail("error_before_paying")
    execute_plan(plan_id=other.pk)
    attempt = RefundAttempt.objects.get(part__plan=other)
    settle_attempt(attempt_id=attempt.pk, outcome=Outcome(Result.SUCCEEDED, reference=taken))
    assert statuses(other) == ["unknown"]
    settle_everything()
    assert paid_of(provider, other) == other.total


# -- several at once -----------------------------------------------------------------------


def at_once(workers: int, work) -> list[Exception]:
    errors, start = [], threading.Barrier(workers)

    def run() -> None:
        try:
            start.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.concurrency
def test_workers_at_once_make_one_payout(provider):
    for _round in range(5):
        plan = plan_for(card_and_voucher())
        assert at_once(4, lambda plan=plan: execute_plan(plan_id=plan.pk)) == []
        plan.refresh_from_db()
        assert plan.status == "completed"
        assert statuses(plan) == ["succeeded", "succeeded"]
        for key in keys_of(plan):
            assert [call["method"] for call in provider.journal(key)["calls"]] == ["POST"]


@pytest.mark.concurrency
def test_sweeps_at_once_make_one_payout_per_plan(provider):
    plans = [plan_for(card_and_voucher()) for _ in range(5)]
    provider.fail(*["error_after_paying", "error_before_paying", "drop_after_paying"] * 2)
    assert at_once(4, sweep) == []
    let_time_pass()
    assert at_once(4, sweep) == []
    settle_everything()
    for plan in plans:
        plan.refresh_from_db()
        assert (plan.status, paid_of(provider, plan)) == ("completed", 3000)


@pytest.mark.concurrency
def test_two_plans_of_one_order_are_paid_at_once_and_never_above_captured(provider):
    order = make_order(
        lines=[line(make_seller(), 1, 1000), line(make_seller(), 1, 2000)],
        payments=[("credit_card", 2500), ("voucher", 400)],
    )
    one, two = items_of(order)
    plans = [plan_for(order, {one.pk: 1}), plan_for(order, {two.pk: 1})]
    assert at_once(4, sweep) == []
    settle_everything()
    assert sum(paid_of(provider, plan) for plan in plans) == 2900
    assert dict(order.payments.values_list("method", "refund_reserved")) == {
        "credit_card": 2500,
        "voucher": 400,
    }


def test_a_campaign_of_random_faults_ends_with_one_payout_each(provider):
    """Seeded: 12 plans, every second call misbehaves in some way, the provider is killed twice."""
    plans = [plan_for(card_and_voucher()) for _ in range(12)]
    provider.fail_by_chance(
        0.5, seed=7, kinds=["error_after_paying", "drop_before_paying", "delay"]
    )
    for turn, plan in enumerate(plans):
        if turn in (4, 8):
            provider.kill()
        execute_plan(plan_id=plan.pk)
        if turn in (4, 8):
            provider.start()
    settle_everything(rounds=30)
    for plan in plans:
        plan.refresh_from_db()
        assert (plan.status, paid_of(provider, plan)) == ("completed", plan.total)
    assert set(provider.journal()["payouts_per_key"].values()) == {1}
