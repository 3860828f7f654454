"""What moves money, as movements per account that sum to zero. Pure; amounts are minor units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from finance.models import Account

Kind = Account.Kind
AccountKey = tuple[str, int | None, str]  # kind, seller (of store credit: customer), currency


@dataclass(frozen=True)
class SellerShare:
    """What was captured for one seller's part of an order, and the commission in it."""

    seller_id: int
    captured: int
    commission: int


@dataclass(frozen=True)
class Capture:
    """Money captured for one order: its sellers' shares, and what was captured above the total."""

    order_id: int
    currency: str
    occurred_at: datetime | None
    shares: Sequence[SellerShare]
    surplus: int = 0
    # Of all this: paid with what the marketplace owed the customer.
    store_credit: int = 0
    customer_id: int | None = None


@dataclass(frozen=True)
class SellerRefund:
    """Money paid back to a customer out of one seller's part of an order.

    `commission` is the marketplace's share of `amount`, given back to the seller; the seller is
    charged the rest. With a `customer_id` the money becomes store credit of that customer.
    """

    reference: str
    order_id: int
    seller_id: int
    currency: str
    amount: int
    commission: int
    occurred_at: datetime | None = None
    customer_id: int | None = None


@dataclass
class Posting:
    """A ledger transaction to be written, with its movements per account; they sum to zero."""

    reference: str
    kind: str
    order_id: int
    seller_id: int | None
    currency: str
    occurred_at: datetime | None
    customer_id: int | None = None
    movements: dict[AccountKey, int] = field(default_factory=dict)

    def move(self, kind: str, amount: int) -> "Posting":
        if amount:
            whose = self.customer_id if kind == Kind.STORE_CREDIT else self.seller_id
            self.movements[kind, whose, self.currency] = amount
        return self

    def pay_back(self, amount: int) -> "Posting":
        """To the customer: by the provider, or as store credit where the customer is named."""
        payer = Kind.PROVIDER if self.customer_id is None else Kind.STORE_CREDIT
        return self.move(payer, -amount)


def postings_of(capture: Capture) -> Iterable[Posting]:
    """What a capture moves: one posting per seller, one of the surplus, which may be empty, and
    one where store credit was spent."""
    for share in capture.shares:
        if not 0 <= share.commission <= share.captured:
            raise ValueError(f"Commission {share.commission} is not within {share.captured}.")
        yield (
            _posting_of(capture, str(share.seller_id), share.seller_id)
            .move(Kind.PROVIDER, share.captured)
            .move(Kind.SELLER_PENDING, -(share.captured - share.commission))
            .move(Kind.COMMISSION, -share.commission)
        )
    if capture.surplus < 0:
        raise ValueError(f"A surplus is never negative: {capture.surplus}.")
    yield (
        _posting_of(capture, "surplus", None)
        .move(Kind.PROVIDER, capture.surplus)
        .move(Kind.SURPLUS, -capture.surplus)
    )
    if capture.store_credit:
        # The provider has this money from an earlier order: nothing new came in.
        yield (
            replace(
                _posting_of(capture, "", None),
                reference=f"credit:{capture.order_id}",
                kind="store_credit",
                customer_id=capture.customer_id,
            )
            .move(Kind.PROVIDER, -capture.store_credit)
            .move(Kind.STORE_CREDIT, capture.store_credit)
        )


def _posting_of(capture: Capture, name: str, seller_id: int | None) -> Posting:
    return Posting(
        reference=f"capture:{capture.order_id}:{name}",
        kind="capture",
        order_id=capture.order_id,
        seller_id=seller_id,
        currency=capture.currency,
        occurred_at=capture.occurred_at,
    )


def posting_of_refund(refund: SellerRefund) -> Posting:
    """What a refund moves. Raises ValueError for one that gives nothing back."""
    if refund.amount <= 0 or refund.commission < 0:
        raise ValueError(f"Not a refund: {refund.amount}, commission {refund.commission}.")
    posting = Posting(
        reference=refund.reference,
        kind="refund",
        order_id=refund.order_id,
        seller_id=refund.seller_id,
        currency=refund.currency,
        occurred_at=refund.occurred_at,
        customer_id=refund.customer_id,
    )
    return (
        posting.pay_back(refund.amount)
        .move(Kind.SELLER_PENDING, refund.amount - refund.commission)
        .move(Kind.COMMISSION, refund.commission)
    )
