"""One timeline per order: what each reader reads, and how events become entries."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.template.loader import get_template, select_template
from django.urls import reverse

from core.actors import IMPORTER, SYSTEM, Actor, Role
from core.events import Entry, record_many
from orders.operations import take_items
from orders.presenters import OrderDetail
from orders.timeline import FALLBACK, TimelineEntry, timeline_of
from orders.timeline_rules import FOR_CUSTOMER
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.orders_pages.test_details import cancelled_one
from tests.orders_pages.test_lists import move
from tests.people import signed_in

pytestmark = pytest.mark.django_db
OWNER = Actor(Role.OWNER)


def types(order, actor: Actor) -> list[str]:
    return [entry.type for entry in timeline_of(OrderDetail(order, actor))]


def past(order, type: str, at: datetime | None, *, inferred: bool = False) -> None:
    """An event of another system's past, on the order's first item."""
    item = items_of(order)[0]
    item.version += 1
    item.save(update_fields=["version"])
    with transaction.atomic():
        entry = Entry(type=type, subject=item, occurred_at=at, inferred=inferred)
        record_many([entry], actor=IMPORTER)


class TestEntries:
    def test_items_moved_at_one_moment_are_one_entry(self):
        order = make_order(lines=[line(None, 2), line(None, 3)])
        move(order, "cancelled")

        newest = timeline_of(OrderDetail(order, OWNER))[0]

        assert (newest.type, newest.units) == ("order_item.cancelled", 5)
        assert newest.products == {"Stoneware mug 1": 2, "Stoneware mug 2": 3}

    def test_different_sellers_moves_stay_apart(self):
        order = make_order(sellers=[make_seller(), make_seller()])
        move(order, "cancelled")
        assert types(order, OWNER).count("order_item.cancelled") == 2

    def test_units_are_those_of_the_moment_even_when_split_later(self):
        order = make_order(lines=[line(None, 3)])
        move(order, "preparing")
        with transaction.atomic():
            take_items(order, {items_of(order)[0].pk: 1}, actor=SYSTEM)

        entries = timeline_of(OrderDetail(order, OWNER))

        assert [(entry.type, entry.units) for entry in entries] == [
            ("order_item.preparing", 3),
            ("order.placed", 0),
        ]

    def test_what_a_request_says_is_not_said_twice(self):
        order = make_order()
        cancelled_one(order, make_customer(order))
        told = types(order, OWNER)

        assert "cancellation.requested" in told
        assert "case.waiting" not in told
        assert "case.approved" not in told

    def test_the_plans_history_begins_with_waiting(self):
        order = make_order()
        cancelled_one(order, make_customer(order))
        told = types(order, OWNER)

        assert told.index("refund_plan.waiting") > told.index("refund_plan.approved")

    def test_an_unknown_time_stands_after_what_came_before_it(self):
        placed = datetime(2018, 1, 1, tzinfo=UTC)
        order = make_order(placed_at=placed, actor=IMPORTER)
        past(order, "order_item.preparing", None, inferred=True)
        past(order, "order_item.shipped", datetime(2018, 1, 3, tzinfo=UTC))
        past(order, "order_item.returned", None)

        assert types(order, OWNER) == [
            "order_item.returned",
            "order_item.shipped",
            "order_item.preparing",
            "order.placed",
        ]


class TestReaders:
    def test_a_seller_reads_their_own_and_that_it_was_placed(self, client):
        mine, other = make_seller(), make_seller(name="Luma Shop")
        order = make_order(lines=[line(mine, 1, 1111), line(other, 1, 8888)])
        move(order, "preparing", slice(1, 2))
        entries = timeline_of(OrderDetail(order, make_member(mine)))

        assert [entry.type for entry in entries] == ["order.placed"]
        assert entries[0].data == {}  # the order's totals are not theirs to see

    def test_a_customer_reads_fewer_and_in_plain_words(self, client):
        order = make_order(number="FH-1")
        customer = make_customer(order)
        cancelled_one(order, customer)
        page = signed_in(client, customer).get(reverse("my:order_detail", args=["FH-1"]))
        text = page.content.decode()

        assert set(types(order, customer)) <= set(FOR_CUSTOMER)
        assert "You asked to cancel" in text
        assert "Cancellation approved automatically" not in text

    def test_the_owner_reads_who_did_it_and_which_rule_decided(self, client):
        order = make_order(number="FH-1")
        cancelled_one(order, make_customer(order))
        owner = signed_in(client, make_owner())
        text = owner.get(reverse("owner:order_detail", args=["FH-1"])).content.decode()

        assert "Cancellation approved automatically" in text
        assert "Nothing of it had shipped" in text
        assert ", Customer" in text

    def test_an_imported_past_says_in_words_what_is_not_known(self, client):
        order = make_order(number="FH-1", actor=IMPORTER)
        past(order, "order_item.preparing", None, inferred=True)
        owner = signed_in(client, make_owner())
        text = owner.get(reverse("owner:order_detail", args=["FH-1"])).content.decode()

        assert "Date not known, Imported, concluded from later steps" in text

    def test_a_member_is_named_to_colleagues_only(self):
        seller = make_seller(name="Kiln & Clay")
        order = make_order(sellers=[seller])
        member = make_member(seller)
        with transaction.atomic():
            items_of(order)[0].note("order_item.packed", actor=member)

        def who(actor):
            return timeline_of(OrderDetail(order, actor))[0].who

        assert who(member).endswith("@example.com, Kiln & Clay")
        assert who(make_owner()).endswith("@example.com, Kiln & Clay")


class TestTemplates:
    def test_an_event_without_words_of_its_own_stays_readable(self):
        entry = TimelineEntry(
            type="order_item.put_aside",
            at=None,
            who="System",
            tone="plain",
            icon="circle",
            imported=False,
            inferred=False,
            data={},
        )
        template = select_template(entry.templates)

        assert template.template.name == FALLBACK
        assert "Order item put aside" in template.render({"entry": entry})

    @pytest.mark.parametrize("type_", FOR_CUSTOMER)
    def test_every_event_a_customer_reads_has_its_words(self, type_):
        assert get_template(f"events/{type_}.html")
