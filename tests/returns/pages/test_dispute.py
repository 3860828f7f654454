"""The page of a dispute."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from refunds.models import RefundPlan
from returns.models import Dispute, ReturnItem
from tests.factories import (
    items_of,
)
from tests.people import signed_in
from tests.returns.acts import ask, select
from tests.returns.pages.typed import reject, text, words

pytestmark = pytest.mark.django_db


class TestDispute:
    @pytest.fixture
    def dispute(self, order, customer, seller):
        request = ask(order, customer, *[select(item) for item in items_of(order)])
        reject(request, seller)
        found = Dispute.objects.get()
        Dispute.objects.filter(pk=found.pk).update(statement_by=None, status="deciding")
        return found

    @pytest.fixture
    def boss(self, client, owner):
        return signed_in(client, owner)

    def address(self, dispute, surface="owner") -> str:
        return reverse(f"{surface}:dispute_detail", args=[dispute.number])

    def given(self, **more) -> dict:
        return {
            "outcome": "partial",
            "fault": "carrier",
            "shipping_paid_by": "marketplace",
            "note": "One drop was recorded.",
            "internal_note": "Claim it.",
        } | more

    def test_everything_is_on_one_screen(self, boss, dispute):
        page = words(text(boss.get(self.address(dispute))))
        for said in ("Used.", "Full, 28.00 EUR", "What this does", "Case timeline"):
            assert said in page

    def test_a_live_sum_and_the_decision(self, boss, dispute, client, customer, seller):
        mugs, _bowl = ReturnItem.objects.filter(case=dispute.case_id).order_by("pk")
        given = self.given(**{f"amount-{mugs.pk}": "6.00"})
        shown = words(text(boss.post(self.address(dispute), given | {"preview": "1"})))
        assert "Decide: refund 6.00 EUR" in shown
        assert not dispute.decisions.exists()

        boss.post(self.address(dispute), given)

        assert RefundPlan.objects.get().total == 600
        assert "Claim it." in text(boss.get(self.address(dispute)))
        theirs = signed_in(client, seller).get(self.address(dispute, "seller"))
        page = text(theirs)
        assert "One drop was recorded." in page
        assert "Claim it." not in page
        mine = signed_in(client, customer)
        page = text(mine.get(reverse("my:case_detail", args=[dispute.case.number])))
        assert "One drop was recorded." in page
        assert "Claim it." not in page
        assert "Appeal the decision" in page

    def test_the_owner_tells_the_customers_side_for_them(self, boss, dispute, customer):
        later = timezone.now() + timedelta(days=1)
        Dispute.objects.filter(pk=dispute.pk).update(statement_by=later)
        assert "Tell the customer's side" in words(text(boss.get(self.address(dispute))))
        address = reverse("owner:dispute_statement", args=[dispute.case.number])
        assert "Tell your side" in text(boss.get(address))
        boss.post(address, {"text": "They called: it was cracked."})
        assert "They called: it was cracked." in text(boss.get(self.address(dispute)))

    def test_a_decision_without_a_reason_is_refused(self, boss, dispute):
        page = text(boss.post(self.address(dispute), self.given(outcome="full", note="")), 422)
        assert "Write what you want to say" in page

    def test_a_seller_cannot_decide(self, client, dispute, seller):
        person = signed_in(client, seller)
        given = self.given(outcome="none")
        assert person.post(self.address(dispute, "seller"), given).status_code == 404
        assert not dispute.decisions.exists()
