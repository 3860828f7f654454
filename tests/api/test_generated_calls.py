"""Calls that nobody thought of, made from the OpenAPI document and sent to a marketplace in which
every kind of thing is there.

Whatever is sent, the answer is one that the document promises: its status, its content type and
its shape; never an error of ours.
"""

import re
from contextlib import contextmanager
from uuid import uuid4

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.accounts.scopes import scopes_for
from tests.architecture.permissions import CUSTOMER, OWNER, ROUTES, SELLER
from tests.architecture.test_permission_matrix import build, route_of
from tests.people import token_of

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDPOINTS = sorted(name for name in ROUTES if "api:" in name)
CALLS = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def one_connection():
    """Requests end without closing the connection that the test's transaction is in."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def marketplace(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world of the permission matrix, the document, and a token of each side of it."""
    own = override_settings(
        PRIVATE_FILES_DIR=str(tmp_path_factory.mktemp("files")), API_REQUESTS_PER_MINUTE=10**6
    )
    cache.clear()
    with own, one_connection(), django_db_blocker.unblock(), transaction.atomic():
        world = build()
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
        tokens = {}
        for person in (CUSTOMER, SELLER, OWNER):
            actor = world.people[person]
            scopes = [scope.code for scope in scopes_for(actor.role, actor.rank)]
            tokens[person] = token_of(actor, *scopes)
        yield world, schema, tokens
        transaction.set_rollback(True)


def path_of(name: str) -> str:
    """The path of this endpoint as the document writes it."""
    prefix, resolver = get_resolver().namespace_dict["api"]
    [pattern] = (
        str(entry.pattern)
        for entry in resolver.url_patterns
        if f"api:{entry.name}" == route_of(name)
    )
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", prefix + pattern)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_answer_is_one_that_is_promised(marketplace, name):
    world, schema, tokens = marketplace
    row = ROUTES[name]
    keys = world.keys[row.of] if row.of else {}
    people = [person for person in tokens if person in row.may]
    assert people, "a row that none of the three sides may ask is not called at all"
    operation = schema[path_of(name)][row.method.upper()]

    @CALLS
    @given(case=operation.as_strategy())
    def call(case):
        case.path_parameters = dict(keys)
        case.headers["Idempotency-Key"] = str(uuid4())
        case.headers.pop("If-Match", None)
        for person in people if row.method == "get" else people[-1:]:
            with transaction.atomic():
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {tokens[person]}"}, checks=PROMISES
                )
                transaction.set_rollback(True)

    call()
