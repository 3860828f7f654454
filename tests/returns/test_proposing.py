"""What an inspection proposes to keep: for units that did not come, are something else, or came
back damaged from a return for the customer's own reasons."""

import pytest
from django.urls import reverse

from core.actors import SYSTEM
from refunds.models import RefundPlan
from returns.goods_policies import Received, kept_because
from returns.models import ReturnItem
from returns.operations import (
    approve_items,
    deduct,
    proposed_deductions,
    receive,
    say_sent,
)
from tests.factories import items_of, make_customer, make_member
from tests.people import signed_in
from tests.returns.acts import ask, delivered_order, fresh, policy, select

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("condition", "disposition", "fault", "kept"),
    [
        ("ok", "restock", "customer", False),
        ("missing", "nothing", "customer", True),
        ("missing", "nothing", "carrier", True),
        ("wrong", "send_back", "seller", True),
        ("damaged", "dispose", "customer", True),
        ("damaged", "send_back", "customer", True),
        ("damaged", "restock", "customer", False),
        ("damaged", "dispose", "seller", False),
        ("damaged", "dispose", "carrier", False),
        ("extra", "send_back", "customer", False),
    ],
)
def test_what_is_kept_for_a_unit(condition, disposition, fault, kept):
    assert bool(kept_because(condition, disposition, fault)) is kept


@pytest.fixture
def order():
    """2 × 10.00 with 5.00 shipping, and 1 × 3.00."""
    return delivered_order(number="FH-1")


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller)


def parcel_of(order, seller, reason="does_not_fit"):
    customer = make_customer(order)
    request = ask(order, customer, *[select(item, reason=reason) for item in items_of(order)])
    approve_items(request, actor=seller)
    parcel = fresh(request).case.return_parcel
    return say_sent(parcel, actor=customer, tracking_number="T1", other_carrier="Bike")


@pytest.fixture
def parcel(order, seller):
    return parcel_of(order, seller)


def entries(parcel) -> list[int]:
    found = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
    return list(found.values_list("pk", flat=True))


def told(found) -> list[tuple[int, str]]:
    return [(one.amount, one.reason) for one in found]


def test_a_missing_unit_is_its_share_of_the_products_money(parcel):
    mugs, bowl = entries(parcel)
    units = [Received(mugs, "ok", 1), Received(bowl, "ok", 1)]

    assert proposed_deductions(parcel, units) == []  # the other mug may still come
    [found] = proposed_deductions(parcel, units, last=True)

    assert (found.entry_id, found.amount, found.reason) == (mugs, 1000, "Not in the parcel: 1.")


def test_what_was_written_down_before_counts(parcel):
    mugs, bowl = entries(parcel)
    receive(parcel, units=[Received(mugs, "wrong", 1), Received(mugs, "ok", 1)], actor=SYSTEM)

    found = proposed_deductions(parcel, [Received(bowl, "damaged", 1, "dispose")])

    assert told(found) == [
        (1000, "Something else came instead: 1."),
        (300, "Came back damaged: 1."),
    ]


def test_several_reasons_of_one_item_are_one_deduction(parcel):
    mugs, bowl = entries(parcel)
    units = [Received(mugs, "wrong", 1), Received(mugs, "missing", 1), Received(bowl, "ok", 1)]
    [found] = proposed_deductions(parcel, units)
    assert found.amount == 2000
    assert found.reason == "Something else came instead: 1. Not in the parcel: 1."


def test_fees_are_not_kept_twice(order, seller):
    policy(restocking_rate="0.1", return_shipping_fee=500)
    parcel = parcel_of(order, seller)
    mugs, bowl = entries(parcel)
    assert RefundPlan.objects.get().total == 2800 - 230 - 500

    one = proposed_deductions(parcel, [Received(mugs, "ok", 1), Received(bowl, "ok", 1)], last=True)
    both = proposed_deductions(parcel, [Received(bowl, "ok", 1)], last=True)

    assert [found.amount for found in one] == [900]  # what the unit was to give back
    assert [found.amount for found in both] == [1300]  # no more than is left: 20.00 − 2.00 − 5.00


def test_nothing_is_kept_for_damage_that_it_was_returned_for(order, seller):
    parcel = parcel_of(order, seller, reason="not_as_described")
    mugs, bowl = entries(parcel)
    units = [Received(mugs, "damaged", 2, "dispose"), Received(bowl, "ok", 1)]
    assert proposed_deductions(parcel, units) == []


def test_nothing_is_proposed_where_no_money_waits(order, seller):
    policy(payable_when="at_once")
    parcel = parcel_of(order, seller)
    assert proposed_deductions(parcel, last=True) == []


def test_the_proposal_can_be_taken_as_it_is(parcel, seller):
    mugs, bowl = entries(parcel)
    receive(
        parcel, units=[Received(mugs, "ok", 1), Received(bowl, "ok", 1)], last=True, actor=seller
    )
    plan = RefundPlan.objects.get()
    assert plan.payable_at is None

    deduct(parcel, deductions=proposed_deductions(parcel), actor=seller)

    plan.refresh_from_db()
    assert (plan.total, plan.payable_at is not None) == (1800, True)
    assert proposed_deductions(parcel) == []


class TestThePage:
    @pytest.fixture
    def theirs(self, client, seller):
        return signed_in(client, seller)

    @pytest.fixture
    def address(self, parcel):
        return reverse("seller:return_receive_parcel", args=[parcel.code])

    @pytest.fixture
    def counted(self, parcel):
        """A mug is not inside."""
        mugs, bowl = entries(parcel)
        return {f"ok-{mugs}": "1", f"missing-{mugs}": "1", f"ok-{bowl}": "1"}

    def test_it_is_shown_before_it_is_taken(self, theirs, address, counted, parcel):
        shown = theirs.post(address, counted | {"preview": "1"}).content.decode()
        assert "Not in the parcel: 1." in shown
        assert "18.00" in shown
        seen = f"{entries(parcel)[0]}:1000"
        assert f'name="seen" value="{seen}"' in shown
        assert not parcel.received.exists()

        assert theirs.post(address, counted | {"seen": seen}).status_code == 302

        plan = RefundPlan.objects.get()
        assert (plan.total, plan.payable_at is not None) == (1800, True)
        assert plan.lines.get(component="deduction").reason == "Not in the parcel: 1."

    def test_what_nobody_has_read_is_not_taken(self, theirs, address, counted, parcel):
        page = theirs.post(address, counted)

        assert page.status_code == 422
        assert "By the rules something is kept" in page.content.decode()
        assert not parcel.received.exists()
        assert RefundPlan.objects.get().payable_at is None

    def test_a_zero_keeps_nothing(self, theirs, address, counted, parcel):
        theirs.post(address, counted | {f"amount-{entries(parcel)[0]}": "0"})
        plan = RefundPlan.objects.get()
        assert (plan.total, plan.payable_at is not None) == (2800, True)

    def test_the_inspection_begins_with_it(self, theirs, address, counted, parcel):
        theirs.post(address, counted | {"later": "1"})

        page = theirs.get(address).content.decode()

        assert 'value="10.00"' in page
        assert 'value="Not in the parcel: 1."' in page
        assert "Pay 18.00 EUR" in page


class TestTheApi:
    def test_a_program_asks_for_the_proposal(self, client, parcel, seller):
        mugs, bowl = entries(parcel)
        receive(parcel, units=[Received(bowl, "ok", 1)], last=True, actor=SYSTEM)

        address = reverse("api:return_inspection", args=[parcel.case.number])
        answer = signed_in(client, seller).get(address)

        number = ReturnItem.objects.get(pk=mugs).item.number
        assert answer.json() == {
            "deductions": [{"item": number, "amount": 2000, "reason": "Not in the parcel: 2."}]
        }
