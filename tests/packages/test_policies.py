"""Rules about packages: pure, so tested without a database."""

import pytest

from core.actors import SYSTEM, Actor, Rank, Role
from orders.models import OrderItem, OrderLine
from packages.policies import may_pack, may_report_delivery, may_send, may_ship

SELLER = Actor(Role.SELLER, user_id=1, seller_id=7, rank=Rank.EMPLOYEE)
OTHER_SELLER = Actor(Role.SELLER, user_id=2, seller_id=8, rank=Rank.ADMIN)
OWNER = Actor(Role.OWNER, user_id=3, rank=Rank.MANAGER)
CUSTOMER = Actor(Role.CUSTOMER, user_id=4)
CARRIER = Actor(Role.CARRIER)


@pytest.mark.parametrize(
    ("actor", "sends", "reports"),
    [
        (SELLER, True, True),
        (OTHER_SELLER, False, False),
        (OWNER, True, True),
        (SYSTEM, True, True),
        (CARRIER, False, True),
        (CUSTOMER, False, False),
    ],
)
def test_who_sends_and_who_says_that_it_arrived(actor, sends, reports):
    assert (may_send(actor, 7) is None) is sends
    assert (may_report_delivery(actor, 7) is None) is reports


def item(status: str, open_case_id: int | None = None) -> OrderItem:
    line = OrderLine(name="Mug", quantity=1)
    return OrderItem(line=line, status=status, seller_order_id=1, open_case_id=open_case_id)


def test_a_package_of_nothing_and_what_is_packed_already_are_refused():
    assert (may_pack([]).code, may_pack([]).field) == ("invalid", "items")
    packed = may_pack([item("waiting_packaging"), item("preparing")])
    assert (packed.code, packed.field) == ("not_packable", "items")
    assert packed.allowed == ["waiting_packaging"]
    assert may_pack([item("waiting_packaging")]) is None


def test_a_request_holds_up_only_what_has_not_shipped():
    held_up = may_ship([item("preparing", open_case_id=1)], anyway=False)
    assert held_up.code == "cancellation_waiting"
    assert held_up.allowed == ["answer_cancellation", "ship_anyway"]

    assert may_ship([item("preparing", open_case_id=1)], anyway=True) is None
    assert may_ship([item("preparing")], anyway=False) is None
    assert may_ship([item("delivery_failed", open_case_id=1)], anyway=False) is None
