"""The customer's pages through HTTP, and the panels lent to the order's page."""

import re

import pytest
from django.template import Context, engines
from django.urls import reverse

from cancellations.models import AutoApprovalPolicy
from core.events.models import Event
from orders.models import Case, OrderItem, Reason
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, cancel, deliver_all, select
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    lines = [line(quantity=2, unit_price=1000, shipping=500), line(unit_price=300)]
    return make_order(lines=lines, payments=[("credit_card", 2000), ("voucher", 800)])


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def mine(client, customer):
    return signed_in(client, customer)


def form_of(order) -> str:
    return reverse("my:cancellation_create", args=[order.number])


def chosen(item, quantity=None, reason="changed_mind", note="", accept="on", **more) -> dict:
    given = {
        f"take-{item.pk}": "on",
        f"quantity-{item.pk}": quantity or item.quantity,
        f"reason-{item.pk}": reason,
        f"note-{item.pk}": note,
        "accept": accept,
        "form_key": "one-time-key",
    }
    return {name: value for name, value in (given | more).items() if value != ""}


def text(response) -> str:
    page = response.content.decode()
    assert "<c-" not in page
    assert "style=" not in page
    return page


def test_the_form_offers_what_can_be_cancelled_and_says_why_not_for_the_rest(mine, order):
    mugs, bowl = items_of(order)
    OrderItem.objects.filter(pk=bowl.pk).update(status="shipped")

    page = text(mine.get(form_of(order)))

    assert f'name="take-{mugs.pk}"' in page
    assert f'name="take-{bowl.pk}"' not in page
    assert "you can return it" in page
    assert "Out of stock" not in page
    assert "Choose what to cancel" in page


def test_the_estimate_is_shown_without_writing_anything(mine, order):
    mugs, _bowl = items_of(order)
    before = Event.objects.count()

    response = mine.post(
        form_of(order), chosen(mugs, 2, reason="", preview="1"), headers={"HX-Request": "true"}
    )

    page = text(response)
    assert response.status_code == 200
    assert "<html" not in page
    assert "25.00" in page
    assert "20.00 EUR" in page  # to the card
    assert "5.00 EUR" in page  # to the voucher
    assert "Cancel 2 items" in page
    assert Event.objects.count() == before
    assert not Case.objects.exists()


def test_without_scripts_the_preview_is_a_page_that_keeps_what_was_typed(mine, order):
    mugs, _bowl = items_of(order)

    page = text(mine.post(form_of(order), chosen(mugs, 1, note="too many", preview="1")))

    assert "<html" in page
    assert "12.50" in page
    assert "too many" in page
    assert 'role="alert"' not in page
    assert not Case.objects.exists()


def test_cancelling_one_of_two_leads_to_its_page_until_the_money_is_back(mine, order):
    mugs, _bowl = items_of(order)

    response = mine.post(form_of(order), chosen(mugs, 1), follow=True)

    case = Case.objects.get()
    assert response.redirect_chain == [(f"/my/requests/{case.number}/", 302)]
    page = text(response)
    assert "Your request was received and is under evaluation" in page
    assert 'data-poll="3"' in page

    deliver_all()
    address = response.redirect_chain[0][0]
    part = text(mine.get(address, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "Approved, your refund is on its way" in part
    assert "Nothing of it had shipped, so it was approved automatically." in part
    assert 'data-poll="3"' in part

    plan = RefundPlan.objects.get()
    plan.transition_to("processing", actor=make_owner())
    plan.transition_to("completed", actor=make_owner())
    deliver_all()
    page = text(mine.get(address))
    assert "Cancelled and paid back" in page
    assert "data-poll" not in page
    assert "12.50" in page


def test_two_clicks_make_one_case_and_land_on_it(mine, order):
    mugs, _bowl = items_of(order)
    sent = chosen(mugs, 1)

    first = mine.post(form_of(order), sent)
    second = mine.post(form_of(order), sent)

    assert Case.objects.count() == 1
    assert first.url == second.url == f"/my/requests/{Case.objects.get().number}/"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"accept": ""}, "Please read and accept the cancellation policy."),
        ({"reason": ""}, "Choose a reason."),
        ({"quantity": 3}, "there are 2"),
        ({"quantity": "many"}, "Enter a whole number."),
        ({"reason": "out_of_stock"}, "not one of the available choices"),
    ],
)
def test_a_refusal_stands_beside_what_it_is_about_and_nothing_typed_is_lost(
    mine, order, change, words
):
    mugs, _bowl = items_of(order)

    response = mine.post(form_of(order), chosen(mugs, note="keep this", **change))

    page = text(response)
    assert response.status_code == 422
    assert words in page
    assert "keep this" in page
    assert re.search(rf'<input[^>]* checked [^>]*name="take-{mugs.pk}"', page)
    assert not Case.objects.exists()


def test_a_note_that_the_reason_wants_is_asked_for_at_the_note(mine, order):
    Reason.objects.filter(kind="cancel", code="changed_mind").update(needs_note=True)
    mugs, _bowl = items_of(order)

    response = mine.post(form_of(order), chosen(mugs))

    assert f'id="id_note-{mugs.pk}_error"' in text(response)
    assert response.status_code == 422


def test_what_shipped_while_the_form_was_open_is_refused_beside_the_item(mine, order):
    mugs, bowl = items_of(order)
    sent = chosen(mugs) | chosen(bowl)
    OrderItem.objects.filter(pk=bowl.pk).update(status="shipped")

    response = mine.post(form_of(order), sent)

    page = text(response)
    assert response.status_code == 422
    assert f'id="id_take-{bowl.pk}_error"' in page
    assert "Already shipped" in page
    assert not Case.objects.exists()


def test_nothing_chosen_is_said_on_the_form(mine, order):
    response = mine.post(form_of(order), {"accept": "on"})

    assert "Choose at least one item to cancel." in text(response)


def test_an_order_of_two_sellers_leads_back_to_the_order(client):
    order = make_order(sellers=[make_seller(), make_seller()])
    customer = signed_in(client, make_customer(order))
    one, two = items_of(order)

    response = customer.post(form_of(order), chosen(one) | chosen(two))

    assert response.url == reverse("my:order_detail", args=[order.number])
    assert Case.objects.count() == 2


def test_when_nothing_can_be_cancelled_the_page_says_so(mine, order):
    OrderItem.objects.filter(order=order).update(status="delivered")

    assert "Nothing can be cancelled any more" in text(mine.get(form_of(order)))


def test_other_customers_orders_and_requests_do_not_exist(client, order, customer):
    mugs, _bowl = items_of(order)
    [request] = ask(order, customer, select(mugs, 1))
    stranger = signed_in(client, make_customer(make_order()))

    assert stranger.get(form_of(order)).status_code == 404
    assert stranger.post(form_of(order), chosen(mugs)).status_code == 404
    address = reverse("my:case_detail", args=[request.case.number])
    assert stranger.get(address).status_code == 404
    assert Case.objects.count() == 1


def test_a_request_that_waits_for_a_person_says_until_when_and_why(mine, order, customer):
    AutoApprovalPolicy.objects.create(up_to_amount=100, currency="EUR")
    mugs, _bowl = items_of(order)
    [request] = cancel(order, customer, select(mugs))

    page = text(mine.get(reverse("my:case_detail", args=[request.case.number])))

    assert "The amount is above the limit for automatic approval." in page
    assert "it is approved" in page
    assert 'data-poll="20"' in page


CANCELLATIONS = "cancellation_panel asked.cancellations"
HOLD_BACK = "do_not_hand_over order"


def panel(tag: str, order, actor, rf) -> str:
    request = rf.get("/")
    request.actor = actor
    template = engines["django"].engine.from_string(
        "{% load aftersales cancellations %}{% asked_of_order order as asked %}{% " + tag + " %}"
    )
    return template.render(Context({"request": request, "order": order}))


def test_the_panel_shows_seller_and_owner_who_decided_and_by_which_rule(order, customer, rf):
    mugs, _bowl = items_of(order)
    [request] = cancel(order, customer, select(mugs, 1, "ordered_too_many", "one is enough"))

    for reader in (make_owner(), make_member(mugs.seller)):
        shown = panel(CANCELLATIONS, order, reader, rf)
        assert request.case.number in shown
        assert "Ordered too many" in shown
        assert "one is enough" in shown
        assert "approved automatically" in shown
        assert RefundPlan.objects.get().number in shown


def test_a_seller_reads_nothing_of_other_sellers(rf):
    sellers = [make_seller(name="Ada"), make_seller(name="Bob")]
    order = make_order(sellers=sellers)
    requests = cancel(order, make_customer(order), *[select(item) for item in items_of(order)])

    shown = panel(CANCELLATIONS, order, make_member(sellers[0]), rf)
    shown += panel(HOLD_BACK, order, make_member(sellers[0]), rf)

    assert requests[0].case.number in shown
    assert requests[1].case.number not in shown
    assert "Bob" not in shown


def test_who_packs_is_warned_of_what_is_cancelled_and_of_what_waits(order, customer, rf):
    mugs, bowl = items_of(order)
    cancel(order, customer, select(mugs, 1, "ordered_too_many"))
    ask(order, customer, select(bowl))

    shown = panel(HOLD_BACK, order, make_member(mugs.seller), rf)

    assert "Do not hand over" in shown
    assert "1 × Stoneware mug 1: cancelled" in shown
    assert "Ordered too many" in shown
    assert "1 × Stoneware mug 2: asked to cancel" in shown


def test_panels_cost_the_same_however_many_requests_there_are(
    customer, order, rf, django_assert_max_num_queries
):
    lines = [line() for _ in range(6)]
    bigger = make_order(lines=lines)
    reader = make_customer(bigger)
    for item in items_of(bigger):
        cancel(bigger, reader, select(item))
    owner = make_owner()

    with django_assert_max_num_queries(1):
        panel(CANCELLATIONS, bigger, owner, rf)


def test_the_customers_order_page_lists_their_requests(mine, order, customer):
    mugs, _bowl = items_of(order)
    [request] = cancel(order, customer, select(mugs, 1))

    page = text(mine.get(reverse("my:order_detail", args=[order.number])))

    assert reverse("my:case_detail", args=[request.case.number]) in page
