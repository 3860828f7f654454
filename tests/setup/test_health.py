"""The addresses that machines ask."""

import pytest
from django.test import override_settings


def test_health_asks_no_server(client):
    assert client.get("/healthz/").status_code == 200


@pytest.mark.django_db
def test_ready_when_database_and_redis_answer(client):
    answer = client.get("/readyz/")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok"})


@pytest.mark.django_db
@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_not_ready_without_redis_and_says_so(client):
    answer = client.get("/readyz/")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "redis": "down"})


@override_settings(METRICS_TOKEN="")
def test_there_are_no_metrics_without_a_token(client):
    assert client.get("/metrics/", headers={"Authorization": "Bearer "}).status_code == 404


@override_settings(METRICS_TOKEN="a-secret")
@pytest.mark.parametrize(("given", "status"), [("Bearer a-secret", 200), ("Bearer another", 404)])
def test_metrics_want_their_token(client, given, status):
    answer = client.get("/metrics/", headers={"Authorization": given})
    assert answer.status_code == status
    assert (b"django_http_requests" in answer.content) is (status == 200)
