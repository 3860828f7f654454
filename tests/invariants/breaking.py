"""Ways to break each invariant, past every check of the database: in SQL, for tests only."""

from collections.abc import Callable

from django.db import connection

BREAKS: dict[str, Callable[[], None]] = {}


def breaks(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(act: Callable[[], None]) -> Callable[[], None]:
        assert name not in BREAKS, name
        BREAKS[name] = act
        return act

    return register


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def without_protection() -> None:
    """From here to the end of the transaction no trigger and no foreign key is looked at."""
    execute(
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET LOCAL session_replication_role = replica",
    )


def drop(table: str, *constraints: str) -> None:
    """Unique constraints with a condition are indexes to PostgreSQL."""
    for name in constraints:
        execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        execute(f"DROP INDEX IF EXISTS {name}")


def clone(table: str, where: str, **changes: str) -> None:
    """Copy the first row, with these columns set to these SQL expressions."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        columns = [column.name for column in cursor.description if column.name != "id"]
    values = ", ".join(changes.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where} "
        "ORDER BY id LIMIT 1"
    )


def order(number: str) -> str:
    return f"(SELECT id FROM orders_order WHERE number = '{number}')"


def tell(kind: str, table: str, where: str, status: str, before: str) -> None:
    """Move a row as an operation would, event and all."""
    clone(
        "events_event",
        f"subject_type = '{kind}' AND subject_id = (SELECT id FROM {table} WHERE {where})",
        type=f"'{kind}.{status}'",
        seq=f"(SELECT version + 1 FROM {table} WHERE {where})",
        data=f"""'{{"from": "{before}", "to": "{status}"}}'::jsonb""",
        actor_role="'system'",
        imported="true",
    )
    execute(f"UPDATE {table} SET version = version + 1, status = '{status}' WHERE {where}")
