"""Who is told what, when events are delivered: once each, in the customer's language."""

import pytest

from cancellations.operations import evaluate_cancellation
from core.notifications.models import Mail, Notification
from orders.models import Case, OrderItem
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, deliver_all, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(
        lines=[line(quantity=2, unit_price=1000, shipping=500), line(unit_price=300)],
        payments=[("credit_card", 2000), ("voucher", 800)],
    )


@pytest.fixture
def customer(order):
    return make_customer(order)


def test_the_customer_reads_what_was_received_and_what_is_paid_back(order, customer):
    member = make_member(items_of(order)[0].seller)
    mugs, _bowl = items_of(order)

    [request] = ask(order, customer, select(mugs))
    deliver_all()

    received, approved = Mail.objects.order_by("pk")
    assert received.to == approved.to == order.customer.email
    assert "under evaluation" in received.subject
    assert f"/my/requests/{request.case.number}/" in approved.text
    assert "2 × Stoneware mug 1" in approved.text
    assert "20.00 EUR, Credit card" in approved.text
    assert "5.00 EUR, Voucher" in approved.text
    assert "25.00 EUR" in approved.html
    bell = Notification.objects.get()
    assert (bell.user_id, bell.seller_id) == (member.user_id, member.seller_id)
    assert bell.data["units"] == 2
    assert bell.url == f"/seller/orders/{order.number}/"


def test_the_refund_is_announced_when_the_money_has_left(order, customer):
    mugs, _bowl = items_of(order)
    ask(order, customer, select(mugs))
    deliver_all()
    plan = RefundPlan.objects.get()
    plan.transition_to("processing", actor=make_owner())
    plan.transition_to("completed", actor=make_owner())

    deliver_all()

    assert Case.objects.get().status == "completed"
    last = Mail.objects.order_by("pk").last()
    assert last.subject.startswith("Paid back: 25.00 EUR")
    assert Mail.objects.count() == 3


def test_what_shipped_in_between_comes_with_how_to_return_it(order, customer):
    mugs, bowl = items_of(order)
    [request] = ask(order, customer, select(mugs), select(bowl))
    OrderItem.objects.filter(pk=bowl.pk).update(status="shipped")
    evaluate_cancellation(request_id=request.pk)

    deliver_all()

    late = Mail.objects.get(template="cancellation_too_late")
    assert "1 × Stoneware mug 2" in late.text
    assert "Stoneware mug 1" not in late.text
    assert "return" in late.text
    approved = Mail.objects.get(template="cancellation_approved")
    assert "Stoneware mug 2" not in approved.text
    assert "25.00 EUR" in approved.text


def test_a_rejected_request_says_so_once(order, customer):
    mugs, _bowl = items_of(order)
    [request] = ask(order, customer, select(mugs))
    OrderItem.objects.filter(pk=mugs.pk).update(status="shipped")
    evaluate_cancellation(request_id=request.pk)

    deliver_all()

    assert not Mail.objects.filter(template="cancellation_rejected").exists()
    assert Mail.objects.filter(template="cancellation_too_late").count() == 1


def test_nobody_without_an_address_is_written_to(order, customer):
    type(order.customer).objects.update(email="")
    mugs, _bowl = items_of(order)

    ask(order, customer, select(mugs))
    deliver_all()

    assert not Mail.objects.exists()
    assert Case.objects.get().status == "approved"
