"""Answers against each other, against silence, withdrawing and shipping: one winner, and the
loser is told why."""

from functools import partial

import pytest

from cancellations.models import AutoApprovalPolicy
from cancellations.operations import (
    Selection,
    approve_items,
    evaluate_cancellation,
    overrule,
    reject_items,
    reject_request_items,
    request_cancellation,
    withdraw_cancellation,
)
from core.deadlines.operations import handle_passed
from core.errors import DomainError
from core.events.models import Event
from orders.models import OrderItem
from packages.operations import ship_package, start_packaging
from refunds.models import RefundPlan
from tests.cancellations.acts import clocks, fresh, let_time_pass
from tests.concurrency.threads import at_once
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
ROUNDS = 10


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Tasks are rung for after each commit; here nobody needs to hear it."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


class Scene:
    """An order of two items whose cancellation the policy has left to a person."""

    def __init__(self, *, packed: bool = False):
        AutoApprovalPolicy.objects.get_or_create(up_to_amount=1, currency="EUR")
        self.order = make_order(lines=[line(unit_price=1000), line(unit_price=500)])
        self.items = items_of(self.order)
        self.customer = make_customer(self.order)
        self.seller = make_member(self.items[0].seller)
        self.owner = make_owner()
        if packed:
            self.package = start_packaging(
                order=self.order, items=self.items[:1], actor=self.seller
            )
        chosen = [Selection(item.pk, 1, "changed_mind") for item in self.items]
        [self.request] = request_cancellation(
            order=self.order, selections=chosen, actor=self.customer
        )
        evaluate_cancellation(request_id=self.request.pk)

    def approving(self, *items: OrderItem):
        ids = [item.pk for item in items] or None
        return partial(approve_items, self.request, ids, actor=self.seller)

    def rejecting(self, *items: OrderItem):
        ids = [item.pk for item in items] or None
        return partial(reject_request_items, self.request, ids, actor=self.owner, reason_note="No.")

    @property
    def withdrawing(self):
        return partial(withdraw_cancellation, self.request, actor=self.customer)

    @property
    def status(self) -> str:
        return fresh(self.request).case.status

    @property
    def plan(self) -> str:
        return RefundPlan.objects.filter(order=self.order).latest("pk").status

    def decided(self) -> int:
        decisions = ("case.approved", "case.rejected", "case.withdrawn")
        return Event.objects.filter(order_id=self.order.pk, type__in=decisions).count()


OUTCOMES = {("approved", "approved"), ("rejected", "void"), ("withdrawn", "void")}


def losers(results) -> list[str]:
    return [result.code for result in results if isinstance(result, DomainError)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Scene.approving, Scene.rejecting),
        (Scene.approving, Scene.approving),
        (Scene.approving, lambda scene: scene.withdrawing),
        (Scene.rejecting, lambda scene: scene.withdrawing),
        (lambda scene: scene.withdrawing, lambda scene: scene.withdrawing),
    ],
)
def test_of_two_answers_one_wins_and_the_other_is_told(one, other):
    for _ in range(ROUNDS):
        scene = Scene()

        results = at_once(one(scene), other(scene))

        assert losers(results) == ["not_decidable"]
        assert "answered already" in str(next(r for r in results if isinstance(r, DomainError)))
        assert (scene.status, scene.plan) in OUTCOMES
        assert scene.decided() == 1


def test_answers_to_different_items_both_stand():
    for _ in range(ROUNDS):
        scene = Scene()
        mugs, bowl = scene.items

        results = at_once(scene.approving(mugs), scene.rejecting(bowl))

        assert losers(results) == []
        assert scene.status == "approved"
        assert RefundPlan.objects.get(order=scene.order).total == 1000


@pytest.mark.parametrize("answer", [Scene.approving, Scene.rejecting])
def test_an_answer_against_silence_has_one_winner(answer):
    for _ in range(ROUNDS):
        scene = Scene()
        let_time_pass()

        handled, answered = at_once(handle_passed, answer(scene))

        beaten = isinstance(answered, DomainError)
        assert handled == (1 if beaten else 0)
        assert losers([answered]) == (["not_decidable"] if beaten else [])
        rules = set(scene.request.items.values_list("decided_rule", flat=True))
        assert rules == ({"silence"} if beaten else {""})
        assert (scene.status, scene.plan) in OUTCOMES
        assert scene.decided() == 1
        assert not clocks().open().exists()


def test_three_sweeps_act_on_silence_once():
    for _ in range(ROUNDS):
        scene = Scene()
        let_time_pass()

        assert sorted(at_once(*[handle_passed] * 3)) == [0, 0, 1]

        assert (scene.status, scene.plan) == ("approved", "approved")
        assert scene.decided() == 1


def test_approving_against_shipping_anyway():
    for _ in range(ROUNDS):
        scene = Scene(packed=True)
        mugs, bowl = scene.items
        shipping = partial(ship_package, package=scene.package, actor=scene.seller, anyway=True)

        results = at_once(scene.approving(mugs), shipping)

        assert len(losers(results)) == 1
        scene.rejecting(bowl)()
        status = OrderItem.objects.get(pk=mugs.pk).status
        assert (status, scene.status, scene.plan) in {
            ("cancelled", "approved", "approved"),
            ("shipped", "rejected", "void"),
        }


def test_a_seller_rejecting_against_shipping():
    for _ in range(ROUNDS):
        order = make_order(lines=[line(unit_price=1000)])
        [item] = items_of(order)
        seller = make_member(item.seller)
        package = start_packaging(order=order, items=[item], actor=seller)
        chosen = [Selection(item.pk, 1, "out_of_stock")]

        results = at_once(
            partial(reject_items, order=order, selections=chosen, actor=seller),
            partial(ship_package, package=package, actor=seller),
        )

        [told] = losers(results)
        if OrderItem.objects.get(pk=item.pk).status == "shipped":
            assert told == "not_cancellable"
            assert not RefundPlan.objects.filter(order=order).exists()
        else:
            assert told in {"invalid_transition", "empty"}
            assert RefundPlan.objects.get(order=order).status == "approved"


def test_a_seller_rejecting_against_the_customer_asking():
    for _ in range(ROUNDS):
        order = make_order(lines=[line(unit_price=1000)])
        [item] = items_of(order)
        seller, customer = make_member(item.seller), make_customer(order)

        results = at_once(
            partial(
                reject_items,
                order=order,
                selections=[Selection(item.pk, 1, "out_of_stock")],
                actor=seller,
            ),
            partial(
                request_cancellation,
                order=order,
                selections=[Selection(item.pk, 1, "changed_mind")],
                actor=customer,
            ),
        )

        assert losers(results) == ["not_cancellable"]
        assert RefundPlan.objects.get(order=order).total == 1000


def test_taking_back_against_the_policy():
    for _ in range(ROUNDS):
        order = make_order(lines=[line(unit_price=1000)])
        [item] = items_of(order)
        customer = make_customer(order)
        chosen = [Selection(item.pk, 1, "changed_mind")]
        [request] = request_cancellation(order=order, selections=chosen, actor=customer)

        evaluated, withdrawn = at_once(
            partial(evaluate_cancellation, request_id=request.pk),
            partial(withdraw_cancellation, request, actor=customer),
        )

        assert evaluated is None
        told = losers([withdrawn])
        status, plan = fresh(request).case.status, RefundPlan.objects.get(order=order).status
        assert (status, plan, told) in [
            ("approved", "approved", ["not_decidable"]),
            ("withdrawn", "void", []),
        ]


def test_two_overrule_once():
    for _ in range(ROUNDS):
        scene = Scene()
        scene.rejecting()()
        overruling = partial(overrule, scene.request, actor=scene.owner, to="approved", note="Yes.")

        results = at_once(overruling, overruling)

        assert losers(results) == ["not_decidable"]
        assert RefundPlan.objects.live().filter(order=scene.order).count() == 1
