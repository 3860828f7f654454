"""The ledger: every movement of money as entries that sum to zero.

Debits are positive, credits negative; every amount is minor units. A posting is named by its
reference and happens once, however often it is asked for. The accounts of one call are locked in
pk order, and before anything is written, so that two postings wait for each other and never
deadlock: post once per transaction, and everything that belongs together in that one call.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from core.actors import Actor
from core.bulk import insert
from core.statements import fetched
from core.transactions import joined
from finance.credit import lock_credit
from finance.models import Account, LedgerEntry, LedgerTransaction
from finance.postings import (
    AccountKey,
    Capture,
    Posting,
    SellerRefund,
    SellerShare,
    posting_of_refund,
    postings_of,
)

__all__ = [
    "AccountKey",
    "Capture",
    "Posting",
    "SellerRefund",
    "SellerShare",
    "post_captures",
    "post_refund",
    "post_refunds",
    "post_surplus_refund",
    "posting_of_refund",
    "postings_of",
]

Kind = Account.Kind


def post_captures(captures: Sequence[Capture], *, actor: Actor) -> None:
    """Credit each seller with what was captured for them, less commission (product.md §7).

    One ledger transaction per seller and order, `capture:<order>:<seller>`, and one per surplus,
    `capture:<order>:surplus`; store credit that was spent leaves the customer's account by
    `credit:<order>`. A handful of statements however many captures there are. `actor`
    is who took the orders in; their `order.placed` event is the audit record.
    """
    _post(posting for capture in captures for posting in postings_of(capture))


def post_refund(
    *,
    reference: str,
    order_id: int,
    seller_id: int,
    currency: str,
    amount: int,
    commission: int,
    occurred_at: datetime | None = None,
    customer_id: int | None = None,
) -> None:
    """Charge a seller with money paid back, less the commission given back with it.

    With a `customer_id` it does not leave: the customer has it as store credit.

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
                customer_id=customer_id,
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
    customer_id: int | None = None,
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
        customer_id=customer_id,
    )
    _post([posting.pay_back(amount).move(Kind.SURPLUS, amount)])


def post_refunds(refunds: Sequence[SellerRefund]) -> None:
    """Several refunds in a handful of statements: see `post_refund`."""
    _post(posting_of_refund(refund) for refund in refunds)


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
            [_account(*key) for key in sorted(missing, key=str)], ignore_conflicts=True
        )
        found = _lock(keys)
    return found


def _account(kind: str, whose: int | None, currency: str) -> Account:
    if kind == Kind.STORE_CREDIT:
        return Account(kind=kind, customer_id=whose, currency=currency)
    return Account(kind=kind, seller_id=whose, currency=currency)


def _lock(keys: set[AccountKey]) -> dict[AccountKey, int]:
    """Customers' accounts before all others, everywhere: see `credit.lock_credit`."""
    of_customers = {key for key in keys if key[0] == Kind.STORE_CREDIT}
    found = {
        (Kind.STORE_CREDIT, customer_id, currency): pk
        for (customer_id, currency), (pk, _left) in lock_credit(
            {(whose, currency) for _kind, whose, currency in of_customers}
        ).items()
    }
    return found | _lock_others(keys - of_customers)


def _lock_others(keys: set[AccountKey]) -> dict[AccountKey, int]:
    if not keys:
        return {}
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
