"""Pages of one thing cost the same number of statements whether little or much belongs to it.

The number is what the page may cost at most: session, user, membership and the frame included.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cancellations.models import CancellationRequest
from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.accounts.models import User
from core.actors import Actor, Role
from core.exports.operations import start_export
from orders.models import Order, OrderItem
from packages.operations import start_packaging
from refunds.models import RefundPlan
from returns.models import Dispute, ReturnRequest
from returns.operations import (
    approve_items,
    make_offer,
    say_sent,
    state_side,
    write_message,
)
from sellers.models import Seller
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
    make_user,
)
from tests.packages.acts import packed, report
from tests.people import signed_in
from tests.returns.acts import ask, asked, delivered_order, pay, select, stored_file
from tests.returns.disputes.acts import reject, rule

pytestmark = pytest.mark.django_db
FEW, MANY = 2, 6


@dataclass
class World:
    """One seller, one customer, the owner; `size` is how much belongs to each thing."""

    owner: Actor
    seller: Actor
    user: User
    kiln: Seller
    size: int = FEW

    def lines(self) -> list[dict]:
        return [line(self.kiln, 2, 1000, 0, 200) for _line in range(self.size)]

    def delivered(self) -> Order:
        return delivered_order(lines=self.lines())

    def buyer(self, order: Order) -> Actor:
        return make_customer(order, self.user)


def package_in_hand(world: World) -> str:
    """Items of it wait for an answer, others have left it; the order has other packages."""
    order = make_order(lines=world.lines() * 3)
    items = items_of(order)
    package = start_packaging(order=order, items=items[: world.size * 2], actor=world.seller)
    for item in items[world.size * 2 :]:
        start_packaging(order=order, items=[item], actor=world.seller)
    customer = world.buyer(order)
    cancel(order, items[: world.size], customer, decided=True)
    cancel(order, items[world.size : world.size + 1], customer)
    return f"packages/{package.number}/"


def package_on_its_way(world: World) -> str:
    order = make_order(lines=world.lines())
    package = packed(order, world.seller)
    kinds = ["shipped", *["out_for_delivery", "failed"] * world.size]
    for minute, kind in enumerate(kinds):
        report(package, kind, minutes=minute)
    return f"packages/{package.number}/"


def cancel(
    order: Order, items: list[OrderItem], customer: Actor, *, decided: bool = False
) -> CancellationRequest:
    wanted = [Selection(item_id=one.pk, quantity=1, reason_code="changed_mind") for one in items]
    [request] = request_cancellation(order=order, selections=wanted, actor=customer)
    if decided:
        evaluate_cancellation(request_id=request.pk)
    return request


def cancellation_waiting(world: World) -> str:
    order = make_order(lines=world.lines())
    request = cancel(order, items_of(order), world.buyer(order))
    return f"requests/{request.case.number}/"


def cancellation_paid(world: World) -> str:
    order = make_order(lines=world.lines())
    request = cancel(order, items_of(order), world.buyer(order), decided=True)
    return f"requests/{request.case.number}/"


def return_waiting(world: World) -> str:
    """With an offer, files and messages."""
    order = world.delivered()
    customer = world.buyer(order)
    wanted = [select(item, files=[stored_file(customer)]) for item in items_of(order)]
    request = ask(order, customer, *wanted)
    for _time in range(world.size):
        write_message(request.case, text="Look", actor=world.seller)
        write_message(request.case, text="Yes", actor=world.owner)
    for entry in request.items.order_by("pk")[: world.size - 1]:
        make_offer(request, item_id=entry.item_id, amount=100, actor=world.seller)
    return f"requests/{request.case.number}/"


def return_approved(world: World) -> str:
    """With its parcel on the way and a plan that waits for it."""
    order = world.delivered()
    request = asked(order)
    world.buyer(order)
    approve_items(request, actor=world.seller)
    return f"requests/{request.case.number}/"


def return_sent(world: World) -> str:
    order = world.delivered()
    request = asked(order, pay_to="store_credit")
    customer = world.buyer(order)
    approve_items(request, actor=world.seller)
    say_sent(
        request.case.return_parcel,
        actor=customer,
        tracking_number="T-1",
        other_carrier="Parcel post",
    )
    return f"requests/{request.case.number}/"


def return_in_dispute(world: World) -> str:
    request, _dispute = disputed(world)
    return f"requests/{request.case.number}/"


def dispute_to_decide(world: World) -> str:
    _request, dispute = disputed(world)
    return f"disputes/{dispute.number}/"


def dispute_decided(world: World) -> str:
    _request, dispute = disputed(world)
    rule(dispute, "full", world.owner)
    return f"disputes/{dispute.number}/"


def disputed(world: World) -> tuple[ReturnRequest, Dispute]:
    order = world.delivered()
    customer = world.buyer(order)
    request = ask(order, customer, *[select(item) for item in items_of(order)])
    dispute = reject(request)
    state_side(dispute, text="It was broken.", actor=customer)
    for _time in range(world.size):
        write_message(request.case, text="Look", actor=world.owner)
    return request, dispute


def plan(world: World) -> str:
    order = make_order(lines=world.lines())
    request = cancel(order, items_of(order), world.buyer(order), decided=True)
    pay_back = RefundPlan.objects.get(case=request.case_id)
    return f"refund-plans/{pay_back.number}/"


def plan_paid(world: World) -> str:
    order = world.delivered()
    request = asked(order, pay_to="store_credit")
    world.buyer(order)
    approve_items(request, actor=world.seller)
    pay(request)
    return f"refund-plans/{RefundPlan.objects.filter(case=request.case_id).first().number}/"


def account(world: World) -> str:
    for _time in range(world.size):
        plan_paid(world)
    return "ledger/"


def export(world: World) -> str:
    one = start_export(
        actor=world.owner,
        source="orders",
        columns=["order_number"],
        query="",
        format="csv",
        zone="Europe/Berlin",
        language="en",
    )
    return f"exports/{one.number}/"


# What it may cost at most, for each of its readers.
DETAILS: dict[Callable[[World], str], dict[str, int]] = {
    package_in_hand: {"owner": 6, "seller": 6},
    package_on_its_way: {"owner": 6, "seller": 6},
    cancellation_waiting: {"owner": 5, "seller": 5, "my": 5},
    cancellation_paid: {"owner": 5, "seller": 5, "my": 5},
    return_waiting: {"owner": 7, "seller": 7, "my": 5},
    return_approved: {"owner": 6, "seller": 6, "my": 6},
    return_sent: {"owner": 6, "seller": 6, "my": 5},
    return_in_dispute: {"owner": 6, "seller": 6, "my": 5},
    # What deciding would pay is reckoned with: what is disputed, what is left of it, and the terms.
    dispute_to_decide: {"owner": 10, "seller": 6},
    dispute_decided: {"owner": 6, "seller": 6},
    plan: {"owner": 5, "seller": 5},
    plan_paid: {"owner": 5, "seller": 5},
    account: {"owner": 7, "seller": 7},
    export: {"owner": 4},
}


@pytest.fixture
def world() -> World:
    kiln = make_seller("kiln", name="Kiln & Clay")
    return World(make_owner(), make_member(kiln), make_user(), kiln)


@pytest.mark.parametrize("build", DETAILS)
def test_a_page_costs_the_same_with_much_on_it(world, build):
    """All of its readers in one test: building what is read takes longest."""
    few = build(world)
    world.size = MANY
    many = build(world)
    for who, most in DETAILS[build].items():
        one, _queries = cost(world, who, few)
        much, queries = cost(world, who, many)
        assert one == much <= most, "\n".join([f"{who} {many}: {one}, {much}", *queries])


def cost(world: World, who: str, page: str) -> tuple[int, list[str]]:
    """What a second look takes: what is kept per process is warm."""
    actor = Actor(Role.CUSTOMER, user_id=world.user.pk) if who == "my" else getattr(world, who)
    client, address = signed_in(Client(), actor), f"/{who}/{page}"
    assert client.get(address).status_code == 200, address
    cache.clear()
    with CaptureQueriesContext(connection) as asked_for:
        assert client.get(address).status_code == 200
    return len(asked_for), [query["sql"] for query in asked_for.captured_queries]
