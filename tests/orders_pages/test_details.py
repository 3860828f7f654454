"""One order's pages through HTTP: for the owner, the seller and the customer."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.actors import SYSTEM
from orders.models import OrderItem
from orders.operations import take_items
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.orders_pages.test_lists import move, waiting_case
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def page_of(client, name: str, number: str, **query) -> str:
    response = client.get(reverse(name, args=[number]), query)
    assert response.status_code == 200
    page = response.content.decode()
    assert "<c-" not in page
    return " ".join(page.split())


@pytest.fixture
def two_sellers():
    """FH-1: 3 mugs (discounted) of Kiln, 1 lamp of Luma, paid by card and voucher."""
    kiln, luma = make_seller("kiln", name="Kiln & Clay"), make_seller("luma", name="Luma Shop")
    order = make_order(
        number="FH-1",
        lines=[
            line(kiln, 3, 1000, 100, 250, name="Stoneware mug", sku="MUG"),
            line(luma, 1, 7777, 0, 333, name="Arc lamp", sku="LAMP"),
        ],
        payments=[("credit_card", 10000), ("voucher", 1260)],
    )
    return order, kiln, luma


def cancelled_one(order, actor):
    """The customer cancels one unit of the first line, and it is approved."""
    item = items_of(order)[0]
    wanted = [Selection(item_id=item.pk, quantity=1, reason_code="changed_mind", note="")]
    [request] = request_cancellation(order=order, selections=wanted, actor=actor)
    evaluate_cancellation(request_id=request.pk)
    return request


class TestTheOwnersPage:
    def test_shows_customer_amounts_payments_and_address(self, client, two_sellers):
        page = page_of(signed_in(client, make_owner()), "owner:order_detail", "FH-1")

        for words in (
            "Marta Lindqvist",
            "fh-1@example.com",
            "107.77",  # products
            "−1.00",  # discount
            "5.83",  # shipping
            "112.60",  # total
            "Credit card",
            "Voucher",
            "Porto",
            "Kiln &amp; Clay",
            "Luma Shop",
        ):
            assert words in page

    def test_groups_items_by_status_with_their_shares(self, client, two_sellers):
        order, _kiln, _luma = two_sellers
        cancelled_one(order, make_customer(order))
        owner = signed_in(client, make_owner())
        response = owner.get(reverse("owner:order_detail", args=["FH-1"]))
        groups = response.context["detail"].groups

        assert [(group.status, group.units) for group in groups] == [
            ("waiting_packaging", 2),
            ("waiting_packaging", 1),
            ("cancelled", 1),
        ]
        mugs, cancelled = groups[0].rows[0], groups[2].rows[0]
        assert (mugs.gross, mugs.discount, mugs.total) == (2000, 67, 1933)
        assert (cancelled.gross, cancelled.discount, cancelled.total) == (1000, 33, 967)

    def test_parts_of_one_line_in_one_state_are_one_row(self, client, two_sellers):
        order, _kiln, _luma = two_sellers
        item = items_of(order)[0]
        from django.db import transaction

        with transaction.atomic():
            take_items(order, {item.pk: 1}, actor=SYSTEM)
        response = signed_in(client, make_owner()).get(reverse("owner:order_detail", args=["FH-1"]))
        [row] = response.context["detail"].groups[0].rows

        assert (row.quantity, row.numbers, row.total) == (3, "1.1, 1.2", 2900)

    def test_warns_not_to_hand_over_what_is_cancelled_and_says_why(self, client, two_sellers):
        order, _kiln, _luma = two_sellers
        cancelled_one(order, make_customer(order))

        page = page_of(signed_in(client, make_owner()), "owner:order_detail", "FH-1")

        assert "Do not hand over" in page
        assert "I changed my mind" in page

    def test_requests_have_their_own_tab(self, client, two_sellers):
        order, _kiln, _luma = two_sellers
        request = cancelled_one(order, make_customer(order))
        owner = signed_in(client, make_owner())

        page = page_of(owner, "owner:order_detail", "FH-1", tab="requests")

        assert request.case.number in page
        assert "Stoneware mug" in page

    def test_a_waiting_request_stands_beside_the_status(self, client, two_sellers):
        waiting_case(two_sellers[0])
        page = page_of(signed_in(client, make_owner()), "owner:order_detail", "FH-1")
        assert "Cancel requested" in page


class TestTheSellersPage:
    def test_holds_their_own_part_and_nothing_else(self, client, two_sellers):
        order, kiln, _luma = two_sellers
        cancelled_one(order, make_customer(order))
        seller = signed_in(client, make_member(kiln))

        for query in ({}, {"tab": "requests"}):
            page = page_of(seller, "seller:order_detail", "FH-1", **query)

            assert "Marta Lindqvist" in page
            assert "Do not hand over" in page
            for foreign in ("Luma", "Arc lamp", "77.77", "112.60", "100.00", "12.60", "Voucher"):
                assert foreign not in page
        page = page_of(seller, "seller:order_detail", "FH-1")
        assert "31.50" in page  # 30.00 − 1.00 + 2.50
        assert "Credit card" not in page

    def test_a_foreign_order_is_not_there(self, client, two_sellers):
        foreigner = signed_in(client, make_member(make_seller()))

        foreign = foreigner.get(reverse("seller:order_detail", args=["FH-1"]))
        missing = foreigner.get(reverse("seller:order_detail", args=["FH-404"]))

        assert (foreign.status_code, missing.status_code) == (404, 404)

    def test_a_seller_has_no_owners_page(self, client, two_sellers):
        seller = signed_in(client, make_member(two_sellers[1]))
        assert seller.get(reverse("owner:order_detail", args=["FH-1"])).status_code == 404


class TestTheCustomersPages:
    def test_my_orders_say_where_each_one_stands_and_what_to_do(self, client, two_sellers):
        order, _kiln, _luma = two_sellers
        customer = make_customer(order)
        make_order(number="FH-OTHER")
        response = signed_in(client, customer).get(reverse("my:order_list"))
        page = response.content.decode()
        [card] = response.context["cards"]

        assert (card.standing.words, card.can_cancel) == ("Being prepared", True)
        assert reverse("my:return_new", args=["FH-1"]) in page
        assert "FH-OTHER" not in page
        assert "<c-" not in page

    @pytest.mark.parametrize(
        ("steps", "words"),
        [
            ([("preparing", slice(None))], "Being prepared"),
            ([("preparing", slice(None)), ("shipped", slice(None))], "On the way"),
            ([("preparing", slice(0, 1)), ("shipped", slice(0, 1))], "Partly on the way"),
            (
                [("preparing", slice(None)), ("shipped", slice(None)), ("delivered", slice(0, 1))],
                "3 of 4 items delivered",
            ),
            (
                [("preparing", slice(None)), ("shipped", slice(None)), ("delivered", slice(None))],
                "Delivered",
            ),
            (
                [
                    ("preparing", slice(None)),
                    ("shipped", slice(None)),
                    ("delivery_failed", slice(0, 1)),
                ],
                "Delivery failed",
            ),
            ([("cancelled", slice(None))], "Cancelled"),
        ],
    )
    def test_standing_in_plain_words(self, client, two_sellers, steps, words):
        order = two_sellers[0]
        for status, which in steps:
            move(order, status, which)
        response = signed_in(client, make_customer(order)).get(reverse("my:order_list"))

        assert response.context["cards"][0].standing.words == words

    def test_a_request_is_followed_from_the_card(self, client, two_sellers):
        order = two_sellers[0]
        customer = make_customer(order)
        request = cancelled_one(order, customer)
        page = signed_in(client, customer).get(reverse("my:order_list")).content.decode()

        assert "Your refund is on its way" in page
        assert reverse("my:case_detail", args=[request.case.number]) in page

    def test_tabs_and_search(self, client, two_sellers):
        order = two_sellers[0]
        customer = signed_in(client, make_customer(order))
        move(order, "preparing")
        move(order, "shipped")

        def cards(**query):
            return [
                card.order.number
                for card in customer.get(reverse("my:order_list"), query).context["cards"]
            ]

        assert cards(tab="on_the_way") == ["FH-1"]
        assert cards(tab="delivered") == []
        assert cards(search="fh-") == cards(search="arc LAMP") == ["FH-1"]
        assert cards(search="teapot") == []

    def test_one_order_shows_items_payments_totals_and_history(self, client, two_sellers):
        order = two_sellers[0]
        customer = make_customer(order)
        cancelled_one(order, customer)
        page = page_of(signed_in(client, customer), "my:order_detail", "FH-1")

        for words in (
            "Order FH-1",
            "Stoneware mug",
            "Kiln &amp; Clay",
            "Luma Shop",
            "112.60",
            "Voucher",
            "Can be cancelled until it ships",
            "You asked to cancel",
            "1 item cancelled",
        ):
            assert words in page
        assert "Refund planned" not in page  # how it was decided is not the customer's concern

    def test_another_customers_order_is_not_there(self, client, two_sellers):
        mine = make_order(number="FH-MINE")
        customer = signed_in(client, make_customer(mine))

        assert customer.get(reverse("my:order_detail", args=["FH-MINE"])).status_code == 200
        assert customer.get(reverse("my:order_detail", args=["FH-1"])).status_code == 404

    def test_the_surface_starts_with_my_orders(self, client, two_sellers):
        customer = signed_in(client, make_customer(two_sellers[0]))
        assert customer.get("/my/").headers["Location"] == reverse("my:order_list")


class TestStartPages:
    def test_queues_lead_to_the_lists_that_hold_them(self, client, two_sellers):
        order, kiln, _luma = two_sellers
        move(make_order(sellers=[kiln]), OrderItem.Status.PREPARING)
        cancelled_one(order, make_customer(order))
        waiting = waiting_case(make_order(sellers=[kiln]))
        response = signed_in(client, make_member(kiln)).get("/seller/")
        page = response.content.decode()
        counts = {str(queue.label): queue.count for queue in response.context["queues"]}

        assert counts == {
            "To pack": 2,
            "Being prepared": 1,
            "To ship": 0,
            "Requests to answer": 1,
            "Do not hand over": 1,
        }
        assert reverse("seller:request_list") in page
        assert waiting.number in page
        assert "<c-" not in page

    def test_overdue_work_is_counted(self, client):
        kiln = make_seller()
        late = timezone.now() - timedelta(days=1)
        make_order(lines=[line(kiln, ship_by=late)])
        response = signed_in(client, make_owner()).get("/owner/")

        assert response.context["queues"][0].overdue == 1
        assert "1 overdue" in response.content.decode()
