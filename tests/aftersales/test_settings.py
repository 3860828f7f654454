"""The owner's settings of cancellations: reasons, and what is approved by itself."""

import re

import pytest
from django.urls import reverse

from cancellations.models import AutoApprovalPolicy
from core.actors import Rank
from core.events.models import Event
from orders.models import Case, OrderItem, Reason
from tests.cancellations.acts import cancel, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner
from tests.people import signed_in

pytestmark = pytest.mark.django_db
REASONS = "/owner/settings/reasons/"
POLICY = "/owner/settings/cancellations/"


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())


def text(response) -> str:
    page = response.content.decode()
    assert "<c-" not in page
    assert "style=" not in page
    return page


def reason(**more) -> dict:
    facts = {
        "kind": "cancel",
        "code": "recalled",
        "text": "Recalled by the maker",
        "fault": "marketplace",
        "for_seller": "on",
        "needs_note": "on",
        "shipping_paid_by": "marketplace",
        "sort_order": "5",
        "active": "on",
        "form_key": "a-key",
    }
    return {name: value for name, value in (facts | more).items() if value != ""}


def policy(**more) -> dict:
    facts = {"up_to_status": "waiting_packaging", "days": "90", "form_key": "a-key"}
    return {name: value for name, value in (facts | more).items() if value != ""}


def test_the_list_says_fault_pickers_and_needs(owner):
    page = text(owner.get(REASONS))

    assert "Out of stock" in page
    assert "Arrived damaged" in page
    assert page.count("Evidence</span>") == 4
    assert "Automatic approval" in page  # the tabs lead to the policy


def test_a_reason_is_added_and_can_be_picked(owner):
    assert owner.post(f"{REASONS}new/", reason()).url == REASONS

    made = Reason.objects.get(code="recalled")
    assert (made.fault, made.for_seller, made.for_owner) == ("marketplace", True, False)
    assert made.needs_note
    assert Event.objects.filter(type="reason.created").count() == 1


def test_a_reason_is_changed_but_not_its_code_and_kind(owner):
    stock = Reason.objects.get(kind="cancel", code="out_of_stock")
    address = reverse("owner:settings_reason", args=[stock.pk])
    assert 'name="code"' not in text(owner.get(address))

    owner.post(address, reason(text="Sold out", fault="seller", active=""))

    stock.refresh_from_db()
    assert (stock.text, stock.code, stock.active) == ("Sold out", "out_of_stock", False)
    assert "Not active" in text(owner.get(REASONS))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"code": "out_of_stock"}, "code"), ({"text": ""}, "text"), ({"fault": "fate"}, "fault")],
)
def test_what_cannot_be_meant_is_refused_at_its_field(owner, change, field):
    count = Reason.objects.count()

    response = owner.post(f"{REASONS}new/", reason(**change))

    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert Reason.objects.count() == count


def test_the_policy_is_tried_on_the_past_before_it_holds(owner):
    quick, packed, dear = (
        make_order(lines=[line(None, 1, price)]) for price in (1000, 1000, 99000)
    )
    OrderItem.objects.filter(order=dear).update(status="waiting_packaging")
    for order in (quick, packed, dear):
        [item] = items_of(order)
        cancel(order, make_customer(order), select(item))
    tried = policy(up_to_status="ready_to_ship", up_to_amount="500.00", currency="eur")
    tried["try"] = "1"

    page = text(owner.post(POLICY, tried))

    assert "Would have approved 2 of 3 requests" in page
    dear_case = Case.objects.get(order=dear)
    assert f'href="/owner/requests/{dear_case.number}/"' in page
    assert "The amount is above the limit for automatic approval." in page
    assert 'value="500.00"' in page
    assert not AutoApprovalPolicy.objects.exists()


def test_the_policy_is_saved_in_minor_units_and_shown_as_written(owner):
    owner.post(POLICY, policy(within_minutes="30", up_to_amount="12.50", currency="eur"))

    saved = AutoApprovalPolicy.objects.get()
    assert (saved.up_to_status, saved.within_minutes) == ("waiting_packaging", 30)
    assert (saved.up_to_amount, saved.currency) == (1250, "EUR")
    assert Event.objects.filter(type="auto_approval_policy.changed").count() == 1
    page = text(owner.get(POLICY))
    assert re.search(r'name="up_to_amount" value="12\.50"', page)

    owner.post(POLICY, policy(up_to_status="ready_to_ship", form_key="another"))
    saved.refresh_from_db()
    assert (saved.within_minutes, saved.up_to_amount, saved.currency) == (None, None, "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"up_to_amount": "10", "currency": ""}, "currency"),
        ({"up_to_amount": "10", "currency": "XXQ"}, "currency"),
        ({"up_to_amount": "10.005", "currency": "EUR"}, "up_to_amount"),
        ({"within_minutes": "0"}, "within_minutes"),
        ({"up_to_status": "shipped"}, "up_to_status"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_at_its_field(owner, change, field):
    response = owner.post(POLICY, policy(**change))

    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert not AutoApprovalPolicy.objects.exists()


def test_settings_are_for_admins_of_the_marketplace(client):
    manager = signed_in(client, make_owner(Rank.MANAGER))

    for address in (REASONS, f"{REASONS}new/", POLICY):
        assert manager.get(address).status_code == 403
    assert manager.post(POLICY, policy()).status_code == 403
    seller = signed_in(client, make_member(items_of(make_order())[0].seller_order.seller))
    assert seller.get(REASONS).status_code == 404
