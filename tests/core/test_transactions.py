"""Steps of an act join its transaction; alone they are a transaction themselves."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.transactions import joined


@joined
def step() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_alone_it_is_a_transaction_of_its_own():
    assert not connection.in_atomic_block
    assert step()
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_within_an_act_it_takes_no_savepoint():
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert step()

    assert [query["sql"] for query in asked.captured_queries] == ["SELECT 1"]
