"""Idempotency is not a matter of remembering: whatever endpoint has a POST does it once."""

import inspect
import re

import pytest
from django.urls import get_resolver
from rest_framework.views import APIView

from tests.api.test_openapi import _routes
from tests.factories import make_owner
from tests.people import signed_in

ENDPOINTS = {
    f"/{pattern}": view.cls
    for pattern, view in _routes(get_resolver())
    if inspect.isclass(getattr(view, "cls", None)) and issubclass(view.cls, APIView)
}
POSTS = sorted(path for path, endpoint in ENDPOINTS.items() if hasattr(endpoint, "post"))


def test_a_change_of_state_is_a_post_of_a_new_resource():
    assert POSTS
    for endpoint in ENDPOINTS.values():
        assert not any(hasattr(endpoint, method) for method in ("put", "patch", "delete"))


@pytest.mark.django_db
@pytest.mark.parametrize("path", POSTS)
def test_a_post_without_a_key_is_refused_before_anything_else(client, path):
    url = re.sub(r"<[^>]+>", "1", path)
    response = signed_in(client, make_owner()).post(url, {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
