"""The orders API through HTTP: scopes, filters, cursor, and what a seller must not be told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.accounts.operations import create_token
from orders.models import Order, OrderItem
from tests.factories import (
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.orders_pages.test_details import cancelled_one
from tests.orders_pages.test_lists import move, waiting_case
from tests.people import bearer, signed_in

pytestmark = pytest.mark.django_db
LIST = "/api/v1/orders/"


def get(client, address: str, actor, scope: str = "orders:read", **query):
    return client.get(address, query, headers=bearer(actor, scope))


@pytest.fixture
def shared():
    """An order of two sellers; the other one's words and figures appear nowhere else."""
    mine, other = make_seller("mine"), make_seller("other-code", name="Zzyzx Trading")
    order = make_order(
        number="FH-1",
        lines=[
            line(mine, 2, 1000, 100, 250, sku="MINE"),
            line(other, 1, 77777, 0, 33333, sku="OTHER-SKU", name="Foreign lamp"),
        ],
        payments=[("credit_card", 110000), ("voucher", 3260)],
    )
    return order, mine, other


class TestTheList:
    def test_rows_hold_status_money_sellers_and_open_requests(self, client, shared):
        waiting = waiting_case(shared[0])
        answer = get(client, LIST, make_owner())
        [row] = answer.json()["results"]

        assert answer.status_code == 200
        assert (row["number"], row["status"]) == ("FH-1", "waiting_packaging")
        assert row["total"] == {"amount": 113260, "currency": "EUR"}
        assert [part["code"] for part in row["sellers"]] == ["mine", "other-code"]
        assert row["open_requests"][0]["number"] == waiting.number
        assert row["placed_at"].endswith("Z")

    def test_filters_are_those_of_the_page(self, client, shared):
        move(make_order(number="FH-2", channel="app"), OrderItem.Status.PREPARING)
        owner = make_owner()

        def found(**query):
            return [row["number"] for row in get(client, LIST, owner, **query).json()["results"]]

        assert found(status="preparing") == ["FH-2"]
        assert found(tab="waiting_packaging") == ["FH-1"]
        assert found(search="fh-1") == ["FH-1"]
        assert found(seller="mine") == ["FH-1"]
        assert found(channel="app") == ["FH-2"]
        assert found(placed_after=(timezone.now() + timedelta(hours=1)).isoformat()) == []

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"status": "lost"}, "status"),
            ({"placed_after": "soon"}, "placed_after"),
            ({"colour": "red"}, "colour"),
            ({"cursor": "nonsense"}, "cursor"),
        ],
    )
    def test_what_cannot_be_meant_is_named(self, client, query, pointer):
        answer = get(client, LIST, make_owner(), **query)

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert [error["pointer"].strip("/") for error in answer.json()["errors"]] == [pointer]

    def test_a_cursor_walks_all_rows_once(self, client):
        for number in range(5):
            make_order(number=f"FH-{number}")
        headers = bearer(make_owner(), "orders:read")

        address, walked = f"{LIST}?page_size=2", []
        while address:
            answer = client.get(address, headers=headers).json()
            walked += [row["number"] for row in answer["results"]]
            address = answer["next"]

        assert walked == ["FH-4", "FH-3", "FH-2", "FH-1", "FH-0"]

    def test_updated_since_gives_what_changed_oldest_first(self, client):
        old, first, second = (make_order(number=f"FH-{n}") for n in range(3))
        now = timezone.now()
        Order.objects.filter(pk=old.pk).update(updated_at=now - timedelta(days=1))
        Order.objects.filter(pk=first.pk).update(updated_at=now)
        Order.objects.filter(pk=second.pk).update(updated_at=now - timedelta(minutes=1))
        since = (now - timedelta(hours=1)).isoformat()

        answer = get(client, LIST, make_owner(), updated_since=since).json()

        assert [row["number"] for row in answer["results"]] == ["FH-2", "FH-1"]
        assert answer["next_updated_since"] < now.isoformat()

    def test_a_token_without_the_scope_is_refused(self, client, shared):
        assert get(client, LIST, make_owner(), "refunds:read").status_code == 403
        assert client.get(LIST).status_code == 401


class TestOneOrder:
    def test_lines_items_money_and_what_may_be_done(self, client, shared):
        order, _mine, _other = shared
        cancelled_one(order, make_customer(order))
        answer = get(client, f"{LIST}FH-1/", make_owner()).json()
        [mug, lamp] = answer["lines"]

        assert answer["allowed_actions"] == ["cancel", "reject"]
        assert (mug["quantity"], mug["total"]["amount"]) == (2, 2150)
        parts = [(item["item"], item["quantity"], item["status"]) for item in mug["items"]]
        assert parts == [("1.1", 1, "waiting_packaging"), ("1.2", 1, "cancelled")]
        assert sum(item["total"]["amount"] for item in mug["items"]) == 2150
        assert [item["allowed_actions"] for item in mug["items"]] == [["cancel", "reject"], []]
        assert lamp["seller"] == "other-code"
        assert answer["amounts"]["total"] == {"amount": 113260, "currency": "EUR"}
        methods = [payment["method"] for payment in answer["payments"]]
        assert methods == ["credit_card", "voucher"]
        assert answer["requests"][0]["status"] == "approved"

    def test_packages_are_named(self, client, shared):
        from django.db import transaction

        from packages.models import Package

        order = shared[0]
        part = order.seller_orders.first()
        with transaction.atomic():
            Package.objects.create(
                number="PK-1", order=order, seller_order=part, seller_id=part.seller_id
            )
        assert get(client, f"{LIST}FH-1/", make_owner()).json()["packages"] == ["PK-1"]
        other = make_member(shared[2])
        assert get(client, f"{LIST}FH-1/", other).json()["packages"] == []

    def test_is_not_sent_again_until_it_has_changed(self, client, shared):
        headers = bearer(make_owner(), "orders:read")
        etag = client.get(f"{LIST}FH-1/", headers=headers)["ETag"]
        headers["If-None-Match"] = etag

        assert client.get(f"{LIST}FH-1/", headers=headers).status_code == 304
        move(shared[0], OrderItem.Status.PREPARING, slice(0, 1))
        assert client.get(f"{LIST}FH-1/", headers=headers).status_code == 200


class TestScoping:
    def test_a_sellers_answers_hold_nothing_of_other_sellers(self, client, shared):
        order, mine, _other = shared
        cancelled_one(order, make_customer(order))
        token = bearer(make_member(mine), "orders:read")

        listed = client.get(LIST, headers=token)
        detail = client.get(f"{LIST}FH-1/", headers=token)
        answer = detail.json()

        assert listed.json()["results"][0]["total"]["amount"] == 2150
        assert answer["amounts"]["total"]["amount"] == 2150
        assert [part["code"] for part in answer["sellers"]] == ["mine"]
        assert answer["allowed_actions"] == ["reject"]
        assert not {"payments", "captured", "surplus"} & answer.keys()
        for text in (listed.content.decode(), detail.content.decode()):
            for foreign in ("other-code", "Zzyzx", "OTHER-SKU", "Foreign lamp", "voucher"):
                assert foreign not in text
            for figure in ("113260", "110000", "3260", "111110", "77777", "33333"):
                assert figure not in text

    def test_a_foreign_order_is_the_same_as_a_missing_one(self, client, shared):
        foreigner = make_member(make_seller())
        foreign = get(client, f"{LIST}FH-1/", foreigner)
        missing = get(client, f"{LIST}FH-404/", foreigner)

        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.json()["code"] == missing.json()["code"]
        assert get(client, LIST, foreigner).json()["results"] == []

    def test_a_customer_reads_their_own_orders_only(self, client, shared):
        mine = make_order(number="FH-MINE")
        customer = signed_in(client, make_customer(mine))

        assert [row["number"] for row in customer.get(LIST).json()["results"]] == ["FH-MINE"]
        assert customer.get(f"{LIST}FH-1/").status_code == 404
        assert customer.get(f"{LIST}FH-MINE/").json()["payments"]

    def test_a_token_of_an_ended_membership_reads_nothing(self, client, shared):
        from sellers.models import SellerMember

        member = make_member(shared[1])
        secret = create_token(name="t", scopes=["orders:read"], actor=member)[1]
        SellerMember.objects.filter(user_id=member.user_id).update(valid_to=timezone.now())

        answer = client.get(LIST, headers={"Authorization": f"Bearer {secret}"})

        assert answer.status_code == 401


def test_the_document_describes_what_is_answered(client, shared):
    """Every key of the answers stands in the OpenAPI document, and every required one is there."""
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    owner = make_owner()
    detail = get(client, f"{LIST}FH-1/", owner).json()
    [row] = get(client, LIST, owner).json()["results"]

    assert schemas["OrderDetailShape"]["properties"].keys() == detail.keys()
    assert schemas["OrderRowShape"]["properties"].keys() == row.keys()
    assert schemas["LineShape"]["properties"].keys() == detail["lines"][0].keys()
    assert schemas["ItemShape"]["properties"].keys() == detail["lines"][0]["items"][0].keys()
    seller = get(client, f"{LIST}FH-1/", make_member(shared[1])).json()
    assert set(schemas["OrderDetailShape"]["required"]) == seller.keys()
