"""Who is called, reminded, and what silence means; each once, however often anybody looks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cancellations.operations import NotDecidable, approve_items
from core.accounts.models import User
from core.deadlines.models import DeadlineRule
from core.deadlines.operations import handle_passed, remind
from core.notifications.models import Mail, Notification
from orders.models import Case
from refunds.models import RefundPlan
from tests.cancellations.acts import clocks, deliver_all, fresh, hold, let_time_pass, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=2, unit_price=1000)])


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, "manager")


def rule(on_expiry: str) -> None:
    DeadlineRule.objects.create(
        step="cancellation.answer",
        amount=2,
        unit="calendar_days",
        reminders_before=[24 * 60],
        on_expiry=on_expiry,
    )


@pytest.fixture
def held(order, seller):
    return hold(order, make_customer(order), select(items_of(order)[0]))


def called(template="cancellation_to_answer") -> list[str]:
    return list(Mail.objects.filter(template=template).order_by("pk").values_list("to", flat=True))


def test_managers_and_admins_of_the_seller_are_called_once(order, held, seller):
    make_member(items_of(order)[0].seller, "employee")
    make_member(items_of(make_order())[0].seller, "admin")
    make_owner()

    deliver_all()

    assert called() == [User.objects.get(pk=seller.user_id).email]
    bell = Notification.objects.get(template="cancellation_to_answer")
    assert (bell.user_id, bell.seller_id, bell.url) == (
        seller.user_id,
        held.case.seller_id,
        f"/seller/orders/{order.number}/",
    )
    mail = Mail.objects.get(template="cancellation_to_answer")
    assert "it is approved" in mail.text
    assert "above the limit" in mail.text
    assert "2 × Stoneware mug 1" in mail.text


def test_they_are_reminded_once_per_reminder_and_not_after_the_answer(held, seller):
    deliver_all()
    clocks().update(next_reminder_at=timezone.now() - timedelta(minutes=1))

    assert (remind(), remind()) == (1, 0)
    deliver_all()

    assert len(called()) == 2
    assert Mail.objects.latest("pk").subject.startswith("Still to answer")

    clocks().update(next_reminder_at=timezone.now() - timedelta(minutes=1))
    assert remind() == 1
    approve_items(held, actor=seller)
    deliver_all()

    assert len(called()) == 2


def test_silence_rejects_where_the_rule_says_so(order, seller):
    rule("reject")
    held = hold(order, make_customer(order), select(items_of(order)[0]))
    deliver_all()
    assert "it is rejected" in Mail.objects.get(template="cancellation_to_answer").text
    let_time_pass()

    assert (handle_passed(), handle_passed()) == (1, 0)
    deliver_all()

    assert fresh(held).case.status == "rejected"
    assert RefundPlan.objects.get().status == "void"
    assert called("cancellation_rejected") == [order.customer.email]


@pytest.fixture
def escalated(order, seller):
    rule("escalate")
    held = hold(order, make_customer(order), select(items_of(order)[0]))
    let_time_pass()
    assert (handle_passed(), handle_passed()) == (1, 0)
    return fresh(held)


def test_escalated_it_waits_for_the_marketplace_with_a_date_of_its_own(escalated, seller):
    owner = make_owner("manager")

    assert (escalated.case.status, escalated.held_by) == ("waiting", "escalated")
    assert escalated.case.due_at > timezone.now() + timedelta(days=1)
    passed, running = clocks().order_by("pk")
    assert (passed.outcome, running.step) == ("escalated", "cancellation.escalated")
    deliver_all()
    assert [bell.user_id for bell in Notification.objects.filter(role="owner")] == [owner.user_id]
    owners_mail = Mail.objects.filter(template="cancellation_to_answer").latest("pk")
    assert "The marketplace decides now" in owners_mail.text
    with pytest.raises(NotDecidable):
        approve_items(escalated, actor=seller)

    approve_items(escalated, actor=owner)

    assert fresh(escalated).case.status == "approved"
    assert not clocks().open().exists()


@pytest.mark.parametrize("action", ["approve", "escalate"])
def test_the_marketplaces_silence_approves_and_never_escalates_again(escalated, action):
    let_time_pass(action=action)

    assert (handle_passed(), handle_passed()) == (1, 0)

    assert Case.objects.get().status == "approved"
    assert escalated.items.get().decided_rule == "silence"
    assert clocks().count() == 2


def test_silence_decides_only_what_is_left():
    order = make_order(lines=[line(quantity=1, unit_price=1000), line(unit_price=300)])
    mugs, bowl = items_of(order)
    held = hold(order, make_customer(order), select(mugs), select(bowl))
    approve_items(held, [mugs.pk], actor=make_owner())
    let_time_pass(action="reject")

    assert handle_passed() == 1

    decided = {entry.item_id: entry.decided_rule for entry in held.items.all()}
    assert decided == {mugs.pk: "", bowl.pk: "silence_rejects"}
    assert fresh(held).case.status == "approved"
    assert RefundPlan.objects.get().total == 1000
