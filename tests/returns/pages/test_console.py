"""The page of a return, for seller and owner."""

import pytest
from django.urls import reverse

from refunds.models import RefundPlan
from returns.models import Offer
from tests.factories import (
    items_of,
    make_member,
    make_seller,
)
from tests.people import signed_in
from tests.returns.acts import ask, fresh, select
from tests.returns.pages.typed import text, words

pytestmark = pytest.mark.django_db


class TestConsole:
    @pytest.fixture
    def request_(self, order, customer):
        return ask(order, customer, *[select(item) for item in items_of(order)])

    @pytest.fixture
    def theirs(self, client, seller):
        return signed_in(client, seller)

    def address(self, request, name="case_detail", surface="seller") -> str:
        return reverse(f"{surface}:{name}", args=[request.case.number])

    def given(self, request, *answers: str) -> dict:
        entries = request.items.order_by("pk")
        return {
            f"answer-{entry.pk}": answer for entry, answer in zip(entries, answers, strict=True)
        }

    def test_the_page_shows_what_is_asked_and_the_clock(self, theirs, request_):
        page = text(theirs.get(self.address(request_)))
        assert "Answer item by item" in page
        assert "No answer means that the return is approved" in page
        assert " checked" not in page.split("answer-form")[1].split("</form>")[0]

    def test_what_the_answers_come_to_is_shown_without_writing(self, theirs, request_):
        given = self.given(request_, "approve", "reject") | {"preview": "1"}
        page = words(text(theirs.post(self.address(request_), given)))
        assert "Refund if all goes well" in page
        assert "25.00" in page
        assert "Send answer for 2 items" in page
        assert set(request_.items.values_list("status", flat=True)) == {"waiting"}

    def test_one_answer_for_several_items(self, theirs, request_, seller):
        mugs, bowl = request_.items.order_by("pk")
        given = self.given(request_, "approve", "offer") | {f"amount-{bowl.pk}": "1.50"}

        answer = theirs.post(self.address(request_), given)

        assert answer.status_code == 302
        assert dict(request_.items.values_list("pk", "status")) == {
            mugs.pk: "approved",
            bowl.pk: "waiting",
        }
        assert Offer.objects.get().amount == 150
        assert "Offer of 1.50" in words(text(theirs.get(self.address(request_))))

    def test_an_offer_above_the_refund_changes_nothing(self, theirs, request_):
        _mugs, bowl = request_.items.order_by("pk")
        given = self.given(request_, "approve", "offer") | {f"amount-{bowl.pk}": "99"}
        page = text(theirs.post(self.address(request_), given), 422)
        assert "less than the full refund" in page
        assert set(request_.items.values_list("status", flat=True)) == {"waiting"}

    def test_a_rejection_without_a_word_is_refused_beside_the_field(self, theirs, request_):
        given = self.given(request_, "reject", "")
        page = text(theirs.post(self.address(request_), given), 422)
        assert "Say why; the customer reads it." in page

    def test_confirm_all(self, theirs, request_):
        theirs.post(self.address(request_), {"all": "approve"})
        assert fresh(request_).case.status == "approved"
        assert RefundPlan.objects.get().total == 2800

    def test_confirm_in_the_orders_tab(self, theirs, request_, order):
        tab = reverse("seller:order_detail", args=[order.number]) + "?tab=requests"
        page = text(theirs.get(tab))
        assert "Return " + request_.case.number in page
        mugs, _bowl = items_of(order)
        theirs.post(self.address(request_, "return_quick_answer"), {"item": mugs.pk})
        statuses = request_.items.order_by("pk").values_list("status", flat=True)
        assert list(statuses) == ["approved", "waiting"]

    def test_an_employee_reads_and_does_not_answer(self, client, request_, order):
        employee = make_member(items_of(order)[0].seller, rank="employee")
        person = signed_in(client, employee)
        page = text(person.get(self.address(request_)))
        assert "Answer item by item" not in page
        assert person.post(self.address(request_), {"all": "approve"}).status_code == 403

    def test_another_seller_finds_nothing(self, client, request_):
        person = signed_in(client, make_member(make_seller("other")))
        assert person.get(self.address(request_)).status_code == 404

    def test_the_owner_withdraws_for_the_customer(self, client, request_, owner):
        person = signed_in(client, owner)
        assert "Withdraw for the customer" in text(
            person.get(self.address(request_, surface="owner"))
        )
        person.post(self.address(request_, "return_withdrawal", "owner"))
        assert fresh(request_).case.status == "withdrawn"

    def test_a_note_among_the_marketplace_is_for_nobody_else(
        self, client, request_, owner, seller, customer
    ):
        person = signed_in(client, owner)
        person.post(
            self.address(request_, "return_message", "owner"), {"text": "Watch this seller."}
        )
        assert "Watch this seller." in text(person.get(self.address(request_, surface="owner")))
        for reader, surface in ((seller, "seller"), (customer, "my")):
            page = text(signed_in(client, reader).get(self.address(request_, surface=surface)))
            assert "Watch this seller." not in page
