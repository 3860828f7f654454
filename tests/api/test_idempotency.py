"""Sent twice, done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Gate

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.accounts.idempotency import Answer, RequestInFlight, forget_old_keys, once
from core.accounts.models import IdempotencyRecord
from core.events.models import Event
from tests.factories import make_member, make_order, make_owner, make_seller
from tests.people import bearer, user_of


@pytest.fixture
def order(db):
    return make_order()


@pytest.fixture
def post(order, sample_endpoints):
    def send(headers, text="hello", *, key="k1", client=None):
        return (client or Client()).post(
            f"/api/v1/orders/{order.number}/remarks/",
            {"text": text},
            content_type="application/json",
            headers=headers | ({"Idempotency-Key": key} if key else {}),
        )

    return send


@pytest.fixture
def owner(db):
    return bearer(make_owner(), "cancellations:write")


def remarks() -> int:
    return Event.objects.filter(type="order.remarked").count()


def test_a_key_is_mandatory(post, owner):
    for key in ("", "with blank", "ü", "a" * 256):
        response = post(owner, key=key)
        assert response.status_code == 400
        assert response.json()["code"] == "idempotency_key_missing"
    assert remarks() == 0


def test_the_same_again_gets_the_same_answer_and_does_nothing(post, owner, order):
    first, again = post(owner), post(owner)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert first["Location"].endswith(f"/api/v1/orders/{order.number}/")
    assert first["ETag"] == again["ETag"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert remarks() == 1


def test_a_quoted_key_is_the_same_key(post, owner):
    post(owner, key="k1")
    assert post(owner, key='"k1"')["Idempotent-Replayed"] == "true"


def test_the_order_of_keys_in_the_content_does_not_matter(post, owner, order, client):
    url = f"/api/v1/orders/{order.number}/remarks/"
    headers = owner | {"Idempotency-Key": "k"}
    for content in ('{"text": "a", "quantity": 2}', '{ "quantity":2,"text":"a"}'):
        response = client.post(url, content, content_type="application/json", headers=headers)
        assert response.status_code == 201
    assert remarks() == 1


def test_another_content_under_the_same_key_is_refused(post, owner):
    post(owner, "hello")
    response = post(owner, "goodbye")
    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"
    assert remarks() == 1


def test_two_callers_may_use_the_same_key(post, owner):
    post(owner)
    assert post(bearer(make_owner(), "cancellations:write")).status_code == 201
    assert remarks() == 2


def test_a_refused_content_is_kept(post, owner):
    first, again = post(owner, "fields"), post(owner, "fields")
    assert first.status_code == again.status_code == 400
    assert again["Idempotent-Replayed"] == "true"
    assert again["Content-Type"] == "application/problem+json"
    assert remarks() == 0


@pytest.mark.parametrize("text", ["conflict", "forbidden"])
def test_a_refusal_that_depends_on_the_moment_is_asked_again(post, owner, text, sample_endpoints):
    assert post(owner, text).status_code == post(owner, text).status_code
    assert sample_endpoints == [text, text]
    assert not IdempotencyRecord.objects.exists()


def test_a_crash_leaves_neither_act_nor_record(post, owner, sample_endpoints):
    client = Client(raise_request_exception=False)
    assert post(owner, "crash", client=client).status_code == 500
    assert sample_endpoints == ["crash"]
    assert remarks() == 0
    assert not IdempotencyRecord.objects.exists()


def test_a_replay_is_authorised_again(post):
    member = make_owner()
    headers = bearer(member, "cancellations:write")
    assert post(headers).status_code == 201
    user_of(member).staff_memberships.update(valid_to=timezone.now())
    assert post(headers).status_code == 401


def test_a_foreign_seller_gets_404_and_no_record(post):
    response = post(bearer(make_member(make_seller()), "cancellations:write"))
    assert response.status_code == 404
    assert not IdempotencyRecord.objects.exists()


def test_keys_are_forgotten_after_thirty_days(post, owner):
    post(owner)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(days=29))
    assert forget_old_keys() == 0
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert "Idempotent-Replayed" not in post(owner)
    assert remarks() == 2


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_while_one_is_in_flight_the_others_are_told_so():
    inside, leave = Gate(), Gate()

    def slow() -> Answer:
        inside.set()
        assert leave.wait(10)
        return Answer(201, "done")

    def run(act):
        try:
            return once(principal="p", key="k", request_hash="h", act=act)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(run, slow)
        assert inside.wait(10)
        with pytest.raises(RequestInFlight):
            run(lambda: pytest.fail("done twice"))
        leave.set()
        assert first.result().status == 201
    assert run(lambda: pytest.fail("done twice")).replayed


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_six_at_once_through_http_make_one(sample_endpoints):
    order, headers = make_order(), bearer(make_owner(), "cancellations:write")

    def send(_):
        try:
            return Client().post(
                f"/api/v1/orders/{order.number}/remarks/",
                {"text": "once"},
                content_type="application/json",
                headers=headers | {"Idempotency-Key": "k"},
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all("Retry-After" in answer for answer in answers if answer.status_code == 409)
    assert remarks() == 1
    assert sample_endpoints == ["once"]
    assert send(0)["Idempotent-Replayed"] == "true"


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_who_waits_gets_the_result_of_the_first():
    done = []

    def act() -> Answer:
        done.append(1)
        return Answer(302, headers={"Location": "/there/"})

    def run(_):
        try:
            return once(principal="p", key="k", request_hash="h", act=act, wait=True)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(run, range(6)))
    assert done == [1]
    assert {answer.headers["Location"] for answer in answers} == {"/there/"}
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 5
