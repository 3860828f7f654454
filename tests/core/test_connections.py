"""A call after a quiet one asks nothing of its connection; after a lost one it gets another."""

import psycopg2
import pytest
from django.core.signals import request_started
from django.db import connection, connections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kept_connection():
    connection.close()
    before = (
        connection.settings_dict["CONN_HEALTH_CHECKS"],
        connection.settings_dict["CONN_MAX_AGE"],
    )
    connection.settings_dict.update(CONN_HEALTH_CHECKS=True, CONN_MAX_AGE=60)
    yield
    checks, age = before
    connection.close()
    connection.settings_dict.update(CONN_HEALTH_CHECKS=checks, CONN_MAX_AGE=age)


@pytest.fixture
def asked_whether_usable(monkeypatch):
    asked = []
    truly = type(connections["default"]).is_usable
    monkeypatch.setattr(
        type(connections["default"]),
        "is_usable",
        lambda wrapper: asked.append(True) or truly(wrapper),
    )
    return asked


def call() -> int:
    """What a call does: the process serving it, at the server."""
    request_started.send(sender=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(process: int) -> None:
    with psycopg2.connect(**connection.get_connection_params()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        assert cursor.fetchone() == (True,)
    other.close()


def test_a_quiet_connection_is_taken_as_it_is(asked_whether_usable):
    assert call() == call() == call()
    assert not asked_whether_usable


def test_a_connection_that_the_server_ended_is_replaced(asked_whether_usable):
    first = call()
    end(first)
    assert call() != first
    assert asked_whether_usable


def test_one_that_we_have_closed_ourselves_is_replaced():
    first = call()
    connection.connection.close()
    assert call() != first
