"""My Orders says whether something can still be asked for, until when, and else why not; and what
the customer has as store credit."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from core import formats
from core.actors import SYSTEM
from marketplace.aftersales.still_possible import still_possible
from orders.models import OrderItem
from packages.models import Package
from packages.operations import deliver_package, ship_package, start_packaging
from returns.operations import approve_items
from sellers.models import Seller
from tests.factories import items_of, line, make_customer, make_order, make_seller, make_user
from tests.finance.test_store_credit import give_credit
from tests.people import signed_in
from tests.returns.acts import asked, delivered_order, policy
from tests.returns.disputes.acts import reject

pytestmark = pytest.mark.django_db
LIST = "/my/orders/"
BUTTON = "Cancel or return items"


def arrived(order, days_ago: int) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    Package.objects.filter(order=order).update(delivered_at=at)


def pages(client, order) -> list[str]:
    """The list, and the page of the order."""
    client = signed_in(client, make_customer(order))
    addresses = (LIST, reverse("my:order_detail", args=[order.number]))
    return [client.get(address).content.decode() for address in addresses]


def sellers_day():
    """Today where the seller is: the days to return something are theirs."""
    return timezone.localdate(timezone=ZoneInfo(Seller().time_zone))


def items_with_sellers(*orders):
    return OrderItem.objects.filter(order__in=orders).select_related("line", "seller")


def test_inside_the_window_it_says_until_when(client):
    order = delivered_order()
    until = formats.day(sellers_day() + timedelta(days=14))
    for page in pages(client, order):
        assert BUTTON in page
        assert f"Can be returned until {until}." in page


def test_after_it_nothing_is_offered_and_the_last_day_is_said(client):
    order = delivered_order()
    arrived(order, days_ago=20)
    ended = formats.day(sellers_day() - timedelta(days=6))
    for page in pages(client, order):
        assert BUTTON not in page
        assert f"It could be returned until {ended}." in page


def test_one_item_that_is_in_time_is_enough():
    strict, kind = make_seller("strict"), make_seller("kind")
    policy(seller=kind, window_days=30)
    order = make_order(lines=[line(strict), line(kind)])
    for item in items_of(order):
        package = start_packaging(order=order, items=[item], actor=SYSTEM)
        deliver_package(package=ship_package(package=package, actor=SYSTEM), actor=SYSTEM)
    arrived(order, days_ago=20)

    found = still_possible(items_with_sellers(order), make_customer(order))[order.pk]

    until = formats.day(sellers_day() + timedelta(days=10))
    assert (found.can_ask, found.words) == (True, f"Can be returned until {until}.")


def test_what_is_never_taken_back_says_so(client):
    policy(window_days=0)
    for page in pages(client, delivered_order()):
        assert BUTTON not in page
        assert "It cannot be returned." in page


def test_what_waits_to_be_sent_can_be_cancelled(client):
    for page in pages(client, make_order()):
        assert BUTTON in page
        assert "returned until" not in page


def test_what_is_asked_for_already_is_not_offered_again(client):
    order = delivered_order()
    asked(order)
    for page in pages(client, order):
        assert BUTTON not in page
        assert "returned until" not in page


def test_fifty_orders_cost_what_one_costs(django_assert_num_queries):
    user = make_user()
    orders = [delivered_order() for _ in range(3)]
    for order in orders:
        actor = make_customer(order, user)
    for some in (orders[:1], orders):
        items = list(items_with_sellers(*some))
        with django_assert_num_queries(1):
            still_possible(items, actor)


def test_what_became_of_earlier_returns_costs_no_more(django_assert_num_queries):
    """Rejected and disputed, paid for without the goods, and waiting for them."""
    policy(keep_goods_up_to=100)
    rejected, kept, awaited = orders = [
        delivered_order(lines=[line(unit_price=price)]) for price in (900, 50, 900)
    ]
    reject(asked(rejected))
    for order in (kept, awaited):
        approve_items(asked(order), actor=SYSTEM)
    items, customer = list(items_with_sellers(*orders)), make_customer(rejected)

    with django_assert_num_queries(1):
        found = still_possible(items, customer)

    assert not any(one.can_ask for one in found.values())


class TestStoreCredit:
    def test_what_is_left_stands_over_the_orders(self, client):
        give_credit(1250, customer="marta")
        page = pages(client, delivered_order(customer="marta"))[0]
        assert "Store credit" in page
        assert "12.50" in page

    def test_nothing_left_says_nothing_and_anothers_is_not_there(self, client):
        give_credit(1250, customer="somebody")
        assert "Store credit" not in pages(client, delivered_order(customer="marta"))[0]
