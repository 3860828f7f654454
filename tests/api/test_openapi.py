"""The OpenAPI document says what every endpoint promises."""

import pytest
from django.urls import get_resolver

from core.api.problems import CONTENT_TYPE

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_anybody_may_read_it(client):
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")


def test_every_endpoint_is_in_it(document):
    from rest_framework.views import APIView

    served = {
        f"/{pattern}".replace("<str:", "{").replace("<int:", "{").replace(">", "}")
        for pattern, view in _routes(get_resolver())
        if pattern.startswith("api/v1/") and issubclass(getattr(view, "cls", type), APIView)
    }
    assert served - {"/api/v1/openapi.json"} == set(document["paths"])


def _routes(resolver, prefix=""):
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _routes(entry, pattern)
        else:
            yield pattern, entry.callback


def test_every_refusal_is_a_problem(document):
    for name, operation in operations(document):
        for status in ("401", "403", "404", "429"):
            content = operation["responses"][status]["content"]
            assert list(content) == [CONTENT_TYPE], name
            assert content[CONTENT_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_operation_names_its_scope(document):
    assert all("Scope of the token" in each["description"] for _name, each in operations(document))


def test_every_post_asks_for_an_idempotency_key(document):
    posts = [each for name, each in operations(document) if name.startswith("post ")]
    assert posts
    for operation in posts:
        headers = {each["name"]: each for each in operation["parameters"] if each["in"] == "header"}
        assert headers["Idempotency-Key"]["required"] is True
        assert {"409", "422"} <= set(operation["responses"])


def test_lists_say_how_to_walk_them(document):
    parameters = document["paths"]["/api/v1/orders/"]["get"]["parameters"]
    assert {"cursor", "page_size", "updated_since"} <= {each["name"] for each in parameters}
    answer = document["paths"]["/api/v1/orders/"]["get"]["responses"]["200"]
    [reference] = answer["content"]["application/json"]["schema"].values()
    page = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    assert set(page["required"]) == {"next", "previous", "next_updated_since", "results"}
