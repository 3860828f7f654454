"""The whole journey through HTTP: a customer cancels 1 of 2, workers approve and pay, and
customer, seller, owner and program each see it happen."""

import pytest
from django.test import Client
from django.urls import reverse

from core.notifications.models import Mail
from orders.models import Case
from refunds.models import RefundAttempt, RefundPlan
from refunds.operations import due_plans, execute_plan
from tests.cancellations.acts import deliver_all
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner
from tests.people import bearer, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """The test is the worker."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


def work() -> None:
    """What workers do until nothing is left to do."""
    deliver_all()
    for plan_id in due_plans():
        execute_plan(plan_id=plan_id)
    deliver_all()


def read(actor, name: str, number: str, **query) -> str:
    response = signed_in(Client(), actor).get(reverse(name, args=[number]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_card_and_voucher_get_their_parts_back_and_everybody_sees_it(provider):
    order = make_order(
        lines=[line(quantity=2, unit_price=1850, discount=370, shipping=500)],
        payments=[("credit_card", 1200), ("voucher", 2630)],
    )
    [item] = items_of(order)
    customer, seller, owner = make_customer(order), make_member(item.seller), make_owner()
    browser = signed_in(Client(), customer)
    form = reverse("my:cancellation_create", args=[order.number])
    chosen = {
        f"take-{item.pk}": "on",
        f"quantity-{item.pk}": "1",
        f"reason-{item.pk}": "ordered_too_many",
        "accept": "on",
    }

    estimate = browser.post(form, chosen | {"preview": "1"}).content.decode()
    sent = browser.post(form, chosen)
    assert sent.status_code == 302
    assert "under evaluation" in browser.get(sent.url).content.decode()
    work()

    case, plan = Case.objects.get(), RefundPlan.objects.get()
    assert (case.status, plan.status, plan.total) == ("completed", "completed", 1915)
    assert "19.15" in estimate
    paid = RefundAttempt.objects.filter(status="succeeded").order_by("part__payment__position")
    assert [attempt.part.amount for attempt in paid] == [1200, 715]
    assert [provider.paid(attempt.idempotency_key) for attempt in paid] == [1200, 715]

    request_page = browser.get(sent.url).content.decode()
    assert "Cancelled and paid back" in request_page
    assert "data-poll" not in request_page
    assert case.number in read(customer, "my:order_detail", order.number)
    letters = list(Mail.objects.order_by("pk").values_list("template", flat=True))
    assert letters == [
        "cancellation_requested",
        "cancellation_approved",
        "cancellation_refunded",
    ]

    seller_page = read(seller, "seller:order_detail", order.number)
    assert "Do not hand over" in seller_page
    assert "Ordered too many" in seller_page
    assert "Voucher" not in seller_page
    owner_page = read(owner, "owner:order_detail", order.number)
    assert plan.number in owner_page
    assert "19.15" in owner_page

    answer = (
        Client()
        .get(f"/api/v1/cancellations/{case.number}/", headers=bearer(owner, "cancellations:read"))
        .json()
    )
    assert answer["status"] == answer["refund_plan"]["status"] == "completed"
    assert [part["amount"]["amount"] for part in answer["payments"]] == [1200, 715]


def test_a_free_item_is_cancelled_without_a_call_to_the_provider(provider):
    order = make_order(
        lines=[line(unit_price=0), line(unit_price=900)], payments=[("credit_card", 900)]
    )
    free, _paid = items_of(order)
    browser = signed_in(Client(), make_customer(order))
    before = len(provider.journal()["calls"])

    sent = browser.post(
        reverse("my:cancellation_create", args=[order.number]),
        {
            f"take-{free.pk}": "on",
            f"quantity-{free.pk}": "1",
            f"reason-{free.pk}": "changed_mind",
            "accept": "on",
        },
    )
    work()

    assert Case.objects.get().status == "completed"
    assert RefundPlan.objects.get().status == "completed"
    assert len(provider.journal()["calls"]) == before
    assert "Nothing is paid back" not in browser.get(sent.url).content.decode()
