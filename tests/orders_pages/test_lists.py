"""The Orders lists of owner and seller through HTTP: who sees what, and how it is narrowed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.actors import SYSTEM
from orders.models import Case, OrderItem
from orders.operations import decide_case, lock_order, move_items, release_items
from returns.operations import approve_items, reject_items, say_sent
from tests.factories import (
    items_of,
    line,
    make_case,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in
from tests.returns.acts import asked, delivered_order

pytestmark = pytest.mark.django_db
OWNER_LIST, SELLER_LIST = "owner:order_list", "seller:order_list"


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def numbers_in(response) -> list[str]:
    return [row.number for row in response.context["list_rows"]]


def ask(client, name: str, **filters):
    response = client.get(reverse(name), filters)
    assert response.status_code == 200
    assert "<c-" not in response.content.decode()
    return response


def move(order, status: str, which=slice(None)):
    with transaction.atomic():
        lock_order(order.pk)
        move_items(order, items_of(order)[which], status, actor=SYSTEM)


def approved_case(order) -> Case:
    """A cancellation as it stands once it is approved."""
    with transaction.atomic():
        case, items = make_case(order)
        release_items(items)
        move_items(order, items, OrderItem.Status.CANCELLED, actor=SYSTEM)
        decide_case(case, Case.Status.APPROVED, actor=SYSTEM)
    return case


def waiting_case(order, kind: str = Case.Kind.CANCEL) -> Case:
    with transaction.atomic():
        return make_case(order, kind=kind)[0]


class TestWhoSeesWhat:
    def test_the_owner_lists_orders_of_all_sellers_newest_first(self, client):
        now = timezone.now()
        older = make_order(number="FH-1", placed_at=now - timedelta(hours=2))
        newer = make_order(number="FH-2", placed_at=now - timedelta(hours=1))

        response = ask(signed_in(client, make_owner()), OWNER_LIST)

        assert numbers_in(response) == [newer.number, older.number]

    def test_a_seller_lists_their_own_parts_with_their_own_amounts(self, client):
        mine, other = make_seller(name="Kiln & Clay"), make_seller(name="Luma Workshop")
        shared = make_order(
            number="FH-1", lines=[line(mine, 1, 1111), line(other, 1, 8888, shipping=111)]
        )
        make_order(number="FH-2", sellers=[other])
        move(shared, OrderItem.Status.PREPARING, slice(0, 1))

        response = ask(signed_in(client, make_member(mine)), SELLER_LIST)
        page = response.content.decode()

        assert numbers_in(response) == ["FH-1"]
        assert response.context["list_rows"][0].status == "preparing"
        assert response.context["list_rows"][0].total == 1111
        assert "11.11" in page
        for foreign in ("Luma", "FH-2", "88.88", "89.99", "101.10"):
            assert foreign not in page

    def test_a_customer_finds_no_console(self, client):
        order = make_order()
        from tests.factories import make_customer

        customer = signed_in(client, make_customer(order))

        assert customer.get(reverse(OWNER_LIST)).status_code == 404
        assert customer.get(reverse(SELLER_LIST)).status_code == 404

    def test_first_use_and_no_result_say_what_to_do_next(self, client):
        owner = signed_in(client, make_owner())
        assert "No orders yet" in ask(owner, OWNER_LIST).content.decode()

        make_order(number="FH-1")
        page = ask(owner, OWNER_LIST, search="nobody", tab="preparing").content.decode()

        assert "No order matches" in page
        assert "Clear search and filters" in page
        assert "No order here" in ask(owner, OWNER_LIST, tab="delivered").content.decode()


class TestNarrowing:
    @pytest.fixture
    def owner(self, client):
        return signed_in(client, make_owner())

    def test_each_tab_holds_the_orders_of_its_statuses(self, owner):
        status = OrderItem.Status
        ways = {
            "waiting_packaging": [],
            "preparing": [status.PREPARING],
            "ready_to_ship": [status.PREPARING, status.READY_TO_SHIP],
            "shipped": [status.PREPARING, status.SHIPPED],
            "failed": [status.PREPARING, status.SHIPPED, status.DELIVERY_FAILED],
            "delivered": [status.PREPARING, status.SHIPPED, status.DELIVERED],
            "cancelled": [status.CANCELLED],
        }
        for number, way in ways.items():
            order = make_order(number=number)
            for step in way:
                move(order, step)

        def under(tab):
            return set(numbers_in(ask(owner, OWNER_LIST, tab=tab)))

        assert under("") == set(ways)
        assert under("waiting_packaging") == {"waiting_packaging"}
        assert under("preparing") == {"preparing"}
        assert under("ready_to_ship") == {"ready_to_ship"}
        assert under("shipped") == {"shipped", "failed"}
        assert under("delivered") == {"delivered"}
        assert under("cancelled_returned") == {"cancelled"}
        assert under("action_needed") == set()

    def test_one_cancelled_item_is_enough_for_cancelled_returned(self, owner):
        order = make_order(number="FH-1", lines=[line(), line()])
        move(order, OrderItem.Status.CANCELLED, slice(0, 1))

        assert numbers_in(ask(owner, OWNER_LIST, tab="cancelled_returned")) == ["FH-1"]
        assert numbers_in(ask(owner, OWNER_LIST, tab="waiting_packaging")) == ["FH-1"]

    def test_action_needed_is_what_waits_and_what_must_be_held_back(self, owner):
        make_order(number="FH-quiet")
        waiting_case(make_order(number="FH-asked"))
        waiting_case(make_order(number="FH-return"), Case.Kind.RETURN)
        approved_case(make_order(number="FH-stop"))
        long_ago = approved_case(make_order(number="FH-old"))
        Case.objects.filter(pk=long_ago.pk).update(decided_at=timezone.now() - timedelta(days=30))

        def found(**filters):
            return set(numbers_in(ask(owner, OWNER_LIST, **filters)))

        assert found(tab="action_needed") == {"FH-asked", "FH-return", "FH-stop"}
        assert found(tab="action_needed", request="do_not_hand_over") == {"FH-stop"}
        assert found(request="waiting") == {"FH-asked", "FH-return"}
        assert found(request="cancel_requested") == {"FH-asked"}
        assert found(request="return_requested") == {"FH-return"}

    def test_rows_say_what_is_asked_and_until_when(self, owner):
        case = waiting_case(make_order(number="FH-1"))
        Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(hours=3))
        approved_case(make_order(number="FH-2"))

        response = ask(owner, OWNER_LIST)
        notices = {row.number: row.notice.code for row in response.context["list_rows"]}

        assert notices == {"FH-1": "cancel_requested", "FH-2": "do_not_hand_over"}
        page = response.content.decode()
        assert "Cancel requested" in page
        assert "Do not hand over" in page
        assert "data-countdown" in page

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("FH-20", {"FH-201", "FH-202"}),
            ("fh-201", {"FH-201"}),
            ("lindqvist", {"FH-201", "FH-202", "AB-1"}),
            ("Marta LIND", {"FH-201", "FH-202", "AB-1"}),
            ("ab-1@example.com", {"AB-1"}),
            ("100%", set()),
            ("_", set()),
        ],
    )
    def test_search_finds_by_number_name_and_mail(self, owner, text, found):
        for number in ("FH-201", "FH-202", "AB-1"):
            make_order(number=number)

        assert set(numbers_in(ask(owner, OWNER_LIST, search=text))) == found

    def test_filters_by_seller_channel_day_and_status(self, owner):
        kiln = make_seller("kiln", name="Kiln & Clay")
        now = timezone.now()
        make_order(number="FH-1", sellers=[kiln], channel="web", placed_at=now)
        make_order(number="FH-2", channel="app", placed_at=now - timedelta(days=10))

        def found(**filters):
            return numbers_in(ask(owner, OWNER_LIST, **filters))

        yesterday = timezone.localdate() - timedelta(days=1)
        assert found(seller="kiln") == ["FH-1"]
        assert found(seller="clay") == ["FH-1"]
        assert found(channel="app") == ["FH-2"]
        assert found(placed_after=yesterday.isoformat()) == ["FH-1"]
        assert found(placed_before=yesterday.isoformat()) == ["FH-2"]
        assert found(status=["shipped", "delivered"]) == []

    def test_a_day_is_the_readers_day(self, owner, settings):
        settings.DEFAULT_TIME_ZONE = "America/Sao_Paulo"
        at_night = datetime(2026, 5, 4, 1, 30, tzinfo=UTC)  # 22:30 on the 3rd
        make_order(number="FH-1", placed_at=at_night)

        assert numbers_in(ask(owner, OWNER_LIST, placed_before="2026-05-03")) == ["FH-1"]
        assert numbers_in(ask(owner, OWNER_LIST, placed_after="2026-05-04")) == []

    def test_filters_that_are_on_can_be_taken_off_one_by_one(self, owner):
        make_order()
        response = ask(owner, OWNER_LIST, seller="kiln", channel="web", tab="preparing")
        chips = {chip.label: chip for chip in response.context["chips"]}

        assert chips["Seller"].value == "kiln"
        assert "seller" not in chips["Seller"].remove
        assert "channel=web" in chips["Seller"].remove
        assert "tab=preparing" in chips["Seller"].remove

    def test_a_filter_that_cannot_be_meant_is_named_and_loses_nothing(self, owner):
        make_order(number="FH-1")

        response = ask(owner, OWNER_LIST, placed_after="soon", status="lost")
        page = response.content.decode()

        assert numbers_in(response) == ["FH-1"]
        assert "A date such as 2026-11-20" in page
        assert "lost" in page


class TestPaging:
    def test_walks_to_the_end_and_back_without_losing_or_repeating(self, client, monkeypatch):
        monkeypatch.setattr("orders.views.console.OrderList.page_size", 3)
        same_moment = timezone.now()
        for number in range(8):
            make_order(number=f"FH-{number}", placed_at=same_moment)
        owner = signed_in(client, make_owner())

        address, pages = "", []
        while address is not None:
            response = owner.get(reverse(OWNER_LIST) + address)
            pages.append(numbers_in(response))
            address = response.context["next_url"]
        walked = [number for page in pages for number in page]
        back = owner.get(reverse(OWNER_LIST) + response.context["previous_url"])

        assert [len(page) for page in pages] == [3, 3, 2]
        assert walked == [f"FH-{number}" for number in reversed(range(8))]
        assert numbers_in(back) == pages[1]

    def test_pages_keep_the_filters(self, client, monkeypatch):
        monkeypatch.setattr("orders.views.console.OrderList.page_size", 1)
        for number in range(3):
            make_order(number=f"FH-{number}", channel="app" if number else "web")

        response = ask(signed_in(client, make_owner()), OWNER_LIST, channel="app")

        assert "channel=app" in response.context["next_url"]
        following = client.get(reverse(OWNER_LIST) + response.context["next_url"])
        assert numbers_in(following) == ["FH-1"]
        assert following.context["next_url"] is None


class TestTabCounts:
    def test_counts_come_in_a_second_request_and_split_action_needed(self, client):
        waiting_case(make_order())
        waiting_case(make_order(), Case.Kind.RETURN)
        approved_case(make_order())
        owner = signed_in(client, make_owner())

        first = ask(owner, OWNER_LIST).content.decode()
        second = owner.get(reverse("owner:order_tabs"))
        counts = second.context["counts"]

        assert 'hx-trigger="load"' in first
        assert (counts.rows[""], counts.rows["action_needed"]) == (3, 3)
        assert (counts.held_back, counts.waiting_cancellations, counts.waiting_returns) == (1, 1, 1)
        page = second.content.decode()
        assert 'hx-trigger="load"' not in page
        assert "1 cancellation, 1 return" in " ".join(page.split())

    def test_counts_stop_at_999(self, client, monkeypatch):
        monkeypatch.setattr("orders.tabs.CAP", 3)
        monkeypatch.setattr("orders.presenters.around.CAP", 3)
        for _number in range(4):
            make_order()

        response = signed_in(client, make_owner()).get(reverse("owner:order_tabs"))

        assert response.context["tabs"][0].count == "2+"

    def test_a_sellers_counts_are_of_their_own(self, client):
        mine, other = make_seller(), make_seller()
        waiting_case(make_order(sellers=[other]))
        make_order(sellers=[mine])

        response = signed_in(client, make_member(mine)).get(reverse("seller:order_tabs"))

        assert response.context["counts"].rows[""] == 1
        assert response.context["counts"].waiting == 0


class TestReturns:
    """What the Requests column says of a return that was answered."""

    def notice(self, client, order) -> str:
        signed_in(client, make_owner())
        [row] = ask(client, OWNER_LIST, search=order.number).context["list_rows"]
        return row.notice.code

    def test_goods_are_to_be_sent_then_on_their_way(self, client):
        order = delivered_order()
        request = asked(order)
        assert self.notice(client, order) == "return_requested"
        approve_items(request, actor=SYSTEM)
        assert self.notice(client, order) == "awaited"
        parcel = request.case.return_parcel
        say_sent(parcel, actor=SYSTEM, tracking_number="1Z", other_carrier="By hand")
        assert self.notice(client, order) == "goods_on_the_way"

    def test_a_rejection_is_argued_about(self, client):
        order = delivered_order()
        request = asked(order)
        admin = make_member(request.case.seller)
        reject_items(request, actor=admin, reason_code="as_described", message="As in the picture.")
        assert self.notice(client, order) == "disputed"
