"""The OpenAPI document's operations: what every endpoint has is written here once."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from core.api.idempotency import HEADER
from core.api.permissions import scope_of
from core.api.problems import CONTENT_TYPE

TEXT = {"type": "string"}
ERROR = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {**TEXT, "description": "JSON pointer to the input at fault."},
        "code": TEXT,
        "detail": TEXT,
        "allowed": {"type": "array", "items": TEXT},
    },
}
PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable and for programs.",
    "required": ["type", "title", "status", "detail", "code", "errors", "allowed_actions"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "errors": {"type": "array", "items": ERROR},
        "request_id": {"type": ["string", "null"]},
        "allowed_actions": {"type": "array", "items": TEXT},
    },
}
READING = {
    "400": "A parameter is not valid.",
    "401": "No valid token.",
    "403": "The token lacks the scope.",
    "404": "Not there, or not for you.",
    "406": "Only JSON is spoken here.",
    "429": "Too many calls; see Retry-After.",
}
WRITING = READING | {
    "400": "The content is not valid, or the Idempotency-Key is missing.",
    "409": "A rule refuses, or a request with this key is in flight (Retry-After).",
    "412": "Changed since it was read (If-Match).",
    "413": "Too large.",
    "415": "Send application/json.",
    "422": "This Idempotency-Key was used for another request.",
}


class Schema(AutoSchema):
    def _is_list_view(self, serializer=None) -> bool:
        if self.method == "GET" and getattr(self.view, "is_list", False):
            return True
        return super()._is_list_view(serializer)

    def get_request_serializer(self):
        if self.method == "POST" and hasattr(self.view, "input_class"):
            return self.view.input_class
        return super().get_request_serializer()

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        if method == "POST":
            operation.setdefault("parameters", []).extend(_post_headers())
        self._add_problems(operation, WRITING if method == "POST" else READING)
        if scope := scope_of(self.view, method):
            note = f"Scope of the token: `{scope}`."
            operation["description"] = f"{operation.get('description', '')}\n\n{note}".strip()
        return operation

    def _add_problems(self, operation: dict, answers: dict[str, str]) -> None:
        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, object="Problem", schema=PROBLEM
        )
        self.registry.register_on_missing(component)
        for status, words in answers.items():
            operation["responses"].setdefault(
                status, {"description": words, "content": {CONTENT_TYPE: {"schema": component.ref}}}
            )


def _post_headers() -> list[dict]:
    return [
        {
            "name": HEADER,
            "in": "header",
            "required": True,
            "description": "1 to 255 visible characters, a UUID say. The same key with the same "
            "content is done once, for 30 days, and answered with `Idempotent-Replayed: true`.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        },
        {
            "name": "If-Match",
            "in": "header",
            "description": "The ETag of what you read; 412 when it has changed since.",
            "schema": {"type": "string"},
        },
    ]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "core.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "mkt_…"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "core.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema) -> dict:
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
