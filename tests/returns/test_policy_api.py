"""GET /return-policies/: the rules in force, as far as each reader may know them."""

import pytest

from tests.factories import make_customer, make_member, make_order, make_owner, make_seller
from tests.people import Program
from tests.returns.acts import policy

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "seller": None,
    "category": "",
    "window": {"amount": 14, "unit": "calendar_days"},
    "payable_when": "on_receipt",
    "restocking_rate": "0",
    "return_shipping_fee": {"amount": 0, "currency": "EUR"},
    "keep_goods_up_to": None,
    "silence_approves_up_to": None,
    "on_delivery_failed": "nothing",
}


def told(actor, query: str = "") -> list[dict]:
    answer = Program(actor, "returns:read").get(f"return-policies/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_where_the_owner_has_said_nothing_the_defaults_hold():
    assert told(make_owner()) == [DEFAULTS]


def test_what_a_place_does_not_say_is_filled_in():
    kiln = make_seller("kiln", name="Kiln & Clay")
    policy(window_days=30, return_shipping_fee=490, currency="EUR")
    policy(seller=kiln, restocking_rate="0.15", silence_approves_up_to=5000)

    general, own = told(make_member(kiln))

    fee = {"amount": 490, "currency": "EUR"}
    window = {"amount": 30, "unit": "calendar_days"}
    assert general == DEFAULTS | {"window": window, "return_shipping_fee": fee}
    assert own == general | {
        "seller": {"code": "kiln", "name": "Kiln & Clay"},
        "restocking_rate": "0.15",
        "silence_approves_up_to": {"amount": 5000, "currency": "EUR"},
    }


def test_nobody_reads_the_rules_of_another_seller():
    policy(seller=make_seller("luma"), window_days=1)
    policy(category="books", window_days=7)

    assert [row["category"] for row in told(make_member(make_seller("kiln")))] == ["", "books"]
    customers = told(make_customer(make_order()))
    assert [row["category"] for row in customers] == ["", "books"]
    assert customers[0] == DEFAULTS
    assert len(told(make_owner())) == 3


def test_amounts_are_in_the_currency_that_is_asked_for():
    [general] = told(make_owner(), "?currency=JPY")
    assert general["return_shipping_fee"] == {"amount": 0, "currency": "JPY"}


@pytest.mark.parametrize("query", ["?currency=gold", "?seller=kiln"])
def test_what_it_does_not_know_is_refused(query):
    answer = Program(make_owner(), "returns:read").get(f"return-policies/{query}")
    assert answer.status_code == 400
