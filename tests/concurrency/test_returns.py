"""Returns: answers, offers, silence and shipping again at the same moment; one winner each."""

from functools import partial

import pytest

from core.deadlines.operations import handle_passed
from core.errors import DomainError
from core.events.models import Event
from orders.models import OrderItem
from packages.operations import ship_package
from refunds.models import RefundPlan
from returns.models import Dispute, Offer, ReturnParcel, ReturnRequest
from returns.operations import (
    accept_offer,
    approve_items,
    decline_offer,
    make_offer,
    open_for_failed_delivery,
    reject_items,
    request_return,
    withdraw_offer,
    withdraw_return,
)
from tests.concurrency.threads import at_once
from tests.factories import items_of, line, make_customer, make_member, make_order
from tests.returns.acts import (
    ask,
    delivered,
    failed,
    fresh,
    let_time_pass,
    policy,
    running,
    select,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
ROUNDS = 6


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Tasks are rung for after each commit; here nobody needs to hear it."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


class Scene:
    """A delivered item whose return waits for its seller."""

    def __init__(self):
        self.order = make_order(lines=[line(quantity=2, unit_price=1000)])
        delivered(self.order)
        [self.item] = items_of(self.order)
        self.customer = make_customer(self.order)
        self.seller = make_member(self.item.seller)
        self.request = ask(self.order, self.customer, select(self.item))

    @property
    def approving(self):
        return partial(approve_items, self.request, actor=self.seller)

    @property
    def rejecting(self):
        return partial(
            reject_items,
            self.request,
            actor=self.seller,
            reason_code="as_described",
            message="It is.",
        )

    @property
    def withdrawing(self):
        return partial(withdraw_return, self.request, actor=self.customer)

    @property
    def offering(self):
        return partial(
            make_offer, self.request, item_id=self.item.pk, amount=500, actor=self.seller
        )

    @property
    def status(self) -> str:
        return fresh(self.request).case.status

    def decided(self) -> int:
        decisions = ("case.approved", "case.rejected", "case.withdrawn")
        return Event.objects.filter(order_id=self.order.pk, type__in=decisions).count()

    def adds_up(self) -> None:
        """What stands beside the case is what follows from its status, once."""
        approved = self.status == "approved"
        assert self.decided() == 1
        assert RefundPlan.objects.filter(order=self.order).count() == approved
        assert Dispute.objects.filter(order=self.order).count() == (self.status == "rejected")
        clocks = {step for step in running() if step in ("return.answer", "return.offer")}
        assert clocks == set()
        for parcel in ReturnParcel.objects.filter(order=self.order):
            assert parcel.status == "awaited"


def losers(results) -> list[str]:
    return [result.code for result in results if isinstance(result, DomainError)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("approving", "rejecting"),
        ("approving", "approving"),
        ("approving", "withdrawing"),
        ("rejecting", "withdrawing"),
    ],
)
def test_of_two_answers_one_wins_and_the_other_is_told(one, other):
    for _ in range(ROUNDS):
        scene = Scene()

        results = at_once(getattr(scene, one), getattr(scene, other))

        assert losers(results) == ["not_decidable"]
        scene.adds_up()


@pytest.mark.parametrize("answer", ["approving", "rejecting", "withdrawing"])
def test_an_answer_against_silence_has_one_winner(answer):
    for _ in range(ROUNDS):
        scene = Scene()
        let_time_pass("return.answer")

        handled, answered = at_once(handle_passed, getattr(scene, answer))

        beaten = isinstance(answered, DomainError)
        assert handled == (1 if beaten else 0)
        assert losers([answered]) == (["not_decidable"] if beaten else [])
        scene.adds_up()
        let_time_pass("return.send_goods", "return.statement")
        handle_passed()


def test_three_sweeps_act_on_silence_once():
    for _ in range(ROUNDS):
        scene = Scene()
        let_time_pass("return.answer")

        assert sorted(at_once(*[handle_passed] * 3)) == [0, 0, 1]

        assert scene.status == "approved"
        scene.adds_up()


def test_an_offer_against_silence_is_made_in_time_or_not_at_all():
    for _ in range(ROUNDS):
        scene = Scene()
        let_time_pass("return.answer")

        handled, offered = at_once(handle_passed, scene.offering)

        if isinstance(offered, DomainError):
            assert (handled, offered.code, scene.status) == (1, "not_decidable", "approved")
        else:
            assert (handled, offered.status, scene.status) == (0, "open", "waiting")
            withdraw_return(scene.request, actor=scene.customer)
        scene.adds_up()


@pytest.mark.parametrize("other", ["approving", "rejecting", "withdrawing"])
def test_taking_an_offer_against_an_answer(other):
    for _ in range(ROUNDS):
        scene = Scene()
        offer = scene.offering()

        results = at_once(partial(accept_offer, offer, actor=scene.customer), getattr(scene, other))

        assert losers(results) in (["offer_not_possible"], ["not_decidable"])
        assert Offer.objects.get(pk=offer.pk).status != "open"
        scene.adds_up()


@pytest.mark.parametrize("other", [decline_offer, withdraw_offer])
def test_of_two_ends_of_an_offer_one_wins(other):
    for _ in range(ROUNDS):
        scene = Scene()
        offer = scene.offering()
        actor = scene.customer if other is decline_offer else scene.seller

        results = at_once(
            partial(accept_offer, offer, actor=scene.customer), partial(other, offer, actor=actor)
        )

        assert losers(results) == ["offer_not_possible"]
        taken = Offer.objects.get(pk=offer.pk).status == "accepted"
        assert scene.status == ("approved" if taken else "waiting")
        if not taken:
            assert running().count("return.answer") == 1
            scene.withdrawing()
        scene.adds_up()


def test_two_offers_for_one_item_are_one():
    for _ in range(ROUNDS):
        scene = Scene()

        results = at_once(scene.offering, scene.offering)

        assert losers(results) == ["offer_not_possible"]
        assert Offer.objects.open().filter(order=scene.order).count() == 1
        scene.withdrawing()


def test_one_item_is_asked_for_once():
    for _ in range(ROUNDS):
        scene = Scene()
        scene.withdrawing()
        asking = partial(
            request_return,
            order=scene.order,
            selections=[select(scene.item)],
            actor=scene.customer,
        )

        results = at_once(asking, asking)

        assert losers(results) == ["not_returnable"]
        assert OrderItem.objects.filter(order=scene.order).count() == 1


def test_shipping_again_against_opening_a_return():
    policy(on_delivery_failed="open")
    for _ in range(ROUNDS):
        order = make_order(lines=[line(unit_price=1000)])
        package = failed(order)
        seller = make_member(items_of(order)[0].seller)

        results = at_once(
            partial(open_for_failed_delivery, package_id=package.pk),
            partial(ship_package, package=package, actor=seller),
        )

        opened = ReturnRequest.objects.filter(case__order=order).exists()
        assert losers(results) == (["return_open"] if opened else [])
        package.refresh_from_db()
        assert package.status == ("delivery_failed" if opened else "shipped")
