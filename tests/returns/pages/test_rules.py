"""The settings of returns, help, and what pages cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from returns.models import Dispute, ReturnPolicy
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
)
from tests.people import signed_in
from tests.returns.acts import ask, delivered_order, select, stored_file
from tests.returns.pages.typed import reject, text, words

pytestmark = pytest.mark.django_db


class TestRules:
    @pytest.fixture
    def boss(self, client, owner):
        return signed_in(client, owner)

    def given(self, **more) -> dict:
        return {"window_days": "30", "restocking_percent": "10", "currency": "EUR"} | more

    def test_trying_shows_the_example_and_saves_nothing(self, boss):
        address = reverse("owner:settings_return_policy_new")
        given = self.given(return_shipping_fee="4.90", **{"try": "1"})
        page = words(text(boss.post(address, given)))
        assert "−10.00" in page
        assert "−4.90" in page
        assert "90.10" in page
        assert not ReturnPolicy.objects.exists()

    def test_saving_changing_and_removing(self, boss):
        boss.post(reverse("owner:settings_return_policy_new"), self.given())
        policy = ReturnPolicy.objects.get()
        assert (policy.window_days, str(policy.restocking_rate)) == (30, "0.10000")
        assert "30 days" in text(boss.get(reverse("owner:settings_returns")))

        address = reverse("owner:settings_return_policy", args=[policy.pk])
        boss.post(address, self.given(window_days="7", keep_goods_up_to="12.50"))
        policy.refresh_from_db()
        assert (policy.window_days, policy.keep_goods_up_to) == (7, 1250)

        boss.post(reverse("owner:settings_return_policy_removal", args=[policy.pk]))
        assert not ReturnPolicy.objects.exists()

    def test_the_same_place_twice_is_refused(self, boss):
        address = reverse("owner:settings_return_policy_new")
        boss.post(address, self.given())
        page = text(boss.post(address, self.given(window_days="5")), 422)
        assert "There are rules for this already" in page

    def test_amounts_need_their_currency(self, boss):
        address = reverse("owner:settings_return_policy_new")
        given = self.given(currency="", keep_goods_up_to="5")
        assert "Say in which currency" in text(boss.post(address, given), 422)


@pytest.mark.parametrize("surface", ["my", "seller", "owner"])
def test_help_tells_the_figures_in_force(client, surface, order, customer, seller, owner):
    ReturnPolicy.objects.create(window_days=21)
    person = {"my": customer, "seller": seller, "owner": owner}[surface]
    page = words(text(signed_in(client, person).get(reverse(f"{surface}:help_returns"))))
    assert "21 days" in page
    assert "5 days" in page


def test_pages_cost_the_same_with_many_items(client, owner):
    """Items, files, messages and decisions may be many."""
    costs = []
    for count in (1, 6):
        order = delivered_order(lines=[line(name=f"Mug {n}") for n in range(count)])
        buyer = make_customer(order)
        chosen = [select(item, files=[stored_file(buyer)]) for item in items_of(order)]
        request = ask(order, buyer, *chosen)
        reject(request, make_member(items_of(order)[0].seller))
        number, dispute = request.case.number, Dispute.objects.get(case=request.case)
        pages = {
            buyer: [
                reverse("my:case_detail", args=[number]),
                reverse("my:return_new", args=[order.number]),
            ],
            owner: [
                reverse("owner:case_detail", args=[number]),
                reverse("owner:dispute_detail", args=[dispute.number]),
            ],
        }
        costs.append([])
        for reader, addresses in pages.items():
            signed_in(client, reader)
            for address in addresses:
                client.get(address)
                with CaptureQueriesContext(connection) as asked_for:
                    assert client.get(address).status_code == 200
                costs[-1].append(len(asked_for))

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 40
