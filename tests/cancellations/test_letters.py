"""Who is told what, when events are delivered: once each, in the customer's language."""

import pytest

from cancellations.operations import (
    approve_items,
    evaluate_cancellation,
    overrule,
    reject_items,
    reject_request_items,
    withdraw_cancellation,
)
from core.notifications.models import Mail, Notification
from core.notifications.wording import write_line
from orders.models import Case, OrderItem
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, cancel, deliver_all, hold, select
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
    bell = Notification.objects.exclude(role="customer").get()
    assert (bell.user_id, bell.seller_id) == (member.user_id, member.seller_id)
    assert bell.data["units"] == 2
    assert bell.url == f"/seller/orders/{order.number}/"
    own = Notification.objects.get(role="customer")
    assert (own.user_id, own.template) == (customer.user_id, "my_cancellation_approved")
    assert own.url == f"/my/requests/{request.case.number}/"
    assert request.case.number in write_line(own.template, own.data)


@pytest.mark.parametrize("what", ["approved", "made", "rejected", "refunded", "too_late"])
def test_each_letter_about_what_others_did_has_a_line_under_the_bell(what):
    assert "C-1" in write_line(f"my_cancellation_{what}", {"case": "C-1", "order": "C-1"})


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


def templates() -> list[str]:
    told = Mail.objects.exclude(template="cancellation_to_answer").order_by("pk")
    return list(told.values_list("template", flat=True))


def test_what_the_seller_rejects_the_customer_reads_with_the_reason(order, customer):
    mugs, _bowl = items_of(order)
    seller = make_member(mugs.seller)

    chosen = [select(mugs, 1, reason="out_of_stock")]
    reject_items(order=order, selections=chosen, actor=seller)
    deliver_all()

    mail = Mail.objects.get()
    assert (mail.template, mail.to) == ("cancellation_made", order.customer.email)
    assert f"{mugs.seller.name} cannot send these items" in mail.text
    assert "1 × Stoneware mug 1 (Out of stock)" in mail.text
    assert "12.50 EUR" in mail.text
    assert "Out of stock" in mail.html
    assert not Notification.objects.exclude(role="customer").exists()  # those who reject know


def test_what_the_owner_cancels_is_told_once_it_is_decided(order, customer):
    mugs, _bowl = items_of(order)
    member = make_member(mugs.seller)

    cancel(order, make_owner(), select(mugs))
    deliver_all()

    mail = Mail.objects.get()
    assert mail.template == "cancellation_made"
    assert "has cancelled these items of" in mail.text
    bell = Notification.objects.exclude(role="customer").get()
    assert (bell.user_id, bell.template) == (member.user_id, "do_not_hand_over")


def test_a_mixed_answer_is_told_in_two_letters_each_about_its_items(order, customer):
    mugs, bowl = items_of(order)
    held = hold(order, customer, select(mugs), select(bowl))
    owner = make_owner()

    approve_items(held, [mugs.pk], actor=owner)
    reject_request_items(held, [bowl.pk], actor=owner, reason_note="It is engraved.")
    deliver_all()

    assert templates() == [
        "cancellation_requested",
        "cancellation_approved",
        "cancellation_rejected",
    ]
    rejected = Mail.objects.get(template="cancellation_rejected")
    assert "Stoneware mug 2: “It is engraved.”" in rejected.text
    assert "Stoneware mug 1" not in rejected.text + rejected.html
    assert "Stoneware mug 2" not in Mail.objects.get(template="cancellation_approved").text


def test_taking_back_is_confirmed_and_the_seller_hears_of_it(order, customer):
    mugs, _bowl = items_of(order)
    make_member(mugs.seller)
    held = hold(order, customer, select(mugs))

    withdraw_cancellation(held, actor=customer)
    deliver_all()

    assert templates() == ["cancellation_requested", "cancellation_withdrawn"]
    assert "2 × Stoneware mug 1" in Mail.objects.get(template="cancellation_withdrawn").text
    assert Notification.objects.filter(template="cancellation_withdrawn").count() == 1


def test_an_overruled_rejection_is_told_as_approved(order, customer):
    mugs, _bowl = items_of(order)
    held = hold(order, customer, select(mugs))
    owner = make_owner()
    reject_request_items(held, actor=owner, reason_note="No.")
    deliver_all()

    overrule(held, actor=owner, to="approved", note="Yes.")
    deliver_all()

    assert templates() == [
        "cancellation_requested",
        "cancellation_rejected",
        "cancellation_approved",
    ]


@pytest.mark.parametrize("language", ["en", "de-AT", "", "xx"])
def test_every_letter_can_be_written_whatever_the_language(order, customer, language):
    type(order.customer).objects.update(language=language)
    mugs, _bowl = items_of(order)
    held = hold(order, customer, select(mugs))

    withdraw_cancellation(held, actor=customer)
    deliver_all()

    assert len(templates()) == 2
