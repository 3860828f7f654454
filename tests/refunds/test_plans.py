"""Plans before any money moves."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.actors import SYSTEM, Rank
from core.errors import InvalidTransition, NotAllowed
from core.events.models import Delivery, Event
from core.events.operations import deliver
from orders.models import OrderItem, Payment
from refunds import tasks
from refunds.models import RefundPlan
from refunds.operations import (
    PlanExists,
    approve_plan,
    create_plan,
    drop_lines,
    due_plans,
    mark_payable,
    retry_plan,
    void_plan,
)
from refunds.policies import NotRetryable, PlanDecided
from tests.factories import (
    items_of,
    line,
    make_case,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.refunds.conftest import plan_for

pytestmark = pytest.mark.django_db


def parts_of(plan) -> dict[str, int]:
    return dict(plan.parts.values_list("payment__method", "amount"))


def test_a_plan_waits_with_its_lines_and_parts():
    order = make_order(lines=[line(make_seller(), 2, 1000, 300, 500)])
    plan = plan_for(order, status="waiting")
    assert (plan.status, plan.total, plan.currency, plan.payable_at) == (
        "waiting",
        2200,
        "EUR",
        None,
    )
    assert plan.number.startswith("RP-")
    amounts = plan.lines.order_by("pk").values_list("component", "gross", "discount", "amount")
    assert list(amounts) == [("product", 2000, 300, 1700), ("shipping", 500, 0, 500)]
    assert parts_of(plan) == {"credit_card": 2200}
    event = Event.objects.get(type="refund_plan.waiting")
    assert event.data == {"to": "waiting", "type": "cancel", "total": 2200, "currency": "EUR"}
    assert due_plans() == []


def test_a_card_is_paid_back_before_a_voucher():
    order = make_order(
        lines=[line(make_seller(), 3, 1000)], payments=[("voucher", 1200), ("credit_card", 1800)]
    )
    assert parts_of(plan_for(order)) == {"credit_card": 1800, "voucher": 1200}


def test_two_plans_of_an_order_share_its_payments():
    first, second = make_seller(), make_seller()
    order = make_order(
        lines=[line(first, 1, 1000), line(second, 1, 2000)],
        payments=[("credit_card", 1500), ("voucher", 1500)],
    )
    one, two = items_of(order)
    assert parts_of(plan_for(order, {one.pk: 1})) == {"credit_card": 1000}
    assert parts_of(plan_for(order, {two.pk: 1})) == {"credit_card": 500, "voucher": 1500}


def test_a_voided_plan_leaves_its_payments_to_others():
    order = make_order(payments=[("credit_card", 1500), ("voucher", 1000)])
    plan = plan_for(order, status="waiting")
    void_plan(plan, actor=SYSTEM)
    [item] = items_of(order)
    OrderItem.objects.filter(pk=item.pk).update(open_case=None)
    assert parts_of(plan_for(order)) == {"credit_card": 1500, "voucher": 1000}


def test_a_case_has_one_live_plan():
    order = make_order()
    with transaction.atomic():
        case, items = make_case(order)
        create_plan(case=case, items=items, type="cancel", actor=SYSTEM)
        with pytest.raises(PlanExists):
            create_plan(case=case, items=items, type="cancel", actor=SYSTEM)


def test_approving_makes_a_plan_payable_at_once():
    plan = plan_for(make_order(), status="waiting")
    approve_plan(plan, actor=SYSTEM)
    assert plan.status == "approved"
    assert due_plans() == [plan.pk]


def test_a_plan_payable_on_receipt_waits_for_the_goods():
    plan = plan_for(make_order(), payable_when="on_receipt")
    assert (plan.status, plan.payable_at) == ("approved", None)
    assert due_plans() == []
    mark_payable(plan, actor=SYSTEM)
    mark_payable(plan, actor=SYSTEM)
    assert due_plans() == [plan.pk]
    assert Event.objects.filter(type="refund_plan.payable").count() == 1


def test_a_waiting_plan_cannot_be_made_payable():
    with pytest.raises(PlanDecided):
        mark_payable(plan_for(make_order(), status="waiting"), actor=SYSTEM)


def test_a_decided_plan_is_not_decided_again():
    plan = plan_for(make_order())
    for decide in (approve_plan, void_plan):
        with pytest.raises(InvalidTransition):
            decide(plan, actor=SYSTEM)


def test_what_shipped_after_all_leaves_the_plan():
    seller = make_seller()
    order = make_order(
        lines=[line(seller, 1, 1000, 0, 100), line(seller, 1, 2000)],
        payments=[("credit_card", 2000), ("voucher", 1100)],
    )
    plan = plan_for(order, status="waiting")
    first, second = items_of(order)
    drop_lines(plan, [second.pk], actor=SYSTEM)
    plan.refresh_from_db()
    assert (plan.total, parts_of(plan), plan.status) == (1100, {"credit_card": 1100}, "waiting")
    assert plan.lines.standing().count() == 2
    drop_lines(plan, [second.pk], actor=SYSTEM)
    assert Event.objects.filter(type="refund_plan.lines_dropped").count() == 1
    drop_lines(plan, [first.pk], actor=SYSTEM)
    plan.refresh_from_db()
    assert (plan.total, parts_of(plan), plan.status) == (0, {}, "void")


def test_lines_of_an_approved_plan_stand():
    order = make_order()
    plan = plan_for(order)
    with pytest.raises(PlanDecided):
        drop_lines(plan, [items_of(order)[0].pk], actor=SYSTEM)


def test_only_a_manager_of_the_marketplace_retries_and_only_what_failed():
    seller = make_seller()
    order = make_order(sellers=[seller])
    plan = plan_for(order)
    owner = make_owner(Rank.MANAGER)
    with pytest.raises(NotRetryable):
        retry_plan(plan, actor=owner)
    RefundPlan.objects.filter(pk=plan.pk).update(status="failed", payable_at=None)
    for actor in (make_member(seller), make_owner(Rank.EMPLOYEE)):
        with pytest.raises(NotAllowed):
            retry_plan(plan, actor=actor)
    retry_plan(plan, actor=owner)
    assert due_plans() == [plan.pk]
    with pytest.raises(NotRetryable):
        retry_plan(plan, actor=owner)


def test_a_seller_sees_own_plans_and_no_payment_parts():
    mine, other = make_seller(), make_seller()
    order = make_order(lines=[line(mine), line(other)])
    one, two = items_of(order)
    plan, foreign = plan_for(order, {one.pk: 1}), plan_for(order, {two.pk: 1})
    actor = make_member(mine)
    assert list(RefundPlan.objects.visible_to(actor)) == [plan]
    assert not plan.parts.model.objects.visible_to(actor).exists()
    assert foreign.seller_id == other.pk


# -- what the database refuses by itself ---------------------------------------------------


def refused(change) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_the_database_refuses_more_than_was_captured():
    order = make_order()
    [item], [payment] = items_of(order), order.payments.all()
    refused(lambda: OrderItem.objects.filter(pk=item.pk).update(refunded_product=2001))
    refused(lambda: OrderItem.objects.filter(pk=item.pk).update(refunded_shipping=501))
    refused(lambda: Payment.objects.filter(pk=payment.pk).update(refund_reserved=2501))
    refused(lambda: Payment.objects.filter(pk=payment.pk).update(refund_reserved=-1))


def test_the_database_refuses_lines_that_do_not_add_up():
    plan = plan_for(make_order())
    refused(lambda: plan.lines.update(amount=1))


def test_the_database_refuses_a_second_undecided_or_succeeded_attempt():
    part = plan_for(make_order()).parts.get()
    now = timezone.now()
    for status in ("sending", "succeeded"):
        make = _attempt_maker(part, status, now)
        make(1)
        refused(lambda make=make: make(2))
        part.attempts.all().delete()


def _attempt_maker(part, status, now):
    from uuid import uuid4

    def make(number):
        part.attempts.create(
            attempt_no=number, idempotency_key=uuid4(), status=status, next_check_at=now
        )

    return make


def test_the_database_refuses_an_undecided_attempt_without_a_date():
    part = plan_for(make_order()).parts.get()
    make = _attempt_maker(part, "unknown", None)
    refused(lambda: make(1))


# -- who rings for the executor ------------------------------------------------------------


@pytest.mark.parametrize("event", ["approved", "payable", "retried"])
def test_a_plan_that_may_be_paid_rings_for_the_executor(event, monkeypatch):
    """After commit: the delivery is owed in the plan's own transaction."""
    rung = []
    monkeypatch.setattr("refunds.subscribers.nudge", lambda task, **ids: rung.append((task, ids)))
    when = "at_once" if event == "approved" else "on_receipt"
    plan = plan_for(make_order(), payable_when=when)
    if event == "payable":
        mark_payable(plan, actor=SYSTEM)
    if event == "retried":
        RefundPlan.objects.filter(pk=plan.pk).update(status="failed", payable_at=None)
        retry_plan(plan, actor=SYSTEM)
    [owed] = Delivery.objects.filter(
        event__type=f"refund_plan.{event}", subscriber="refunds.subscribers.pay_soon"
    )
    deliver(delivery_id=owed.pk)
    assert [(task.name, ids) for task, ids in rung] == [("refunds.execute", {"plan_id": plan.pk})]


def test_beat_rings_for_everything_that_is_due(monkeypatch):
    rung = []
    monkeypatch.setattr("refunds.tasks.claim_slot", lambda job, seconds: True)
    monkeypatch.setattr("refunds.tasks.nudge", lambda task, **ids: rung.append((task.name, ids)))
    plan = plan_for(make_order())
    part = plan_for(make_order(), status="waiting").parts.get()
    _attempt_maker(part, "unknown", timezone.now())(1)
    tasks.execute_due()
    tasks.reconcile_due()
    assert rung == [
        ("refunds.execute", {"plan_id": plan.pk}),
        ("refunds.reconcile", {"attempt_id": part.attempts.get().pk}),
    ]
