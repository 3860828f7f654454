"""After a test with real commits only those tables are emptied that have rows.

Django truncates every table and then writes all permissions and content types again, which takes
longer than most tests. Needs a superuser's rights on PostgreSQL, because some tables refuse to lose
rows; without them Django does it its way.
"""

from functools import cache

import pytest

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    from django.conf import settings

    if not settings.configured:
        return
    from django.test import TransactionTestCase

    in_djangos_way = TransactionTestCase._fixture_teardown

    def empty(case) -> None:
        if may_pass_over_triggers():
            empty_tables()
        else:
            in_djangos_way(case)

    TransactionTestCase._fixture_teardown = empty


@cache
def may_pass_over_triggers() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return cursor.fetchone()[0]


@cache
def _tables() -> list[str]:
    from django.db import connection

    names = set(connection.introspection.table_names()) - KEPT
    return sorted(map(connection.ops.quote_name, names))


def empty_tables() -> None:
    from django.db import connection, transaction

    from orders.defaults import ensure_reasons

    has_rows = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in _tables())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(has_rows))
        used = [table for (table,) in cursor.fetchall()]
        if used:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in used))
            cursor.execute("SET LOCAL session_replication_role = origin")
        ensure_reasons()  # as in tests/conftest.py: of the tables, only this one is never empty
