"""The ledger for readers: what moved an account, and which order or refund caused it.

It stands here and not with the ledger itself, because causes are orders and plans.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.db import models
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor, Role
from core.money import currency_exponent
from finance.models import Account, LedgerEntry
from orders.filters import MomentFilter
from orders.models import Order
from refunds.models import RefundPlan

Kind = Account.Kind
CHUNK = 1000  # rows of a download that are in memory at once
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class EntryKind(models.TextChoices):
    """What a movement was."""

    CAPTURE = "capture", gettext_lazy("Payment captured")
    REFUND = "refund", gettext_lazy("Refund")
    STORE_CREDIT = "store_credit", gettext_lazy("Paid with store credit")


class LedgerFilter(django_filters.FilterSet):
    """`account` says whose side is read: a seller's balance unless the owner asks otherwise."""

    account = django_filters.ChoiceFilter(
        choices=[choice for choice in Kind.choices if choice[0] != Kind.SELLER_PENDING],
        method="everything",
        label=gettext_lazy("Account"),
        empty_label=Kind.SELLER_PENDING.label,
    )
    seller = django_filters.CharFilter(
        field_name="account__seller__code", max_length=120, label=gettext_lazy("Seller")
    )
    kind = django_filters.ChoiceFilter(
        choices=EntryKind,
        field_name="transaction__kind",
        label=gettext_lazy("Movement"),
        empty_label=gettext_lazy("Any"),
    )
    posted_after = MomentFilter(
        field_name="transaction__posted_at", lookup_expr="gte", label=gettext_lazy("Posted from")
    )
    posted_before = MomentFilter(
        field_name="transaction__posted_at",
        lookup_expr="lt",
        whole_day=True,
        label=gettext_lazy("Posted until"),
    )

    def everything(self, entries, _name, _value):
        return entries  # the account is chosen before: its balance goes by it, too


class SellerLedgerFilter(LedgerFilter):
    """A seller reads one account: what the marketplace owes them."""

    account = None
    seller = None


def account_kind(asked: str, actor: Actor) -> str:
    """The kind of account that is read; a seller reads their own balance only."""
    return asked if actor.role is Role.OWNER and asked in Kind.values else Kind.SELLER_PENDING


def entries_of(actor: Actor, kind: str):
    """What moved this actor's accounts of one kind."""
    entries = LedgerEntry.objects.visible_to(actor).filter(account__kind=kind)
    return entries.select_related("transaction", "account__seller")


def balances_of(actor: Actor, kind: str, seller: str = "") -> list[tuple[str, int]]:
    """(currency, balance in minor units) of these accounts, as their owner reads it: what is
    owed to a seller, or earned, is positive."""
    accounts = Account.objects.visible_to(actor).filter(kind=kind)
    if seller:
        accounts = accounts.filter(seller__code=seller)
    sums = accounts.order_by("currency").values_list("currency").annotate(sum=Sum("balance"))
    return [(currency, _shown(kind, balance)) for currency, balance in sums]


def _shown(kind: str, amount: int) -> int:
    """Debits are positive in the ledger; only money at the provider reads like that."""
    return amount if kind == Kind.PROVIDER else -amount


@dataclass(frozen=True)
class Movement:
    """An entry with its cause. Amounts are minor units; `captured` and `commission` are the
    other sides of the same transaction, None where the account is not a seller's balance."""

    at: datetime
    kind: str | Promise
    seller: str
    order: str
    plan: str
    captured: int | None
    commission: int | None
    amount: int
    currency: str


def movements(entries: Sequence[LedgerEntry], actor: Actor) -> list[Movement]:
    """These entries with what caused them, as far as the actor may see it: three queries."""
    transactions = {entry.transaction_id: entry.transaction for entry in entries}
    orders = _order_numbers({row.order_id for row in transactions.values()}, actor)
    plans = _plan_numbers(transactions.values(), actor)
    sides = _other_sides(transactions)
    return [
        _movement(entry, orders, plans, sides.get(entry.transaction_id, {})) for entry in entries
    ]


def _movement(entry: LedgerEntry, orders: dict, plans: dict, sides: dict[str, int]) -> Movement:
    cause, account = entry.transaction, entry.account
    is_balance = account.kind == Kind.SELLER_PENDING
    known = dict(EntryKind.choices)
    return Movement(
        at=cause.posted_at,
        kind=known.get(cause.kind, cause.kind),
        seller=account.seller.name if account.seller else "",
        order=orders.get(cause.order_id, ""),
        plan=plans.get(cause.reference, ""),
        captured=_of_customer(sides) if is_balance else None,
        commission=sides.get(Kind.COMMISSION, 0) if is_balance else None,
        amount=_shown(account.kind, entry.amount),
        currency=entry.currency,
    )


def _of_customer(sides: dict[str, int]) -> int:
    """What the customer paid, or got back below zero: through the provider or as store credit."""
    return sides.get(Kind.PROVIDER, 0) + sides.get(Kind.STORE_CREDIT, 0)


def _order_numbers(ids: set[int | None], actor: Actor) -> dict[int, str]:
    orders = Order.objects.visible_to(actor).filter(pk__in=ids - {None})
    return dict(orders.values_list("pk", "number"))


def _plan_numbers(transactions: Iterable[Any], actor: Actor) -> dict[str, str]:
    """Plan numbers by the reference of the transaction: "refund:<attempt>"."""
    attempts = {
        int(row.reference.removeprefix("refund:"))
        for row in transactions
        if row.kind == EntryKind.REFUND and row.reference.removeprefix("refund:").isdecimal()
    }
    plans = RefundPlan.objects.visible_to(actor).filter(parts__attempts__in=attempts)
    found = plans.values_list("parts__attempts__pk", "number")
    return {f"refund:{attempt}": number for attempt, number in found if attempt in attempts}


def _other_sides(transactions: Iterable[int]) -> dict[int, dict[str, int]]:
    sides: dict[int, dict[str, int]] = defaultdict(dict)
    entries = LedgerEntry.objects.filter(transaction__in=transactions)
    for row in entries.values_list("transaction_id", "account__kind", "amount"):
        sides[row[0]][row[1]] = row[2]
    return sides


# -- The download ----------------------------------------------------------------------------


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(entries, actor: Actor) -> Iterator[str]:
    """The movements as CSV, newest first, a thousand rows in memory at a time."""
    writer = csv.writer(_Line())
    yield writer.writerow(_heads())
    beyond = None
    while True:
        rest = entries.order_by("-pk")
        rows = list((rest if beyond is None else rest.filter(pk__lt=beyond))[:CHUNK])
        for movement in movements(rows, actor):
            yield writer.writerow(_cells(movement))
        if len(rows) < CHUNK:
            return
        beyond = rows[-1].pk


def _heads() -> list[str]:
    return [
        _("Posted"),
        _("Movement"),
        _("Seller"),
        _("Order number"),
        _("Refund plan"),
        _("Customer paid"),
        _("Commission"),
        _("Balance change"),
        _("Currency"),
    ]


def _cells(movement: Movement) -> list[str]:
    return [
        movement.at.isoformat(timespec="seconds"),
        *map(harmless, (str(movement.kind), movement.seller, movement.order, movement.plan)),
        *(
            _plain(amount, movement.currency)
            for amount in (movement.captured, movement.commission, movement.amount)
        ),
        movement.currency,
    ]


def harmless(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain(amount: int | None, currency: str) -> str:
    """A number as programs write it: 12.50."""
    return "" if amount is None else str(Decimal(amount).scaleb(-currency_exponent(currency)))
