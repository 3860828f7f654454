"""What a channel had not finished goes back, even after its connection is forgotten."""

import uuid

import pytest
from django.conf import settings
from kombu import Connection

from marketplace import broker


@pytest.fixture
def connection():
    broker.use()
    with Connection(settings.CELERY_BROKER_URL) as connection:
        yield connection


def test_a_channel_closed_after_its_connection_gives_its_messages_back(connection):
    queue = connection.SimpleQueue(f"test-{uuid.uuid4()}")
    try:
        queue.put({"order": 1})
        other = connection.clone()
        lost = other.SimpleQueue(queue.queue.name)
        lost.get(timeout=5)  # taken, not yet finished
        other.transport.client = None  # as kombu leaves it when the broker went away
        lost.channel.close()

        given_back = queue.get(timeout=5)
        assert given_back.payload == {"order": 1}
        given_back.ack()
    finally:
        queue.queue.delete()
