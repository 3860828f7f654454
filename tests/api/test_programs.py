"""A program's call goes past what only pages need, and past nothing else."""

import pytest
from django.test import RequestFactory

from marketplace.programs import is_from_program
from tests.factories import make_owner
from tests.people import bearer, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "authorization", "expected"),
    [
        ("/api/v1/orders/", "Bearer mkt_x", True),
        ("/api/v1/orders/", "bearer mkt_x", True),
        ("/api/v1/orders/", "Basic abc", False),
        ("/owner/orders/", "Bearer mkt_x", False),
        ("/apiary/", "Bearer mkt_x", False),
    ],
)
def test_only_an_endpoint_called_with_a_token_is_a_programs_call(path, authorization, expected):
    request = RequestFactory().get(path, headers={"Authorization": authorization})
    assert is_from_program(request) is expected


def test_security_headers_stay(client):
    response = client.get("/api/v1/orders/", headers=bearer(make_owner(), "orders:read"))
    assert response.status_code == 200
    for header in ("X-Frame-Options", "Content-Security-Policy", "X-Content-Type-Options"):
        assert response.has_header(header)
    assert not response.cookies


def test_a_session_does_not_help_a_wrong_token(client):
    signed_in(client, make_owner())
    response = client.get("/api/v1/orders/", headers={"Authorization": "Bearer mkt_wrong"})
    assert response.status_code == 401
