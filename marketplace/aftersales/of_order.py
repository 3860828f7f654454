"""What was asked of one order, cancellations and returns alike, for its pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from cancellations.presenters import Cancellation, cancellation_cases
from cancellations.presenters import present as present_cancellations
from core.actors import Actor
from core.together import read_known
from orders.models import Case, Order
from returns.presenters import Return, past_returns, return_cases
from returns.presenters import present as present_returns


@dataclass(frozen=True)
class Asked:
    """What a reader may see, newest first; `past` are the returns of an imported past."""

    cancellations: list[Cancellation]
    returns: list[Return]
    past: list[Case]


def asked_of(order: Order, actor: Actor) -> Asked:
    """All of it in one statement."""
    cancelled, returned, past = read_known(_cases, actor=actor, order=order.pk)
    return Asked(present_cancellations(cancelled, actor), present_returns(returned, actor), past)


def _cases(actor: Actor, order: int) -> Iterator[QuerySet[Case]]:
    for cases in (cancellation_cases, return_cases, past_returns):
        yield cases(actor).filter(order=order)
