"""Indexes, unique and foreign keys and checks of triggers, held back while rows come in by COPY.

What is held back stands in a table of its own, written in the transaction that drops it: however a
load ends, by an error or a power cut, it can be put back from there. Putting back checks every
row, so nothing gets in that the rules would have refused. CHECK constraints and primary keys stay
all the time, and so do partial indexes, whose conditions PostgreSQL words otherwise when it is told
its own words again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, models, transaction

from core.statements import fetched

HELD = "seed_held_back"
_TABLES = "relation.oid = ANY(%(tables)s::regclass[])"
# What is dropped and made again, in the order of making: rank, table, drop, make, check.
# Foreign keys are made without looking at the rows, which is quick, and then checked.
_PIECES = f"""
    SELECT 2 AS rank, relation.oid::regclass::text AS owner,
           format('ALTER TABLE %%s DROP CONSTRAINT %%I', relation.oid::regclass, rule.conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s NOT VALID', relation.oid::regclass,
                  rule.conname, pg_get_constraintdef(rule.oid)),
           format('ALTER TABLE %%s VALIDATE CONSTRAINT %%I', relation.oid::regclass, rule.conname)
    FROM pg_constraint rule JOIN pg_class relation ON relation.oid = rule.conrelid
    WHERE rule.contype = 'f' AND ({_TABLES} OR EXISTS (
        SELECT 1 FROM pg_constraint target WHERE target.conindid = rule.conindid
        AND target.contype = 'u' AND target.conrelid = ANY(%(tables)s::regclass[])))
    UNION ALL
    SELECT 1, relation.oid::regclass::text,
           format('ALTER TABLE %%s DROP CONSTRAINT %%I', relation.oid::regclass, rule.conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', relation.oid::regclass,
                  rule.conname, pg_get_constraintdef(rule.oid)), ''
    FROM pg_constraint rule JOIN pg_class relation ON relation.oid = rule.conrelid
    WHERE rule.contype = 'u' AND {_TABLES}
    UNION ALL
    SELECT 1, relation.oid::regclass::text,
           format('DROP INDEX %%s', entry.indexrelid::regclass),
           pg_get_indexdef(entry.indexrelid), ''
    FROM pg_index entry JOIN pg_class relation ON relation.oid = entry.indrelid
    WHERE NOT entry.indisprimary AND entry.indpred IS NULL AND {_TABLES} AND NOT EXISTS (
        SELECT 1 FROM pg_constraint rule WHERE rule.conindid = entry.indexrelid
        AND rule.contype IN ('u', 'x') AND rule.conrelid = entry.indrelid)
    UNION ALL
    SELECT 3, relation.oid::regclass::text,
           format('ALTER TABLE %%s DISABLE TRIGGER %%I', relation.oid::regclass, trigger.tgname),
           format('ALTER TABLE %%s ENABLE TRIGGER %%I', relation.oid::regclass, trigger.tgname), ''
    FROM pg_trigger trigger JOIN pg_class relation ON relation.oid = trigger.tgrelid
    WHERE trigger.tgconstraint <> 0 AND NOT trigger.tgisinternal AND {_TABLES}
"""  # noqa: S608 (our own words)


def is_held_back() -> bool:
    """Whether a load has left something to put back."""
    return HELD in connection.introspection.table_names()


@transaction.atomic
def hold_back(tables: Iterable[type[models.Model]]) -> None:
    """Drop what slows a load of these tables, and write down how to make it again."""
    names = [table._meta.db_table for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_PIECES, {"tables": names})
        pieces = sorted(cursor.fetchall(), key=lambda piece: (-piece[0], piece[2]))
        cursor.execute(
            f"CREATE TABLE {HELD} (id serial PRIMARY KEY, rank int, owner text, statement text)"
        )
        for rank, owner, drop, make, check in pieces:
            cursor.execute(drop)
            _note(cursor, rank, owner, make)
            if check:
                _note(cursor, rank + 2, owner, check)


def _note(cursor, rank: int, owner: str, statement: str) -> None:
    cursor.execute(
        f"INSERT INTO {HELD} (rank, owner, statement) VALUES (%s, %s, %s)",  # noqa: S608
        [rank, owner, statement],
    )


def put_back(*, connections: int, progress: Callable[[int], None] = lambda _done: None) -> None:
    """Make everything again that was held back, checking all rows.

    Each statement is struck off as it is done. With several `connections` the tables are worked
    on side by side, where their statements do not wait for each other.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # Indexes, then foreign keys, triggers, and what checks the foreign keys.
    for rank, side_by_side in ((1, True), (2, False), (3, False), (4, True)):
        groups = list(_by_owner(rank).values())
        if connections == 1 or not side_by_side:
            for group in groups:
                _make(group, progress)
            continue
        with ThreadPoolExecutor(connections) as pool:
            for done in [pool.submit(_make_apart, group, progress) for group in groups]:
                done.result()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {HELD}")


def to_make() -> int:
    """How many statements `put_back` has before it."""
    return fetched(f"SELECT count(*) FROM {HELD}", [])[0][0]  # noqa: S608


def _by_owner(rank: int) -> dict[str, list[tuple[int, str]]]:
    """The statements of this rank by table, those of the largest table first."""
    rows = fetched(
        f"SELECT owner, id, statement FROM {HELD} WHERE rank = %s "  # noqa: S608
        "ORDER BY pg_relation_size(owner::regclass) DESC, owner, id",
        [rank],
    )
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for owner, pk, statement in rows:
        groups[owner].append((pk, statement))
    return groups


def _make(group: Sequence[tuple[int, str]], progress: Callable[[int], None]) -> None:
    for pk, statement in group:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {HELD} WHERE id = %s", [pk])  # noqa: S608
            cursor.execute(statement)
        progress(1)


def _make_apart(group: Sequence[tuple[int, str]], progress: Callable[[int], None]) -> None:
    """In a thread, which has a connection of its own."""
    try:
        without_limits()
        _make(group, progress)
    finally:
        connection.close()


def without_limits() -> None:
    """Let this session's statements take the time and memory that a bulk load needs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
            "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'"
        )
