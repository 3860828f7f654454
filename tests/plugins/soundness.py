"""What must hold after any test: locks before writes, and every invariant after commits."""

from contextlib import contextmanager

import pytest

NOT_IN_TESTS = {"time"}  # nobody beats here, and tests turn clocks


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "loose_rows(why): commits rows that no operation would write; not held to them"
    )


@pytest.fixture(autouse=True)
def _invariants_hold_after_commits(request):
    """Tests that commit leave a database behind in which every invariant holds."""
    if not _commits(request) or request.node.get_closest_marker("loose_rows"):
        yield
        return
    request.getfixturevalue("transactional_db")  # so that this ends before its rows go
    yield
    _hold()


@pytest.fixture
def assert_invariants(db):
    """Call it wherever everything must be sound."""
    return _hold


@pytest.fixture
def locks_first(db):
    """`with locks_first(): act()` fails unless an order was locked before the first write.

    A lock that is never evaluated is no lock: this looks at what PostgreSQL was sent.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def watch():
        with CaptureQueriesContext(connection) as captured:
            yield
        sent = [query["sql"] for query in captured.captured_queries]
        writes = [at for at, sql in enumerate(sent) if sql.startswith(("INSERT", "UPDATE"))]
        assert writes, "Nothing was written."
        locks = [at for at, sql in enumerate(sent) if _locks_order(sql)]
        assert locks, "No order was locked."
        assert locks[0] < writes[0], f"Written before the lock: {sent[writes[0]][:200]}"

    return watch


def plain(sql: str) -> str:
    """Without the quotes around names, which a statement may have or not."""
    return sql.replace('"', "")


def _locks_order(sql: str) -> bool:
    return sql.startswith("SELECT") and "FROM orders_order " in plain(sql) and "FOR UPDATE" in sql


def _commits(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    by_marker = marker is not None and marker.kwargs.get("transaction", False)
    return by_marker or bool({"transactional_db", "live_server"} & set(request.fixturenames))


def _hold() -> None:
    from marketplace.invariants.check import check

    violations = check(leaving_out=NOT_IN_TESTS)
    assert not violations, "\n".join(map(str, violations))
