"""Small seeded marketplaces, and what a load must leave as it was."""

from datetime import UTC, datetime

from core.statements import fetched
from marketplace.seed.shape import Shape

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def shape(**facts) -> Shape:
    return Shape(**{"orders": 300, "sellers": 12, "seed": 3, "now": NOON, "days": 40} | facts)


def structure() -> list[tuple]:
    """Everything that a load holds back, as the database describes it."""
    return fetched(
        "SELECT indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
        "SELECT conrelid::regclass::text, conname || pg_get_constraintdef(oid), convalidated::text "
        "FROM pg_constraint WHERE connamespace = 'public'::regnamespace UNION ALL "
        "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger "
        "WHERE NOT tgisinternal ORDER BY 1, 2, 3",
        [],
    )
