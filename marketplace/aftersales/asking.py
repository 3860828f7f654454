"""The one page where a customer asks: what has not shipped is cancelled, the rest is returned."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from cancellations import operations as cancellations
from cancellations.operations import Selection
from core.actors import Actor
from core.errors import DomainError, Problems
from orders.models import Case, Order, OrderItem
from orders.policies import may_cancel
from orders.presenters import method_words
from refunds.models import RefundPlan
from returns import operations as returns
from returns.operations import ReturnSelection
from returns.operations.selecting import eligibility
from returns.presenters import SumRow, sum_rows


class Way(StrEnum):
    """What asking for an item means, as things stand."""

    CANCEL = "cancel"
    RETURN = "return"


@dataclass(frozen=True)
class Possible:
    """One item of the order: what can be asked for it, until when, and else why nothing."""

    item: OrderItem
    way: Way
    refusal: DomainError | None = None
    last_day: date | None = None  # to return it; None while its time does not run yet

    @property
    def days_left(self) -> int | None:
        if self.last_day is None:
            return None
        return (self.last_day - timezone.localdate()).days


def possibilities(order: Order, actor: Actor) -> list[Possible]:
    """Each item of the order with what applies to it: the same handful of queries for any order."""
    found = []
    for one in eligibility(order, actor):
        if one.item.is_unshipped:
            found.append(Possible(one.item, Way.CANCEL, may_cancel(one.item)))
        else:
            last_day = one.grounds.window.last_day
            found.append(Possible(one.item, Way.RETURN, one.refusal, last_day))
    return found


@dataclass(frozen=True)
class Asked:
    """The requests that came of it, one per seller and way."""

    cases: Sequence[Case]


@transaction.atomic
def ask(
    *,
    order: Order,
    cancels: Sequence[Selection],
    goes_back: Sequence[ReturnSelection],
    wish: str,
    pay_to: str,
    actor: Actor,
) -> Asked:
    """Ask for all of it, or for nothing: raises what `request_cancellation` and `request_return`
    raise; a refusal's place begins with the way ("return/items/0/reason")."""
    requests = []
    if cancels:
        with _placed(Way.CANCEL):
            requests += cancellations.request_cancellation(
                order=order, selections=cancels, actor=actor
            )
    if goes_back:
        with _placed(Way.RETURN):
            requests += returns.request_return(
                order=order, selections=goes_back, actor=actor, wish=wish, pay_to=pay_to
            )
    return Asked([request.case for request in requests])


@contextmanager
def _placed(way: Way) -> Iterator[None]:
    """Puts the way before the places of what is refused inside."""
    try:
        yield
    except DomainError as refusal:
        for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
            if one.field and one.field.startswith("items"):
                one.field = f"{way}/{one.field}"
        raise


@dataclass(frozen=True)
class Foreseen:
    """What would be paid back, to the cent; minor units of `currency`. `wants_reason` are items
    that nothing can be said about before a reason is chosen."""

    currency: str
    rows: Sequence[SumRow]
    total: int
    units: int
    payments: Sequence[tuple[str, int]]
    goods_back: bool = False
    on_receipt: bool = False
    pays_nothing: bool = False
    wants_reason: bool = False
    refusal: str = ""


def foresee(
    order: Order,
    cancels: dict[int, int],
    goes_back: Sequence[ReturnSelection],
    *,
    wish: str,
    pay_to: str,
    actor: Actor,
) -> Foreseen:
    """The estimate for what is chosen so far. Reads only."""
    known = [one for one in goes_back if one.reason_code]
    cancelled = cancellations.estimate_cancellation(order, cancels, actor)
    rows = _rows(cancelled.items)
    payments = cancelled.payments if not known else []
    total, units = cancelled.total, cancelled.units
    more: dict = {}
    if known:
        try:
            returned = returns.estimate_return(order, known, actor, wish, pay_to)
        except DomainError as refusal:
            more["refusal"] = str(refusal)
        else:
            rows += _rows(returned.items)
            total += returned.total
            units += returned.units
            if not cancels:
                payments = returned.payments
            receipt = RefundPlan.PayableWhen.ON_RECEIPT
            more |= {
                "goods_back": returned.goods_back,
                "on_receipt": any(one.terms.payable_when == receipt for one in returned.items),
                "pays_nothing": not any(one.lines for one in returned.items),
            }
    return Foreseen(
        currency=order.currency,
        rows=rows,
        total=total,
        units=units + sum(one.quantity for one in goes_back if not one.reason_code),
        payments=[(str(method_words(one.method)), amount) for one, amount in payments],
        wants_reason=len(known) < len(goes_back),
        **more,
    )


def _rows(estimated) -> list[SumRow]:
    rows: list[SumRow] = []
    for one in estimated:
        names = {line.item_id: one.item.line.name for line in one.lines}
        rows += sum_rows(one.lines, names)
    return rows
