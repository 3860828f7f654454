"""What the tests about cancellations do again and again."""

from cancellations.models import CancellationRequest
from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.actors import Actor
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
