"""What the tests about cancellations do again and again."""

from cancellations.models import CancellationRequest
from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.actors import Actor
from core.events.models import Event
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
