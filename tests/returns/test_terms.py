"""The terms of a return stand on its items: what was told holds, and a past without a record of
the request can be answered, or says why not."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.actors import SYSTEM
from orders.models import Case, Reason, SellerOrder
from orders.operations import lock_order, open_case
from refunds.models import RefundPlan
from returns.models import ReturnItem, ReturnRequest
from returns.operations import approve_items, make_offer
from tests.factories import items_of, make_customer, make_member, make_owner
from tests.people import signed_in
from tests.returns.acts import ask, delivered_order, plans, policy, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return delivered_order(number="FH-1")


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, "manager")


@transaction.atomic
def unrecorded(order, **terms) -> ReturnRequest:
    """A return that waits, of an order from elsewhere: nothing was recorded here."""
    lock_order(order.pk)
    item = items_of(order)[0]
    case = open_case(item.seller_order, [item], kind="return", origin="customer", actor=SYSTEM)
    request = ReturnRequest.objects.create(case=case, estimate=2500)
    ReturnItem.objects.create(
        request=request,
        case=case,
        seller_order=item.seller_order,
        item=item,
        reason=Reason.objects.get(kind="return", code="does_not_fit"),
        estimate=2500,
        **terms,
    )
    return request


def test_what_was_told_stands_on_the_item(order):
    policy(restocking_rate="0.1", return_shipping_fee=200, payable_when="at_once")

    request = ask(order, make_customer(order), select(items_of(order)[0], reason="does_not_fit"))

    entry = request.items.get()
    entry.refresh_from_db()
    assert (entry.goods_back, entry.payable_when) == (True, "at_once")
    assert (str(entry.restocking_rate), entry.return_shipping) == ("0.10000", 200)


def test_what_stays_with_its_customer_is_paid_at_once(order):
    policy(keep_goods_up_to=10_000, payable_when="on_receipt")

    request = ask(order, make_customer(order), select(items_of(order)[0]))

    entry = request.items.get()
    assert (entry.goods_back, entry.payable_when) == (False, "at_once")


def test_a_request_without_a_record_is_answered_on_the_terms_of_its_items(order, seller):
    request = unrecorded(order, restocking_rate="0.2", return_shipping=100)

    approve_items(request, actor=seller)

    assert plans(request) == [(1, "on_receipt", 2000, False)]  # 25.00 less 4.00 and 1.00


def test_an_offer_for_it_is_less_than_its_full_refund(order, seller):
    request = unrecorded(order)
    offer = make_offer(request, item_id=items_of(order)[0].pk, amount=2499, actor=seller)
    assert offer.amount == 2499


def test_nothing_waits_for_goods_that_stay(order):
    on_receipt = RefundPlan.PayableWhen.ON_RECEIPT
    with pytest.raises(IntegrityError, match="return_item_waits_only_for_goods"):
        unrecorded(order, goods_back=False, payable_when=on_receipt)


class TestAnImportedPast:
    """A return of which is known only that it was."""

    @pytest.fixture
    def case(self, order):
        part = SellerOrder.objects.get(order=order)
        return Case.objects.create(
            number="RR-PAST",
            kind="return",
            order=order,
            seller_order=part,
            seller_id=part.seller_id,
            status="completed",
            origin="customer",
            imported=True,
        )

    @pytest.fixture
    def readers(self, order, seller):
        return {"my": make_customer(order), "seller": seller, "owner": make_owner()}

    @pytest.mark.parametrize("surface", ["my", "seller", "owner"])
    def test_its_address_leads_to_the_order_that_says_so(self, client, case, readers, surface):
        person = signed_in(client, readers[surface])

        answer = person.get(reverse(f"{surface}:case_detail", args=[case.number]), follow=True)

        assert answer.status_code == 200
        page = answer.content.decode()
        assert "Return RR-PAST" in page
        said = "before this shop" if surface == "my" else "nothing of it can be answered here"
        assert said in page
