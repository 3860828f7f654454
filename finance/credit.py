"""Store credit: what the marketplace owes a customer, to be spent on another order.

Amounts are minor units, positive where the customer has something left.
"""

from collections.abc import Iterable

from core.statements import fetched
from finance.models import Account

CreditKey = tuple[int | None, str]  # customer, currency


def store_credit_of(customer_id: int) -> dict[str, int]:
    """{currency: what is left} of one customer; currencies with nothing left are not named."""
    accounts = Account.objects.filter(
        kind=Account.Kind.STORE_CREDIT, customer_id=customer_id, balance__lt=0
    )
    return {account.currency: -account.balance for account in accounts.order_by("currency")}


def lock_credit(keys: Iterable[CreditKey]) -> dict[CreditKey, tuple[int, int]]:
    """The accounts that are there, locked: {(customer, currency): (pk, what is left)}.

    Taken before any other account of the ledger, in pk order, by whoever spends and by whoever
    pays back: so the two wait for each other and never deadlock.
    """
    wanted = set(keys)
    if not wanted:
        return {}
    columns = [list(column) for column in zip(*wanted, strict=True)]
    rows = fetched(_LOCK, [*columns, Account.Kind.STORE_CREDIT])
    return {(customer_id, currency): (pk, -balance) for pk, customer_id, currency, balance in rows}


# NO KEY: entries being inserted by others point at these rows, and need not wait for a balance.
_LOCK = """
    SELECT account.id, account.customer_id, account.currency, account.balance
    FROM finance_account account
    JOIN unnest(%s::bigint[], %s::text[]) AS wanted(customer_id, currency)
      ON account.customer_id = wanted.customer_id AND account.currency = wanted.currency
    WHERE account.kind = %s AND account.seller_id IS NULL
    ORDER BY account.id FOR NO KEY UPDATE OF account
"""
