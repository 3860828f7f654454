"""Whether a customer may still ask for something of an order, until when, and else why not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core import formats
from core.actors import Actor
from orders.models import Order
from orders.policies import may_cancel
from returns.operations import Eligible
from returns.operations.selecting import eligibility_of


@dataclass(frozen=True)
class StillPossible:
    """`can_ask`: something can be cancelled or returned now. `words` say until when, or since when
    not any more; empty where neither is known."""

    can_ask: bool
    words: str = ""


def still_possible(orders: Collection[Order], actor: Actor) -> dict[int, StillPossible]:
    """{order's pk: what its customer may ask for}: the same queries for any number of orders."""
    found = eligibility_of(orders, actor)
    return {order.pk: _of_items(found.get(order.pk, [])) for order in orders}


def _of_items(items: Sequence[Eligible]) -> StillPossible:
    cancels = any(one.item.is_unshipped and may_cancel(one.item) is None for one in items)
    shipped = [one for one in items if not one.item.is_unshipped]
    back = [one for one in shipped if one.refusal is None]
    if back:
        days = [one.grounds.window.last_day for one in back if one.grounds.window.last_day]
        return StillPossible(True, _until(days))
    return StillPossible(cancels, "" if cancels else _why_not(shipped))


def _until(days: Sequence[date]) -> str:
    if not days:
        return ""
    return _("Can be returned until %(day)s.") % {"day": formats.day(min(days))}


def _why_not(shipped: Sequence[Eligible]) -> str:
    """The time that was over last; nothing where another reason stands against it."""
    refused = [(one, one.refusal) for one in shipped if one.refusal]
    ended = [
        one.grounds.window.last_day
        for one, refusal in refused
        if refusal.code == "window_closed" and one.grounds.window.last_day
    ]
    if ended:
        return _("It could be returned until %(day)s.") % {"day": formats.day(max(ended))}
    if any(not one.grounds.window.takes_returns for one, _refusal in refused if one.item.is_live):
        return _("It cannot be returned.")
    return ""
