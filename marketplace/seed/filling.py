"""Filling an empty database: everybody first, then chunks of orders, then what was held back."""

import gc
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from django.contrib.auth import get_user_model
from django.db import connection, models, transaction

from cancellations.models import AutoApprovalPolicy
from core.accounts.models import StaffMember
from core.statements import fetched
from finance.models import Account, LedgerEntry
from finance.operations import AccountKey
from marketplace.seed.buying import buy
from marketplace.seed.cast import PEOPLE_AT, Cast, write_cast
from marketplace.seed.fates import live_out
from marketplace.seed.shape import Shape
from marketplace.seed.sheets import TABLES, Sheets
from marketplace.seed.structure import hold_back, is_held_back, put_back, to_make, without_limits
from marketplace.seed.times import Rhythm
from orders.models import Order
from sellers.models import (
    DeliveryOption,
    Seller,
    SellerDeliveryOption,
    SellerMember,
    ShippingCompany,
)

# Rows that are written before and after the chunks; they are few.
AROUND = (
    Account,
    SellerDeliveryOption,
    SellerMember,
    DeliveryOption,
    ShippingCompany,
    Seller,
    StaffMember,
    AutoApprovalPolicy,
)


class NotEmpty(Exception):
    """The database holds rows of somebody: a seed is for empty ones."""


@dataclass
class Progress:
    """Whoever wants to watch: told of every new stage, its size, and steps done in it."""

    stage: Callable[[str, int], None] = lambda _name, _size: None
    step: Callable[[int], None] = lambda _count: None


@dataclass
class Filled:
    rows: int = 0
    seconds: dict[str, float] = field(default_factory=dict)  # by stage


def fill(shape: Shape, *, processes: int, progress: Progress | None = None) -> Filled:
    """Fill this migrated, empty database; all or nothing.

    Where it fails the database is empty again, indexes and all. A load that was killed is cleared
    away first. With one process everything happens on this connection, and may be part of a
    transaction. Raises NotEmpty.
    """
    progress, filled = progress or Progress(), Filled()
    without_limits()
    if is_held_back():
        _clear(processes)
    _refuse_unless_empty()
    hold_back(TABLES)
    try:
        with transaction.atomic():
            cast = write_cast(shape)
        with _stage(filled, progress, "orders", shape.orders):
            filled.rows, balances = _write_chunks(cast, processes, progress)
        with _stage(filled, progress, "indexes and keys", to_make()):
            _finish(cast, balances)
            put_back(connections=processes, progress=progress.step)
        with _stage(filled, progress, "statistics", 1):
            _tidy()
    except BaseException:
        if not connection.in_atomic_block:  # else whoever began the transaction undoes it
            _clear(processes)
        raise
    return filled


@contextmanager
def _stage(filled: Filled, progress: Progress, name: str, size: int) -> Iterator[None]:
    progress.stage(name, size)
    began = time.monotonic()
    yield
    filled.seconds[name] = time.monotonic() - began


def _refuse_unless_empty() -> None:
    for model in (Order, *TABLES, Seller, ShippingCompany, Account):
        if model._base_manager.exists():
            raise NotEmpty(model._meta.verbose_name_plural)


# -- Chunks ----------------------------------------------------------------------------------


def make_chunk(cast: Cast, chunk: int) -> Sheets:
    """All rows of a chunk; nothing is written."""
    shape, random = cast.shape, cast.shape.random_of(f"chunk {chunk}")
    rhythm, sheets = Rhythm(shape), Sheets(cast, chunk)
    for n in shape.orders_of(chunk):
        live_out(sheets, buy(sheets, rhythm, n, random), random)
    return sheets


@transaction.atomic
def _write_chunk(cast: Cast, chunk: int) -> tuple[int, int, dict[AccountKey, int]]:
    """Returns how many orders and rows were written, and what they move on accounts."""
    gc.disable()  # a chunk is rows that all live until it is written: nothing to collect
    try:
        sheets = make_chunk(cast, chunk)
        sheets.write()
    finally:
        gc.enable()
    return len(cast.shape.orders_of(chunk)), sheets.count(), dict(sheets.balances)


def _write_chunks(
    cast: Cast, processes: int, progress: Progress
) -> tuple[int, dict[AccountKey, int]]:
    rows, balances = 0, Counter[AccountKey]()
    for orders, count, moved in _written(cast, processes):
        rows += count
        for key, amount in moved.items():
            balances[key] += amount
        progress.step(orders)
    return rows, balances


def _written(cast: Cast, processes: int) -> Iterator[tuple[int, int, dict[AccountKey, int]]]:
    write = partial(_write_chunk, cast)
    if processes == 1:
        yield from map(write, cast.shape.chunks)
        return
    connection.close()  # a process of its own needs a connection of its own
    forking = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, forking, initializer=without_limits) as pool:
        waiting = [pool.submit(write, chunk) for chunk in cast.shape.chunks]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    without_limits()  # the connection is a new one


# -- Around them -----------------------------------------------------------------------------


@transaction.atomic
def _finish(cast: Cast, balances: dict[AccountKey, int]) -> None:
    """The accounts that were used, their balances, and sequences that go on where keys end."""
    Account.objects.bulk_create(
        Account(
            pk=cast.accounts[kind, seller_id, currency],
            kind=kind,
            seller_id=seller_id,
            currency=currency,
            balance=balance,
        )
        for (kind, seller_id, currency), balance in sorted(
            balances.items(), key=lambda entry: cast.accounts[entry[0]]
        )
    )
    if fetched(_UNBALANCED, []):  # the trigger that would have said so is held back
        raise ValueError("A ledger transaction does not balance.")
    for model in (*TABLES, *AROUND):
        _go_on_after(model)


_UNBALANCED = f"""
    SELECT transaction_id FROM {LedgerEntry._meta.db_table}
    GROUP BY transaction_id, currency HAVING sum(amount) <> 0 LIMIT 1
"""  # noqa: S608 (our own table)


def _go_on_after(model: type[models.Model]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    fetched(
        f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}",  # noqa: S608
        [model._meta.db_table],
    )


def _tidy() -> None:
    """What autovacuum would do in its own time: statistics, and pages known to be visible."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def _clear(processes: int) -> None:
    """Leave nothing of a load that did not end."""
    without_limits()
    tables = ", ".join(
        connection.ops.quote_name(model._meta.db_table) for model in (*TABLES, *AROUND)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # CASCADE reaches only what points at orders and sellers: there were none before.
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        get_user_model().objects.filter(email__endswith=PEOPLE_AT).delete()
    put_back(connections=processes)
