"""An order to which everything has happened: each of its readers sees what is theirs to see."""

import pytest
from django.test import Client

from orders.models import Order
from sellers.models import Seller
from tests.architecture.order_with_all import order_with_all
from tests.factories import make_member, make_owner, make_seller, make_user
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sellers() -> list[Seller]:
    return [make_seller("kiln", name="Kiln & Clay"), make_seller("luma", name="Luma Shop")]


@pytest.fixture
def order(sellers) -> Order:
    return order_with_all(sellers, make_user(), make_owner(), size=1)


def numbers_of(order: Order, seller: Seller) -> set[str]:
    """Of the seller's cases, packages and plans."""
    return {
        row.number
        for rows in (order.cases, order.packages, order.refund_plans)
        for row in rows.filter(seller=seller)
    }


def shown_to(actor, surface: str, order: Order) -> str:
    """What both tabs say."""
    client = signed_in(Client(), actor)
    pages = [client.get(f"/{surface}/orders/{order.number}/{tab}") for tab in ("", "?tab=requests")]
    return "".join(page.content.decode() for page in pages)


def test_a_seller_reads_their_own_and_nothing_of_anybody_else(order, sellers):
    for seller, other in (sellers, sellers[::-1]):
        shown = shown_to(make_member(seller), "seller", order)

        assert all(number in shown for number in numbers_of(order, seller))
        assert not any(number in shown for number in numbers_of(order, other))
        assert other.name.replace("&", "&amp;") not in shown
        # What goes back to which payment, and what was captured too much, is not theirs.
        assert "card closed" not in shown
        surplus = order.refund_plans.get(seller=None)
        assert surplus.number not in shown


def test_the_owner_reads_all_of_it(order, sellers):
    shown = shown_to(make_owner(), "owner", order)

    for seller in sellers:
        assert all(number in shown for number in numbers_of(order, seller))
    assert "card closed" in shown
    assert order.refund_plans.get(seller=None).number in shown


def test_the_customer_reads_what_became_of_everything(order, sellers):
    client = Client()
    client.force_login(order.customer.user)
    shown = client.get(f"/my/orders/{order.number}/").content.decode()

    assert all(case.number in shown for case in order.cases.all())
    assert all(seller.name.replace("&", "&amp;") in shown for seller in sellers)
    assert "TRACK-2" in shown
    assert "card closed" not in shown
