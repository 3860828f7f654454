"""Receiving goods, and what is kept of their money."""

import pytest
from django.urls import reverse

from refunds.models import RefundPlan
from returns.models import ReturnItem
from returns.operations import approve_items, say_sent
from tests.factories import (
    items_of,
    make_member,
    make_seller,
)
from tests.people import signed_in
from tests.returns.acts import ask, fresh, select
from tests.returns.pages.typed import text, words

pytestmark = pytest.mark.django_db


class TestReceiving:
    @pytest.fixture
    def parcel(self, order, customer, seller):
        request = ask(order, customer, *[select(item) for item in items_of(order)])
        approve_items(request, actor=seller)
        parcel = fresh(request).case.return_parcel
        return say_sent(parcel, actor=customer, tracking_number="T1", other_carrier="Bike")

    @pytest.fixture
    def theirs(self, client, seller):
        return signed_in(client, seller)

    def address(self, parcel) -> str:
        return reverse("seller:return_receive_parcel", args=[parcel.code])

    def counts(self, parcel, *rows: dict) -> dict:
        entries = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
        given = {"extra_quantity": "0"}
        for entry, row in zip(entries, rows, strict=True):
            for condition in ("ok", "damaged", "missing", "wrong"):
                given[f"{condition}-{entry.pk}"] = str(row.get(condition, 0))
        return given

    def test_a_typed_code_opens_the_parcel(self, theirs, parcel):
        address = reverse("seller:return_receive")
        assert parcel.code in text(theirs.get(address))
        answer = theirs.post(address, {"code": parcel.code.lower().replace("-", " ")})
        assert answer["Location"] == self.address(parcel)
        assert "No return has this code" in text(theirs.post(address, {"code": "RT-X"}), 422)

    def test_all_as_sold_is_paid_in_full(self, theirs, parcel):
        assert "28.00" in text(theirs.get(self.address(parcel)))
        theirs.post(self.address(parcel), self.counts(parcel, {"ok": 2}, {"ok": 1}))
        plan = RefundPlan.objects.get()
        assert plan.total == 2800
        assert plan.payable_at is not None

    def test_a_deduction_is_shown_before_and_taken_with_its_reason(self, theirs, parcel):
        mugs, _bowl = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
        given = self.counts(parcel, {"ok": 1, "damaged": 1}, {"ok": 1})
        given |= {f"amount-{mugs.pk}": "4.00", f"why-{mugs.pk}": "Scratched"}

        shown = words(text(theirs.post(self.address(parcel), given | {"preview": "1"})))
        assert "24.00" in shown
        assert not parcel.received.exists()
        theirs.post(self.address(parcel), given)

        plan = RefundPlan.objects.get()
        assert (plan.total, plan.payable_at is not None) == (2400, True)
        assert plan.lines.get(component="deduction").reason == "Scratched"

    def test_money_later_leads_to_the_inspection(self, theirs, parcel):
        mugs, _bowl = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
        given = self.counts(parcel, {"ok": 1, "damaged": 1}, {"ok": 1}) | {"later": "1"}
        theirs.post(self.address(parcel), given)
        assert RefundPlan.objects.get().payable_at is None
        assert "Inspection" in text(theirs.get(self.address(parcel)))

        theirs.post(self.address(parcel), {f"amount-{mugs.pk}": "1", f"why-{mugs.pk}": "Dirty"})

        plan = RefundPlan.objects.get()
        assert (plan.total, plan.payable_at is not None) == (2700, True)

    def test_a_part_of_it_keeps_the_rest_waiting(self, theirs, parcel):
        theirs.post(self.address(parcel), self.counts(parcel, {"ok": 2}, {}))
        parcel.refresh_from_db()
        assert parcel.status == "partly_received"
        assert "1 piece expected" in text(theirs.get(self.address(parcel)))

    def test_more_than_expected_is_refused_beside_the_field(self, theirs, parcel):
        given = self.counts(parcel, {"ok": 2, "damaged": 1}, {})
        page = text(theirs.post(self.address(parcel), given), 422)
        assert "are still to come back" in page

    def test_anothers_parcel_is_not_there(self, client, parcel):
        person = signed_in(client, make_member(make_seller("other")))
        assert person.get(self.address(parcel)).status_code == 404
