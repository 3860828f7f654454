"""What items of a return pay back, on the terms that were told: asked by the estimate and by the
plans, so that both come to the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.models import OrderItem
from refunds.operations import refunds_of
from refunds.planning import PlannedRefund
from refunds.returning import Claim
from returns.models import ReturnItem
from returns.policies import AT_ONCE, Terms


@dataclass(frozen=True)
class Due:
    """What is owed for one item. `agreed`: an amount for which it is kept, minor units; `why`
    says so to the customer."""

    item: OrderItem
    terms: Terms
    agreed: int | None = None
    why: str = ""

    @property
    def at_once(self) -> bool:
        return self.agreed is not None or self.terms.payable_when == AT_ONCE

    @property
    def fee(self) -> int:
        """For the way back of the whole request, if this item bears it."""
        return self.terms.return_shipping if self.agreed is None else 0

    def claim(self) -> Claim:
        if self.agreed is not None:
            return Claim(self.item, agreed=self.agreed, why=self.why)
        return Claim(
            self.item,
            restocking_rate=self.terms.restocking_rate,
            pays_return_shipping=bool(self.terms.return_shipping),
        )


def in_turn(dues: Iterable[Due]) -> list[Due]:
    """As they are paid: first what waits for nothing."""
    return sorted(dues, key=lambda due: not due.at_once)


def return_shipping_of(dues: Iterable[Due]) -> int:
    """The way back is paid once per request: the highest fee of those who bear one."""
    return max((due.fee for due in dues), default=0)


def prices_of(dues: Sequence[Due]) -> list[PlannedRefund]:
    """What each of these items of one request pays back now, in the given order; writes nothing."""
    turn = in_turn(dues)
    planned = refunds_of([due.claim() for due in turn], return_shipping=return_shipping_of(dues))
    price_of = {id(due): price for due, price in zip(turn, planned, strict=True)}
    return [price_of[id(due)] for due in dues]


def worth_of(items: Sequence[OrderItem]) -> dict[int, int]:
    """All that is left to pay back for each item, without fees; minor units by the item's id."""
    planned = refunds_of([Claim(item) for item in items])
    return {item.pk: refund.total for item, refund in zip(items, planned, strict=True)}


# -- The terms, as they were told ------------------------------------------------------------


def told_terms(entry: ReturnItem) -> Terms:
    """The terms under which this item was asked for; the owner's rules may have changed since."""
    return Terms(
        goods_back=entry.goods_back,
        payable_when=entry.payable_when,
        restocking_rate=entry.restocking_rate,
        return_shipping=entry.return_shipping,
    )


def as_told(terms_of: Mapping[int, Terms]) -> list[dict[str, Any]]:
    """Terms by item id, for the record of the request."""
    return [
        {
            "item": item_id,
            "goods_back": terms.goods_back,
            "payable_when": terms.payable_when,
            "restocking_rate": str(terms.restocking_rate),
            "return_shipping": terms.return_shipping,
        }
        for item_id, terms in terms_of.items()
    ]
