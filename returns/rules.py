"""Which of the owner's rules about returns holds for an item: the narrowest one that says it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from core.deadlines.calendar import Unit
from core.deadlines.defaults import Terms as Term
from core.deadlines.schedule import Schedule, schedule_of
from returns import defaults
from returns.models import ReturnPolicy


@dataclass(frozen=True)
class Rules:
    """What holds for the items of one seller and category, in one currency.

    `window` times how long something may be returned after its delivery. Amounts are minor units
    of the currency asked for; None means: no limit.
    """

    window: Schedule
    payable_when: str
    keep_goods_up_to: int | None
    restocking_rate: Decimal
    return_shipping_fee: int
    silence_approves_up_to: int | None
    on_delivery_failed: str

    @property
    def takes_returns(self) -> bool:
        """Whether anything is returned at all: a window of no days says no."""
        return self.window.rule.amount > 0

    @property
    def opens_on_failed_delivery(self) -> bool:
        return self.on_delivery_failed == ReturnPolicy.OnDeliveryFailed.OPEN


class Policies:
    """The owner's rules about some sellers, read once and asked for any number of items.

    `usual_window`: how long something may be returned where no policy says it, if that is known.
    """

    def __init__(self, rows: Iterable[ReturnPolicy], usual_window: Schedule | None = None):
        self._rows = {(row.seller_id, row.category): row for row in rows}
        self._known_window = usual_window

    def rules_for(self, seller_id: int, category: str, currency: str = "") -> Rules:
        """Seller and category, seller, category, marketplace, then the defaults: the first that
        says a thing. Amounts in another currency than this one say nothing."""
        rows = list(self._narrowest_first(seller_id, category))
        of_currency = [row for row in rows if row.currency == currency]
        return Rules(
            window=self._window(_said(rows, "window_days", None)),
            payable_when=_said(rows, "payable_when", defaults.PAYABLE_WHEN),
            keep_goods_up_to=_said(of_currency, "keep_goods_up_to", defaults.KEEP_GOODS_UP_TO),
            restocking_rate=_said(rows, "restocking_rate", defaults.RESTOCKING_RATE),
            return_shipping_fee=_said(
                of_currency, "return_shipping_fee", defaults.RETURN_SHIPPING_FEE
            ),
            silence_approves_up_to=_said(
                of_currency, "silence_approves_up_to", defaults.SILENCE_APPROVES_UP_TO
            ),
            on_delivery_failed=_said(rows, "on_delivery_failed", defaults.ON_DELIVERY_FAILED),
        )

    def _narrowest_first(self, seller_id: int, category: str) -> Iterator[ReturnPolicy]:
        places = [(seller_id, category), (seller_id, ""), (None, category), (None, "")]
        for place in dict.fromkeys(places):
            if place in self._rows:
                yield self._rows[place]

    @cached_property
    def _usual_window(self) -> Schedule:
        return self._known_window or schedule_of(defaults.WINDOW_STEP)

    def _window(self, days: int | None) -> Schedule:
        if days is None:
            return self._usual_window
        return Schedule(Term(defaults.WINDOW_STEP, days, Unit.CALENDAR_DAYS, "close"))


def _said(rows: Iterable[ReturnPolicy], column: str, default: Any) -> Any:
    """What the first row that says it says; an empty column says nothing."""
    values = (getattr(row, column) for row in rows)
    return next((value for value in values if value not in (None, "")), default)


def policies_of(seller_ids: Iterable[int]) -> Policies:
    """The rules that can concern these sellers, in one query."""
    return Policies(concerning(seller_ids))


def concerning(seller_ids: Iterable[int]) -> QuerySet[ReturnPolicy]:
    """The rows of the rules that can concern these sellers."""
    return ReturnPolicy.objects.filter(Q(seller=None) | Q(seller__in=set(seller_ids)))


def policy_for(seller_id: int, category: str, currency: str = "") -> Rules:
    """The rules for a seller's goods of a category, with amounts in this currency."""
    return policies_of([seller_id]).rules_for(seller_id, category, currency)
