"""Whether a customer may still ask for something of an order, until when, and else why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core import formats
from core.actors import Actor
from orders.models import OrderItem
from orders.policies import may_cancel
from returns.operations import Eligible
from returns.operations.selecting import eligibility_of


@dataclass(frozen=True)
class StillPossible:
    """`can_ask`: something can be cancelled or returned now. `words` say until when, or since when
    not any more; empty where neither is known."""

    can_ask: bool
    words: str = ""


NOTHING = StillPossible(can_ask=False)


def still_possible(items: Iterable[OrderItem], actor: Actor) -> dict[int, StillPossible]:
    """{order's pk: what its customer may ask for}, of items with their lines and sellers: the same
    statements for any number of orders."""
    found = eligibility_of(list(items), actor)
    return {order_id: _of_items(own) for order_id, own in found.items()}


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
