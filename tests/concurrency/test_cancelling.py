"""Cancelling against itself, against the worker and against shipping: one winner, no half act."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cancellations.models import CancellationRequest
from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.errors import DomainError
from core.events.models import Event
from orders.models import Case, OrderItem
from packages.operations import ship_package, start_packaging
from refunds.models import RefundPlan
from tests.concurrency.threads import at_once
from tests.factories import items_of, line, make_customer, make_member, make_order
from tests.plugins.soundness import plain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
ROUNDS = 20  # of the race that costs money; the others need fewer


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Tasks are rung for after each commit; here nobody needs to hear it."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


def asking(order, item, quantity, actor):
    chosen = [Selection(item.pk, quantity, "changed_mind")]
    return partial(request_cancellation, order=order, selections=chosen, actor=actor)


def refusals(results) -> list[str]:
    return sorted(result.code for result in results if isinstance(result, DomainError))


def test_six_cancels_of_the_same_unit_make_one_case():
    order = make_order(lines=[line(quantity=1, unit_price=1000)])
    customer = make_customer(order)
    [item] = items_of(order)

    results = at_once(*[asking(order, item, 1, customer)] * 6)

    assert refusals(results) == ["not_cancellable"] * 5
    assert Case.objects.count() == CancellationRequest.objects.count() == 1
    assert RefundPlan.objects.get().total == 1000


def test_six_cancels_of_one_of_two_units_never_cancel_more_than_two():
    order = make_order(lines=[line(quantity=2, unit_price=1000, shipping=333)])
    customer = make_customer(order)
    [item] = items_of(order)

    results = at_once(*[asking(order, item, 1, customer)] * 6)

    assert len(refusals(results)) == 4
    assert Case.objects.count() == 2
    assert sorted(part.quantity for part in items_of(order)) == [1, 1]
    assert sum(plan.total for plan in RefundPlan.objects.all()) == order.captured


def test_two_workers_approve_once():
    for _ in range(ROUNDS // 4):
        order = make_order(lines=[line(quantity=2, unit_price=1000)])
        [item] = items_of(order)
        [request] = asking(order, item, 1, make_customer(order))()
        evaluating = partial(evaluate_cancellation, request_id=request.pk)

        assert at_once(evaluating, evaluating, evaluating) == [None] * 3

        told = Event.objects.filter(order_id=order.pk, type="cancellation.approved")
        assert told.count() == 1
        assert RefundPlan.objects.get(order=order).status == "approved"


def test_cancelling_more_while_the_worker_approves():
    for _ in range(ROUNDS // 4):
        order = make_order(lines=[line(quantity=3, unit_price=999, shipping=100)])
        customer = make_customer(order)
        [item] = items_of(order)
        [request] = asking(order, item, 1, customer)()

        results = at_once(
            partial(evaluate_cancellation, request_id=request.pk), asking(order, item, 1, customer)
        )

        assert refusals(results) == []
        statuses = sorted(part.status for part in items_of(order))
        assert statuses == ["cancelled", "waiting_packaging", "waiting_packaging"]
        assert Case.objects.filter(order=order).count() == 2


def test_cancelling_and_shipping_have_one_winner_and_the_other_is_told_why():
    winners = set()
    for _ in range(ROUNDS):
        order = make_order(lines=[line(quantity=1, unit_price=1000)])
        customer = make_customer(order)
        [item] = items_of(order)
        seller = make_member(item.seller)
        package = start_packaging(order=order, items=[item], actor=seller)

        def cancel(order=order, item=item, customer=customer):
            [request] = asking(order, item, 1, customer)()
            evaluate_cancellation(request_id=request.pk)

        results = at_once(cancel, partial(ship_package, package=package, actor=seller))

        status = OrderItem.objects.get(pk=item.pk).status
        winners.add(status)
        assert len([one for one in results if isinstance(one, DomainError)]) == 1
        if status == "shipped":
            assert refusals(results) == ["not_cancellable"]
            assert not RefundPlan.objects.live().filter(order=order).exists()
        else:
            assert status == "cancelled"
            assert refusals(results)[0] in {"cancellation_waiting", "invalid_transition", "empty"}
    assert winners <= {"shipped", "cancelled"}


def test_the_worker_and_a_seller_who_ships_anyway_have_one_winner():
    for _ in range(ROUNDS // 2):
        order = make_order(lines=[line(quantity=1, unit_price=1000)])
        [item] = items_of(order)
        seller = make_member(item.seller)
        package = start_packaging(order=order, items=[item], actor=seller)
        [request] = asking(order, item, 1, make_customer(order))()

        results = at_once(
            partial(evaluate_cancellation, request_id=request.pk),
            partial(ship_package, package=package, actor=seller, anyway=True),
        )

        status = OrderItem.objects.get(pk=item.pk).status
        case = Case.objects.get(order=order)
        plan = RefundPlan.objects.get(order=order)
        outcome = (status, case.status, plan.status, len(refusals(results)))
        assert outcome in {
            ("shipped", "rejected", "void", 0),
            ("cancelled", "approved", "approved", 1),
        }


def test_the_order_is_locked_before_anything_is_written():
    order = make_order()
    [item] = items_of(order)
    customer = make_customer(order)

    with CaptureQueriesContext(connection) as queries:
        asking(order, item, 1, customer)()

    statements = [query["sql"] for query in queries]
    first_write = next(
        place for place, sql in enumerate(statements) if sql.startswith(("INSERT", "UPDATE"))
    )
    locks = [plain(sql) for sql in statements[:first_write] if "FOR UPDATE" in sql]
    assert "FROM orders_order " in locks[0]
    assert "FROM orders_orderitem " in locks[1]
