"""The owner's settings: the policy with its dry run, and reasons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy
from cancellations.operations import (
    change_policy,
    checked_policy,
    current_policy,
    reject_items,
    save_reason,
    simulate_policy,
)
from core.actors import Rank
from core.errors import Conflict, InvalidInput, NotAllowed
from core.events.models import Event
from orders.models import OrderItem, Reason
from packages.operations import mark_ready, start_packaging
from tests.cancellations.acts import cancel, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner

pytestmark = pytest.mark.django_db
ANY = {
    "up_to_status": "ready_to_ship",
    "within_minutes": None,
    "up_to_amount": None,
    "currency": "",
}
LONG_AGO = timezone.now() - timedelta(days=365)


@pytest.fixture
def admin():
    return make_owner(Rank.ADMIN)


def test_nobody_has_written_a_policy_yet():
    assert current_policy().pk is None
    assert current_policy().up_to_status == "ready_to_ship"


def test_the_policy_is_changed_with_a_record_of_every_change(admin):
    change_policy(**ANY | {"up_to_amount": 5000, "currency": "eur"}, actor=admin)
    change_policy(**ANY | {"up_to_amount": 5000, "currency": "EUR"}, actor=admin)
    change_policy(**ANY | {"within_minutes": 30}, actor=admin)

    policy = AutoApprovalPolicy.objects.get()
    assert (policy.within_minutes, policy.up_to_amount, policy.currency) == (30, None, "")
    events = Event.objects.filter(type="auto_approval_policy.changed").order_by("pk")
    assert [(event.seq, event.actor_user_id) for event in events] == [
        (1, admin.user_id),
        (2, admin.user_id),
    ]
    assert events[0].data["up_to_amount"] == 5000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"up_to_status": "shipped"}, "up_to_status"),
        ({"within_minutes": 0}, "within_minutes"),
        ({"up_to_amount": -1, "currency": "EUR"}, "up_to_amount"),
        ({"up_to_amount": 100}, "currency"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_by_field(admin, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        change_policy(**ANY | changes, actor=admin)

    assert refusal.value.field == field
    assert not AutoApprovalPolicy.objects.exists()


def test_only_an_admin_of_the_marketplace_changes_settings():
    order = make_order()
    for actor in (make_owner(Rank.MANAGER), make_member(items_of(order)[0].seller)):
        with pytest.raises(NotAllowed):
            change_policy(**ANY, actor=actor)
        with pytest.raises(NotAllowed):
            simulate_policy(AutoApprovalPolicy(), LONG_AGO, actor=actor)
        with pytest.raises(NotAllowed):
            save_reason(None, actor=actor, kind="cancel", code="x", text="X", fault="seller")


# -- The dry run ---------------------------------------------------------------------------


def asked(amount=1000, packed="", age=timedelta(0)):
    """A request of the past, asked when its item stood there."""
    order = make_order(lines=[line(unit_price=amount)], placed_at=timezone.now() - age)
    [item] = items_of(order)
    if packed:
        seller = make_member(item.seller)
        package = start_packaging(order=order, items=[item], actor=seller)
        if packed == "ready_to_ship":
            mark_ready(package=package, actor=seller)
    [request] = cancel(order, make_customer(order), select(OrderItem.objects.get(pk=item.pk)))
    return request.case


def test_a_dry_run_judges_as_things_stood_then_and_writes_nothing(admin):
    small = asked(amount=1000)
    large = asked(amount=9000)
    ready = asked(packed="ready_to_ship")
    preparing = asked(packed="preparing")
    late = asked(age=timedelta(hours=5))
    before = Event.objects.count()

    def run(**limits):
        found = simulate_policy(checked_policy(**ANY | limits), LONG_AGO, actor=admin)
        assert found.total == 5
        assert found.approved == 5 - len(found.held)
        return {held.case.number: held.rule for held in found.held}

    assert run() == {}
    assert run(up_to_amount=5000, currency="EUR") == {large.number: "amount_too_high"}
    assert run(up_to_status="preparing") == {ready.number: "packed_too_far"}
    assert set(run(up_to_status="waiting_packaging")) == {ready.number, preparing.number}
    assert run(within_minutes=60) == {late.number: "placed_too_long_ago"}
    assert small.number in run(up_to_amount=10, currency="EUR")
    assert Event.objects.count() == before
    assert not AutoApprovalPolicy.objects.exists()


def test_a_dry_run_says_why_in_words_and_reaches_back_as_far_as_asked(admin):
    asked(amount=9000)
    candidate = checked_policy(**ANY | {"up_to_amount": 5000, "currency": "EUR"})

    [held] = simulate_policy(candidate, LONG_AGO, actor=admin).held

    assert "above the limit" in held.why
    tomorrow = timezone.now() + timedelta(days=1)
    assert simulate_policy(candidate, tomorrow, actor=admin).total == 0


def test_what_a_seller_rejected_was_no_request(admin):
    order = make_order()
    [item] = items_of(order)
    reject_items(
        order=order,
        selections=[select(item, reason="out_of_stock")],
        actor=make_member(item.seller),
    )

    assert simulate_policy(AutoApprovalPolicy(), LONG_AGO, actor=admin).total == 0


def test_a_dry_run_costs_the_same_for_one_and_for_many(admin, django_assert_max_num_queries):
    for _ in range(6):
        asked(amount=9000)
    candidate = checked_policy(**ANY | {"up_to_amount": 5000, "currency": "EUR"})

    with django_assert_max_num_queries(4):
        assert simulate_policy(candidate, LONG_AGO, actor=admin).approved == 0


# -- Reasons -------------------------------------------------------------------------------


def test_a_reason_is_added_and_changed_and_both_are_recorded(admin):
    new = {"text": "Too late now", "fault": "seller", "for_seller": True, "needs_note": True}

    reason = save_reason(None, actor=admin, kind="cancel", code="too_late", **new)
    save_reason(reason, actor=admin, text="Too late", active=False)
    save_reason(reason, actor=admin, text="Too late")

    reason.refresh_from_db()
    assert (reason.text, reason.active, reason.needs_note) == ("Too late", False, True)
    events = Event.objects.filter(subject_type="reason", subject_id=reason.pk).order_by("pk")
    assert [(event.type, event.seq) for event in events] == [
        ("reason.created", 1),
        ("reason.changed", 2),
    ]
    assert events[1].data == {"code": "too_late", "text": "Too late", "active": False}
    assert reason not in Reason.objects.pickable_by(admin, "cancel")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "exchange"}, "kind"),
        ({"code": "two words"}, "code"),
        ({"code": ""}, "code"),
        ({"text": " "}, "text"),
        ({"fault": "nobody"}, "fault"),
        ({"shipping_paid_by": "nobody"}, "shipping_paid_by"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_reason_that_cannot_be_meant_is_refused_by_field(admin, given, field):
    good = {"kind": "cancel", "code": "new_one", "text": "New", "fault": "seller"}

    with pytest.raises(InvalidInput) as refusal:
        save_reason(None, actor=admin, **good | given)

    assert refusal.value.field == field
    assert not Reason.objects.filter(text="New").exists()


def test_a_code_is_given_once_per_kind(admin):
    with pytest.raises(Conflict):
        save_reason(None, actor=admin, kind="cancel", code="out_of_stock", text="X", fault="seller")
