"""The ledger: every movement of money as entries that sum to zero.

Debits are positive, credits negative; every amount is minor units. A posting is named by its
reference and happens once, however often it is asked for. The accounts of one call are locked in
pk order, and before anything is written, so that two postings wait for each other and never
deadlock: post once per transaction, and everything that belongs together in that one call.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from core.actors import Actor
from core.bulk import insert
from core.statements import fetched
from core.transactions import joined
from finance.models import Account, LedgerEntry, LedgerTransaction

Kind = Account.Kind
AccountKey = tuple[str, int | None, str]  # kind, seller, currency


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


@dataclass(frozen=True)
class SellerRefund:
    """Money paid back to a customer out of one seller's part of an order.

    `commission` is the marketplace's share of `amount`, given back to the seller; the seller is
    charged the rest.
    """

    reference: str
    order_id: int
    seller_id: int
    currency: str
    amount: int
    commission: int
    occurred_at: datetime | None = None


@dataclass
class Posting:
    """A ledger transaction to be written, with its movements per account; they sum to zero."""

    reference: str
    kind: str
    order_id: int
    seller_id: int | None
    currency: str
    occurred_at: datetime | None
    movements: dict[AccountKey, int] = field(default_factory=dict)

    def move(self, kind: str, amount: int) -> "Posting":
        if amount:
            self.movements[kind, self.seller_id, self.currency] = amount
        return self


def post_captures(captures: Sequence[Capture], *, actor: Actor) -> None:
    """Credit each seller with what was captured for them, less commission (product.md §7).

    One ledger transaction per seller and order, `capture:<order>:<seller>`, and one per surplus,
    `capture:<order>:surplus`. A handful of statements however many captures there are. `actor`
    is who took the orders in; their `order.placed` event is the audit record.
    """
    _post(posting for capture in captures for posting in postings_of(capture))


def postings_of(capture: Capture) -> Iterable[Posting]:
    """What a capture moves: one posting per seller, and one of the surplus, which may be empty."""
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


def _posting_of(capture: Capture, name: str, seller_id: int | None) -> Posting:
    return Posting(
        reference=f"capture:{capture.order_id}:{name}",
        kind="capture",
        order_id=capture.order_id,
        seller_id=seller_id,
        currency=capture.currency,
        occurred_at=capture.occurred_at,
    )


def post_refund(
    *,
    reference: str,
    order_id: int,
    seller_id: int,
    currency: str,
    amount: int,
    commission: int,
    occurred_at: datetime | None = None,
) -> None:
    """Charge a seller with money paid back, less the commission given back with it.

    Happens once per reference. A seller's balance may go below zero and is netted later.
    """
    post_refunds(
        [
            SellerRefund(
                reference=reference,
                order_id=order_id,
                seller_id=seller_id,
                currency=currency,
                amount=amount,
                commission=commission,
                occurred_at=occurred_at,
            )
        ]
    )


def post_surplus_refund(
    *,
    reference: str,
    order_id: int,
    currency: str,
    amount: int,
    occurred_at: datetime | None = None,
) -> None:
    """Give back money that was captured above an order's total: it was no seller's.

    Happens once per reference.
    """
    if amount <= 0:
        raise ValueError(f"Not a refund: {amount}.")
    posting = Posting(
        reference=reference,
        kind="refund",
        order_id=order_id,
        seller_id=None,
        currency=currency,
        occurred_at=occurred_at,
    )
    _post([posting.move(Kind.PROVIDER, -amount).move(Kind.SURPLUS, amount)])


def post_refunds(refunds: Sequence[SellerRefund]) -> None:
    """Several refunds in a handful of statements: see `post_refund`."""
    _post(posting_of_refund(refund) for refund in refunds)


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
    )
    return (
        posting.move(Kind.PROVIDER, -refund.amount)
        .move(Kind.SELLER_PENDING, refund.amount - refund.commission)
        .move(Kind.COMMISSION, refund.commission)
    )


@joined
def _post(postings: Iterable[Posting]) -> None:
    """Write the postings that move something and are not there yet, and the balances."""
    wanted = {posting.reference: posting for posting in postings if posting.movements}
    for (reference,) in fetched(_KNOWN, [list(wanted)]):
        del wanted[reference]
    if not wanted:
        return
    new = list(wanted.values())
    accounts = _locked_accounts({key for posting in new for key in posting.movements})
    rows = insert(
        LedgerTransaction(
            reference=posting.reference,
            kind=posting.kind,
            order_id=posting.order_id,
            seller_id=posting.seller_id,
            occurred_at=posting.occurred_at,
        )
        for posting in new
    )
    entries = [
        LedgerEntry(
            transaction=row, account_id=accounts[key], amount=amount, currency=posting.currency
        )
        for posting, row in zip(new, rows, strict=True)
        for key, amount in posting.movements.items()
    ]
    insert(entries)
    _add_to_balances(entries)


_KNOWN = "SELECT reference FROM finance_ledgertransaction WHERE reference = ANY(%s)"
# NO KEY: entries being inserted by others point at these rows, and need not wait for a balance.
_LOCK_ACCOUNTS = """
    SELECT account.id, account.kind, account.seller_id, account.currency
    FROM finance_account account
    JOIN unnest(%s::text[], %s::bigint[], %s::text[]) AS wanted(kind, seller_id, currency)
      ON account.kind = wanted.kind AND account.currency = wanted.currency
     AND (account.seller_id = wanted.seller_id
          OR account.seller_id IS NULL AND wanted.seller_id IS NULL)
    ORDER BY account.id FOR NO KEY UPDATE OF account
"""


def _locked_accounts(keys: set[AccountKey]) -> dict[AccountKey, int]:
    """The pks of these accounts, made where they are new, locked until the transaction ends."""
    found = _lock(keys)
    missing = keys - found.keys()
    if missing:
        Account.objects.bulk_create(
            [
                Account(kind=kind, seller_id=seller_id, currency=currency)
                for kind, seller_id, currency in sorted(missing, key=str)
            ],
            ignore_conflicts=True,
        )
        found = _lock(keys)
    return found


def _lock(keys: set[AccountKey]) -> dict[AccountKey, int]:
    columns = [list(column) for column in zip(*keys, strict=True)]
    rows = fetched(_LOCK_ACCOUNTS, columns)
    return {(kind, seller_id, currency): pk for pk, kind, seller_id, currency in rows}


def _add_to_balances(entries: Sequence[LedgerEntry]) -> None:
    moved: dict[int, int] = defaultdict(int)
    for entry in entries:
        moved[entry.account_id] += entry.amount
    table = connection.ops.quote_name(Account._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS account SET balance = account.balance + moved.amount "  # noqa: S608
            "FROM unnest(%s::bigint[], %s::bigint[]) AS moved(id, amount) "
            "WHERE account.id = moved.id",
            [list(moved), list(moved.values())],
        )
