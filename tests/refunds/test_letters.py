"""Whom a refund calls: another manager where two must agree, every manager after a refusal."""

import pytest

from core.actors import Rank
from core.events.models import Event
from core.notifications.models import Notification
from refunds import letters, subscribers
from refunds.models import RefundPlan
from tests.factories import make_order, make_owner
from tests.refunds.test_plans import plan_for

pytestmark = pytest.mark.django_db


def approved_by(person, **columns) -> tuple[RefundPlan, Event]:
    plan = plan_for(make_order())
    RefundPlan.objects.filter(pk=plan.pk).update(approved_by=person and person.user_id, **columns)
    return plan, Event.objects.get(type="refund_plan.approved", subject_id=plan.pk)


def rung(template: str) -> set[int]:
    return set(Notification.objects.filter(template=template).values_list("user_id", flat=True))


def test_another_manager_is_asked_to_agree_and_once():
    first, second = make_owner(), make_owner(rank=Rank.MANAGER)
    make_owner(rank=Rank.EMPLOYEE)
    _plan, event = approved_by(first, needs_second_approval=True)

    subscribers.ask_a_second_person(event)
    subscribers.ask_a_second_person(event)

    assert rung("refund_to_agree") == {second.user_id}
    assert Notification.objects.count() == 1


def test_nobody_is_asked_where_one_person_is_enough():
    make_owner()
    _plan, event = approved_by(None)

    subscribers.ask_a_second_person(event)

    assert not Notification.objects.exists()


def test_a_refusal_rings_every_manager():
    people = {make_owner().user_id, make_owner(rank=Rank.MANAGER).user_id}
    plan, _event = approved_by(None)

    letters.ring_managers(plan, "refund_refused", once=1)

    assert rung("refund_refused") == people
