"""The refunds of an imported past: complete, in the ledger, and without any effect."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.actors import IMPORTER
from core.events.models import Delivery, Event
from finance.models import Account
from refunds.models import RefundAttempt, RefundPlan
from refunds.operations import record_history
from tests.factories import items_of, line, make_case, make_order, make_seller

pytestmark = pytest.mark.usefixtures("sound_money")


@transaction.atomic
def past_refund(order, wanted=None, completed_at=None, kind="cancel"):
    case, items = make_case(order, wanted, kind=kind, actor=IMPORTER)
    return case, items, completed_at, IMPORTER


def test_a_cancelled_past_is_a_completed_plan_paid_elsewhere():
    seller = make_seller()
    order = make_order(lines=[line(seller, 2, 1000, 300, 500)])
    month_ago = timezone.now() - timedelta(days=30)
    [plan] = record_history([past_refund(order, completed_at=month_ago)])
    plan = RefundPlan.objects.get(pk=plan.pk)
    assert (plan.status, plan.gateway, plan.type, plan.total) == (
        "completed",
        "external",
        "cancel",
        2200,
    )
    assert plan.imported
    assert plan.completed_at == month_ago
    [item] = items_of(order)
    assert (item.refunded_product, item.refunded_shipping) == (1700, 500)
    assert order.payments.get().refund_reserved == 2200
    assert set(Account.objects.filter(seller=seller).values_list("balance", flat=True)) == {0}


def test_its_events_are_gapless_marked_and_delivered_to_nobody():
    deliveries = Delivery.objects.count()
    month_ago = timezone.now() - timedelta(days=30)
    [plan] = record_history([past_refund(make_order(), completed_at=month_ago)])
    events = Event.objects.filter(subject_type="refund_plan", subject_id=plan.pk).order_by("seq")
    assert list(events.values_list("seq", "type", "inferred", "imported")) == [
        (1, "refund_plan.waiting", True, True),
        (2, "refund_plan.approved", True, True),
        (3, "refund_plan.processing", True, True),
        (4, "refund_plan.completed", False, True),
    ]
    assert set(events.values_list("occurred_at", flat=True)) == {month_ago}
    assert Delivery.objects.count() == deliveries


def test_an_unknown_date_stays_unknown():
    [plan] = record_history([past_refund(make_order())])
    plan.refresh_from_db()
    assert (plan.status, plan.completed_at) == ("completed", None)
    assert plan.parts.get().completed_at is not None
    assert Event.objects.get(type="refund_plan.completed").occurred_at is None


def test_card_and_voucher_of_several_plans_are_never_spent_twice():
    order = make_order(
        lines=[line(make_seller(), 1, 1000), line(make_seller(), 1, 2000)],
        payments=[("voucher", 1800), ("credit_card", 1200)],
    )
    one, two = items_of(order)
    plans = record_history(
        [past_refund(order, {one.pk: 1}), past_refund(order, {two.pk: 1}, kind="return")]
    )
    assert [plan.type for plan in plans] == ["cancel", "refund"]
    parts = [dict(plan.parts.values_list("payment__method", "amount")) for plan in plans]
    assert parts == [{"credit_card": 1000}, {"credit_card": 200, "voucher": 1800}]
    assert list(order.payments.order_by("position").values_list("refund_reserved", flat=True)) == [
        1800,
        1200,
    ]


def test_a_past_that_was_captured_in_part_gives_back_what_was_captured():
    order = make_order(lines=[line(make_seller(), 1, 1000)], payments=[("credit_card", 900)])
    [plan] = record_history([past_refund(order)])
    assert plan.total == 900
    assert plan.lines.get(component="product").uncaptured == 100


def test_a_past_of_nothing_has_no_parts():
    [plan] = record_history([past_refund(make_order(lines=[line(make_seller(), 1, 0)]))])
    assert (plan.total, plan.parts.count(), RefundAttempt.objects.count()) == (0, 0, 0)


def test_a_batch_costs_a_handful_of_statements(django_assert_max_num_queries):
    few = [past_refund(make_order()) for _ in range(2)]
    many = [past_refund(make_order()) for _ in range(40)]
    with django_assert_max_num_queries(35):
        record_history(few)
    with django_assert_max_num_queries(35):
        record_history(many)
    assert record_history([]) == []
