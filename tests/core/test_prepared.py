"""Statements that come again are planned once for the connection, and answer the same."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import prepared
from core.statements import fetched, fetched_one

SUM = "SELECT 100 %% 7, sum(one.value + %(more)s) FROM unnest(%(values)s::bigint[]) AS one(value)"
TEXT = "SELECT upper(%s), %s::bigint"


@pytest.fixture(autouse=True)
def fresh_connection(transactional_db):
    connection.close()  # what earlier tests left with it is gone
    yield
    connection.close()


def left() -> list[str]:
    found = fetched("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time", [])
    return [statement.partition(" AS ")[2] for (statement,) in found]


def test_the_second_time_it_is_planned_and_the_third_only_run():
    asked = {"more": 1, "values": [1, 2, 3]}
    assert fetched_one(SUM, asked, often=True) == (2, 9)
    assert left() == []
    for more in (2, 3):
        assert fetched_one(SUM, asked | {"more": more}, often=True) == (2, 6 + 3 * more)
    [statement] = left()
    assert "$1" in statement
    assert "100 % 7" in statement


def test_values_stay_values():
    for hostile in ("x'); DROP TABLE orders_order; --", "%s $1", "ä€"):
        assert fetched_one(TEXT, [hostile, None], often=True) == (hostile.upper(), None)


def test_what_is_not_asked_often_is_not_left():
    for _ in range(3):
        fetched_one(TEXT, ["a", 1])
    assert left() == []


def test_a_transaction_undone_and_a_new_connection_change_no_answer():
    for _ in range(2):
        with transaction.atomic():
            assert fetched_one(TEXT, ["a", 1], often=True) == ("A", 1)
            transaction.set_rollback(True)
    assert fetched_one(TEXT, ["b", 2], often=True) == ("B", 2)
    assert len(left()) == 1
    connection.close()
    assert fetched_one(TEXT, ["c", 3], often=True) == ("C", 3)
    assert left() == []


def test_the_longest_unused_goes(monkeypatch):
    monkeypatch.setattr(prepared, "MOST", 2)
    asked = ["SELECT 1 + %s", "SELECT 2 + %s", "SELECT 1 + %s", "SELECT 3 + %s"]
    for statement in asked:
        for _ in range(2):
            fetched_one(statement, [1], often=True)
    assert left() == ["SELECT 1 + $1", "SELECT 3 + $1"]
    assert fetched_one("SELECT 2 + %s", [1], often=True) == (3,)


def test_written_down_and_pooled_statements_go_as_they_are(monkeypatch):
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            fetched_one(TEXT, ["a", 1], often=True)
    assert [query["sql"] for query in asked.captured_queries] == [
        "SELECT upper('a'), 1::bigint"
    ] * 3
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    for _ in range(3):
        fetched_one(TEXT, ["a", 1], often=True)
    assert left() == []
