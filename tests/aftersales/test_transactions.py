"""*Cancel/Return Selected Items* on the order's page, through HTTP."""

import re

import pytest
from django.urls import reverse

from core.actors import Rank
from core.events.models import Event
from orders.models import Case, OrderItem, Reason
from refunds.models import RefundPlan
from returns.models import ReturnRequest
from tests.cancellations.acts import deliver_all
from tests.factories import items_of, line, make_member, make_order, make_owner, make_seller
from tests.people import signed_in
from tests.returns.acts import delivered_order

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def order():
    kiln, luma = make_seller(name="Kiln & Clay"), make_seller(name="Luma")
    lines = [
        line(kiln, 2, 1850, 370, 500, name="Stoneware mug"),
        line(kiln, 1, 4600, name="Serving bowl"),
        line(luma, 1, 11610, name="Desk lamp"),
    ]
    return make_order(lines=lines)


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())


@pytest.fixture
def seller(client, order):
    return signed_in(client, make_member(items_of(order)[0].seller_order.seller))


def address(order, surface="owner") -> str:
    return reverse(f"{surface}:order_transaction", args=[order.number])


def asked(*items, transaction="cancel", reason="customer_asked", **more) -> dict:
    """What the dialog sends."""
    given = {
        "item": "-".join(str(item.pk) for item in items),
        "transaction": transaction,
        "reason": reason,
        "note": "",
        "form_key": "one-time-key",
        **{f"quantity-{item.pk}": item.quantity for item in items},
    }
    return given | more


def text(response) -> str:
    page = response.content.decode()
    assert "<c-" not in page
    assert "style=" not in page
    return page


def statuses(order) -> list[str]:
    return [item.status for item in items_of(order)]


def test_the_order_page_offers_transactions_on_what_they_can_be_applied_to(owner, order):
    mugs, bowl, lamp = items_of(order)
    OrderItem.objects.filter(pk=lamp.pk).update(status="returned")

    page = text(owner.get(reverse("owner:order_detail", args=[order.number])))

    assert "Cancel/Return Selected Items" in page
    assert re.findall(r'<option value="(\w+)">', page) == ["cancel", "return", "reject"]
    assert set(re.findall(r'name="item" value="(\d+)"', page)) == {str(mugs.pk), str(bowl.pk)}
    assert f"?transaction=reject&amp;item={mugs.pk}" in page


def test_owner_applies_cancel_and_confirms(owner, order):
    mugs, bowl, _lamp = items_of(order)
    selected = {"item": [mugs.pk, bowl.pk], "transaction": "cancel"}

    dialog = text(owner.get(address(order), selected, headers=HTMX))
    assert "<html" not in dialog
    assert "<dialog" in dialog
    assert "Order Cancel" in dialog
    assert "Yes, cancel 3 items" in dialog
    assert "84.30" in dialog  # 37.00 − 3.70 + 46.00, and 5.00 of shipping
    assert "Kiln &amp; Clay is told not to pack" in dialog
    assert not Case.objects.exists()

    response = owner.post(address(order), asked(mugs, bowl), follow=True)

    plan = RefundPlan.objects.get()
    assert response.redirect_chain == [(f"/owner/orders/{order.number}/", 302)]
    page = text(response)
    assert f"Refund plan {plan.number} began as Waiting" in page
    assert plan.status == "waiting"
    assert plan.total == 8430
    assert Case.objects.get().origin == "owner"
    deliver_all()
    assert statuses(order) == ["cancelled", "cancelled", "waiting_packaging"]


def test_a_part_of_an_item_can_be_cancelled_and_the_refund_follows(owner, order):
    mugs, _bowl, _lamp = items_of(order)
    before = Event.objects.count()
    sent = asked(mugs, **{f"quantity-{mugs.pk}": 1})

    preview = text(owner.post(address(order), sent | {"preview": "1"}, headers=HTMX))
    assert "<html" not in preview
    assert "19.15" in preview
    assert "Yes, cancel 1 item" in preview
    assert Event.objects.count() == before

    owner.post(address(order), sent)
    assert RefundPlan.objects.get().total == 1915


def test_without_scripts_the_question_is_a_page(owner, order):
    mugs, *_others = items_of(order)

    page = text(owner.get(address(order), {"item": mugs.pk}))

    assert "<html" in page
    assert "Yes, cancel 2 items" in page
    assert "Keep items" in page


def test_owner_rejects_what_waits_for_packaging_with_a_reason(owner, order):
    mugs, bowl, _lamp = items_of(order)
    OrderItem.objects.filter(pk=bowl.pk).update(status="preparing")
    selected = {"item": [mugs.pk, bowl.pk], "transaction": "reject"}

    dialog = text(owner.get(address(order), selected, headers=HTMX))
    assert "Rejection actions might affect Seller&#x27;s Performance Ratings" in dialog
    assert "Cancel this instead." in dialog
    assert "Yes, reject 2 items" in dialog

    owner.post(address(order), asked(mugs, transaction="reject", reason="out_of_stock"))

    assert statuses(order)[0] == "cancelled"
    assert Case.objects.get().status == "approved"
    assert RefundPlan.objects.get().status == "approved"


def test_a_seller_cancels_from_more_actions_after_reading_the_consequence(seller, order):
    mugs, bowl, lamp = items_of(order)
    page = text(seller.get(reverse("seller:order_detail", args=[order.number])))
    assert "More actions" in page
    assert "Transaction</label>" not in page

    preview = asked(mugs, bowl, reason="out_of_stock", preview="1")
    said = text(seller.post(address(order, "seller"), preview, headers=HTMX))
    assert "rating" in said.lower()
    assert "Credit card" not in said

    seller.post(address(order, "seller"), asked(mugs, bowl, reason="out_of_stock"))

    case = Case.objects.get()
    assert (case.origin, case.status) == ("seller", "approved")
    assert statuses(order) == ["cancelled", "cancelled", "waiting_packaging"]
    assert lamp.pk not in [entry.item_id for entry in case.cancellation.items.all()]


def test_another_sellers_item_does_not_exist_and_nothing_changes(seller, order):
    mugs, _bowl, lamp = items_of(order)

    for sent in (asked(lamp), asked(mugs, lamp)):
        assert seller.post(address(order, "seller"), sent).status_code == 404
    assert seller.get(address(order, "seller"), {"item": lamp.pk}).status_code == 404
    assert not Case.objects.exists()


@pytest.mark.parametrize("nonsense", ["1;drop", "", "99999999999999999999", "-"])
def test_ids_that_cannot_be_meant_change_nothing(owner, order, nonsense):
    response = owner.post(address(order), {"item": nonsense})

    assert response.status_code in (302, 404)
    assert not Case.objects.exists()


def test_nothing_selected_leads_back_with_words(owner, order):
    response = owner.get(address(order), follow=True)

    assert "Select the items first." in text(response)


def test_an_employee_is_refused(client, order):
    seller = items_of(order)[0].seller_order.seller
    clerk = signed_in(client, make_member(seller, Rank.EMPLOYEE))
    mugs, *_others = items_of(order)

    assert clerk.post(address(order, "seller"), asked(mugs)).status_code == 403
    page = text(clerk.get(reverse("seller:order_detail", args=[order.number])))
    assert "data-select" not in page
    assert not Case.objects.exists()


def test_what_shipped_meanwhile_is_refused_beside_the_item_and_nothing_is_lost(owner, order):
    mugs, bowl, _lamp = items_of(order)
    sent = asked(mugs, bowl, note="keep this")
    OrderItem.objects.filter(pk=bowl.pk).update(status="shipped")

    response = owner.post(address(order), sent)

    page = text(response)
    assert response.status_code == 422
    assert f'id="id_quantity-{bowl.pk}_error"' in page
    assert "Already shipped" in page
    assert "keep this" in page
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"reason": ""}, "reason"), ({"reason": "unknown"}, "reason"), ({"note": "x" * 501}, "note")],
)
def test_a_refusal_stands_at_its_field(owner, order, change, field):
    mugs, *_others = items_of(order)

    response = owner.post(address(order), asked(mugs, **change))

    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert not Case.objects.exists()


def test_a_note_that_the_reason_wants_is_asked_for(owner, order):
    Reason.objects.filter(kind="cancel", code="customer_asked").update(needs_note=True)
    mugs, *_others = items_of(order)

    response = owner.post(address(order), asked(mugs))

    assert 'id="id_note_error"' in text(response)


def test_two_clicks_are_one_act(owner, order):
    mugs, *_others = items_of(order)

    first, second = (owner.post(address(order), asked(mugs)) for _click in range(2))

    assert first.url == second.url
    assert Case.objects.count() == 1


def test_the_owner_opens_a_return_for_a_customer(client):
    order = delivered_order(number="FH-RETURN")
    mugs, _bowl = items_of(order)
    owner = signed_in(client, make_owner())
    address = reverse("owner:order_transaction", args=[order.number])
    given = {"transaction": "return", "item": mugs.pk, f"quantity-{mugs.pk}": "1"}

    asked = owner.get(address, {"transaction": "return", "item": mugs.pk}).content.decode()
    assert "Yes, open a return of 2 items" in asked
    assert "Choose a reason to see what is paid back." in asked
    chosen = given | {"reason": "not_as_described", "wish": "refund", "pay_to": "store_credit"}
    shown = owner.post(address, chosen | {"preview": "1"}).content.decode()
    assert "12.50" in shown
    owner.post(address, chosen)

    [request] = ReturnRequest.objects.all()
    assert (request.estimate, request.pay_to, request.case.origin) == (
        *(1250, "store_credit"),
        "owner",
    )


def test_what_has_not_shipped_cannot_be_returned(client):
    order = make_order(number="FH-LATER")
    [item] = items_of(order)
    owner = signed_in(client, make_owner())
    address = reverse("owner:order_transaction", args=[order.number])
    page = owner.get(address, {"transaction": "return", "item": item.pk}).content.decode()
    assert "Not shipped yet" in page
    assert "Yes, open a return" not in page
