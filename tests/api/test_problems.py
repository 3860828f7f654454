"""Every refusal has one shape, whoever refuses."""

import pytest

from core.events.models import Event
from tests.factories import make_order, make_owner
from tests.people import bearer, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_endpoints")]
MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "code",
    "errors",
    "request_id",
    "allowed_actions",
}


def problem_in(response, status: int) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == MEMBERS
    assert body["status"] == status
    assert body["request_id"]
    return body


@pytest.fixture
def owner():
    return bearer(make_owner(), "orders:read", "cancellations:write")


@pytest.fixture
def remark(client, owner):
    order = make_order()

    def post(content, *, key="k1", **headers):
        kind = headers.pop("kind", "application/json")
        headers = {**owner, "Idempotency-Key": key} | headers
        url = f"/api/v1/orders/{order.number}/remarks/"
        return client.post(url, content, content_type=kind, headers=headers)

    return post


def test_without_a_token(client):
    response = client.get("/api/v1/orders/")
    assert problem_in(response, 401)["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == "Bearer"


def test_with_a_wrong_token(client):
    response = client.get("/api/v1/orders/", headers={"Authorization": "Bearer mkt_x"})
    assert problem_in(response, 401)["code"] == "token_not_valid"
    assert response["WWW-Authenticate"] == "Bearer"


def test_without_the_scope(client):
    headers = bearer(make_owner(), "refunds:read")
    body = problem_in(client.get("/api/v1/orders/", headers=headers), 403)
    assert (body["code"], body["allowed_actions"]) == ("missing_scope", ["orders:read"])


def test_an_endpoint_that_names_no_scope_is_closed(client, owner):
    problem_in(client.get("/api/v1/silent/", headers=owner), 403)


def test_what_is_not_there(client, owner):
    problem_in(client.get("/api/v1/orders/M-404/", headers=owner), 404)
    problem_in(client.get("/api/v1/nothing/", headers=owner), 404)
    problem_in(client.post("/api/v1/nothing"), 404)


def test_a_method_that_does_not_exist(client, owner):
    assert problem_in(client.delete("/api/v1/orders/", headers=owner), 405)
    response = client.post("/api/v1/orders/", headers=owner | {"Idempotency-Key": "k"})
    problem_in(response, 405)


def test_another_kind_of_content(remark):
    assert problem_in(remark("a=1", kind="text/plain"), 415)


def test_malformed_json_is_shown_where(remark):
    body = problem_in(remark('{"text": "a",\n "quantity": }'), 400)
    assert body["code"] == "malformed_json"
    assert "line 2, column 14" in body["detail"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"text": "a", "text": "b"}', "duplicate_key"),
        ('{"text": NaN}', "malformed_json"),
        ('{"text": "\\ud800"}', "malformed_json"),
        ('{"text": "a\\u0000"}', "nul_character"),
        ("[" * 100_000, "malformed_json"),
        ('{"quantity": ' + "9" * 5000 + "}", "malformed_json"),
    ],
)
def test_json_that_others_guess_at_is_refused(remark, content, code):
    assert problem_in(remark(content), 400)["code"] == code


def test_every_field_at_fault_is_named_at_once(remark):
    body = problem_in(remark('{"quantity": 0, "qty": 1}'), 400)
    assert {(error["pointer"], error["code"]) for error in body["errors"]} == {
        ("/text", "required"),
        ("/quantity", "min_value"),
        ("/qty", "unknown_field"),
    }
    unknown = next(error for error in body["errors"] if error["code"] == "unknown_field")
    assert "text, quantity" in unknown["detail"]


@pytest.mark.parametrize("content", ["[]", '"text"', "null", "1"])
def test_a_document_that_is_no_object(remark, content):
    problem_in(remark(content), 400)


def test_a_rule_says_no(remark):
    body = problem_in(remark('{"text": "conflict"}'), 409)
    assert (body["code"], body["detail"]) == ("conflict", "There is one already.")
    assert body["allowed_actions"] == ["withdraw"]
    assert not Event.objects.filter(type="order.remarked").exists()


def test_several_rules_say_no(remark):
    errors = problem_in(remark('{"text": "fields"}'), 400)["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/items/0/quantity", "invalid"),
        ("/items/1/reason", "unknown_reason"),
    ]
    assert errors[0]["allowed"] == ["1", "2"]


def test_an_error_of_ours_tells_nothing_of_itself(remark, client):
    client.raise_request_exception = False
    body = problem_in(remark('{"text": "crash"}'), 500)
    assert body["code"] == "server_error"
    assert "Zero" not in str(body)
    assert not Event.objects.filter(type="order.remarked").exists()


def test_too_large(remark, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert problem_in(remark('{"text": "' + "a" * 200 + '"}'), 413)["code"] == "too_large"


def test_too_many_calls(client, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    headers = bearer(make_owner(), "orders:read")
    answers = [client.get("/api/v1/orders/", headers=headers) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 2  # the clock minute may turn in between, once
    problem_in(refused[0], 429)
    assert 1 <= int(refused[0]["Retry-After"]) <= 60


def test_calls_are_let_through_while_redis_is_away(client, monkeypatch):
    from redis.exceptions import ConnectionError as Away

    def away(*args, **kwargs):
        raise Away

    monkeypatch.setattr("core.api.throttling.count", away)
    headers = bearer(make_owner(), "orders:read")
    assert client.get("/api/v1/orders/", headers=headers).status_code == 200


def test_somebody_signed_in_may_read_but_must_show_the_csrf_token_to_write(settings):
    from django.test import Client

    order = make_order()
    client = signed_in(Client(enforce_csrf_checks=True), make_owner())
    assert client.get("/api/v1/orders/").status_code == 200
    response = client.post(
        f"/api/v1/orders/{order.number}/remarks/",
        {"text": "a"},
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    problem_in(response, 403)


def test_somebody_signed_in_holds_only_the_scopes_of_their_rank(client):
    order = make_order()
    url = f"/api/v1/orders/{order.number}/remarks/"
    answer = signed_in(client, make_owner("employee")).post(
        url, {"text": "a"}, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert problem_in(answer, 403)["code"] == "missing_scope"
