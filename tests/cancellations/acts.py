"""What the tests about cancellations do again and again."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy, CancellationRequest
from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.actors import Actor
from core.deadlines.models import Deadline
from core.events.models import Delivery, Event
from core.events.operations import deliver
from orders.models import Order, OrderItem


def select(item: OrderItem, quantity: int | None = None, reason: str = "changed_mind", note=""):
    return Selection(item.pk, quantity or item.quantity, reason, note)


def ask(order: Order, actor: Actor, *selections: Selection) -> list[CancellationRequest]:
    return request_cancellation(order=order, selections=selections, actor=actor)


def cancel(order: Order, actor: Actor, *selections: Selection) -> list[CancellationRequest]:
    """Asked and evaluated, as the customer and then the worker would."""
    requests = ask(order, actor, *selections)
    for request in requests:
        evaluate_cancellation(request_id=request.pk)
        request.refresh_from_db()
        request.case.refresh_from_db()
    return requests


def hold(order: Order, actor: Actor, *selections: Selection) -> CancellationRequest:
    """Asked, and left to a person by a policy narrowed to almost nothing."""
    AutoApprovalPolicy.objects.update_or_create(
        singleton=True, defaults={"up_to_amount": 1, "currency": order.currency}
    )
    [request] = cancel(order, actor, *selections)
    assert request.held_by == "amount_too_high"
    return request


def fresh(request: CancellationRequest) -> CancellationRequest:
    return CancellationRequest.objects.select_related("case").get(pk=request.pk)


def statuses(request: CancellationRequest) -> dict[str, str]:
    """The decisions by the number of the item."""
    rows = request.items.order_by("pk").values_list("item__number", "status")
    return dict(rows)


def clocks() -> QuerySet[Deadline]:
    """The deadlines of requests; every order has one to be shipped by besides."""
    return Deadline.objects.filter(step__startswith="cancellation.")


def let_time_pass(**columns) -> None:
    """Every deadline of a request is over."""
    past = timezone.now() - timedelta(hours=1)
    moments = {"started_at": past, "due_at": past, "next_attempt_at": past}
    clocks().open().update(**moments, **columns)


def event_types(order: Order) -> list[str]:
    return list(
        Event.objects.filter(order_id=order.pk).order_by("pk").values_list("type", flat=True)
    )


def deliver_all() -> None:
    """What the worker does with what is owed, each thing twice, as may happen."""
    while owed := list(Delivery.objects.filter(handled_at=None, dead_at=None, attempts=0)):
        for delivery in owed:
            deliver(delivery_id=delivery.pk)
            deliver(delivery_id=delivery.pk)
    left = Delivery.objects.filter(handled_at=None).values_list("subscriber", "last_error")
    assert not list(left)
