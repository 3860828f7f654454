"""The page of a return, for its customer."""

import pytest
from django.urls import reverse

from core.deadlines.operations import handle_passed
from returns.models import Dispute, Offer
from returns.operations import Received, approve_items, make_offer, receive
from tests.factories import (
    items_of,
    make_customer,
    make_order,
)
from tests.people import signed_in
from tests.returns.acts import ask, deliver_all, fresh, let_time_pass, pay, policy, select
from tests.returns.pages.typed import reject, text, words

pytestmark = pytest.mark.django_db


class TestMyReturn:
    def address(self, request) -> str:
        return reverse("my:case_detail", args=[request.case.number])

    @pytest.fixture
    def request_(self, order, customer):
        return ask(order, customer, *[select(item) for item in items_of(order)])

    def test_withdrawing(self, mine, request_):
        mine.post(reverse("my:return_withdrawal", args=[request_.case.number]))
        assert fresh(request_).case.status == "withdrawn"
        assert "Taken back" in text(mine.get(self.address(request_)))

    def test_an_offer_is_accepted_from_the_page(self, mine, request_, seller, order):
        mugs, _bowl = items_of(order)
        offer = make_offer(request_, item_id=mugs.pk, amount=600, message="Sorry", actor=seller)
        page = words(text(mine.get(self.address(request_))))
        assert "get 6.00 EUR back" in page
        assert "An offer waits for your answer" in page
        assert "answers your request" not in page

        mine.post(reverse("my:offer_answer", args=[offer.pk]), {"answer": "accept"})

        offer.refresh_from_db()
        assert offer.status == Offer.Status.ACCEPTED
        assert "You keep it and get 6.00 EUR back" in text(mine.get(self.address(request_)))

    def test_anothers_offer_is_not_there(self, client, request_, seller, order):
        offer = make_offer(request_, item_id=items_of(order)[0].pk, amount=600, actor=seller)
        stranger = signed_in(client, make_customer(make_order(number="FH-9")))
        answer = stranger.post(reverse("my:offer_answer", args=[offer.pk]), {"answer": "accept"})
        assert answer.status_code == 404

    def test_sending_it_back(self, mine, request_, seller):
        approve_items(request_, actor=seller)
        parcel = fresh(request_).case.return_parcel
        page = text(mine.get(self.address(request_)))
        assert parcel.code in page
        label = text(mine.get(reverse("my:return_label", args=[request_.case.number])))
        assert parcel.code in label
        assert 'class="qr"' in label

        given = {"tracking_number": "TR1", "delivery_option": "-other-", "other_carrier": "Bike"}
        mine.post(reverse("my:return_shipment", args=[request_.case.number]), given)

        parcel.refresh_from_db()
        assert (parcel.status, parcel.tracking_number, parcel.other_carrier) == (
            *("sent", "TR1"),
            "Bike",
        )
        assert "TR1" in text(mine.get(self.address(request_)))

    def test_a_shipment_without_a_number_says_what_is_missing(self, mine, request_, seller):
        approve_items(request_, actor=seller)
        given = {"tracking_number": "", "delivery_option": "-other-", "other_carrier": "Bike"}
        address = reverse("my:return_shipment", args=[request_.case.number])
        assert "Give the tracking number" in text(mine.post(address, given), 422)

    def test_stating_ones_side_and_why_there_is_no_appeal(self, mine, request_, seller, owner):
        reject(request_, seller)
        page = text(mine.get(self.address(request_)))
        assert "Tell your side before" in page

        address = reverse("my:dispute_statement", args=[request_.case.number])
        assert "Write what you want to say" in text(mine.post(address, {"text": ""}), 422)
        mine.post(address, {"text": "It came cracked."})

        assert Dispute.objects.get().status == "deciding"
        page = text(mine.get(self.address(request_)))
        assert "It came cracked." in page
        assert "Tell your side before" not in page

    def test_paid_without_the_goods_says_both(self, mine, order, customer, seller):
        policy(payable_when="at_once")
        mug = items_of(order)[0]
        request = ask(order, customer, select(mug), pay_to="store_credit")
        approve_items(request, actor=seller)
        pay(request)
        let_time_pass("return.send_goods")
        handle_passed()
        deliver_all()

        page = text(mine.get(self.address(request)))

        assert fresh(request).case.status == "completed"
        assert "Paid back, though the goods did not come" in page
        assert "Never came" in page

    def test_received_without_a_refund_says_both(self, mine, request_, seller):
        approve_items(request_, actor=seller)
        let_time_pass("return.send_goods")
        handle_passed()
        parcel = fresh(request_).case.return_parcel
        entries = request_.items.select_related("item")
        units = [Received(entry.pk, "ok", entry.item.quantity) for entry in entries]
        receive(parcel, units=units, actor=seller)

        page = text(mine.get(self.address(request_)))

        assert "Closed: the goods came after their time" in page
        assert "The seller has them, and nothing is paid back." in page
