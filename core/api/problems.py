"""Every refusal of the API is a problem after RFC 9457, whoever refused it.

Members: type, title, status, detail, code, errors[] {pointer, code, detail}, request_id,
allowed_actions. `code` is stable and for programs; title and detail are for people.
"""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import DomainError, Problems

CONTENT_TYPE = "application/problem+json"
NON_FIELD = "non_field_errors"


class TooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def handle(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None (only with DEBUG on) lets an unforeseen error through."""
    response: Response | None
    if isinstance(exc, DomainError):
        response = Response(problem_of(exc), status=exc.status)
        if retry_after := getattr(exc, "retry_after", None):
            response["Retry-After"] = str(retry_after)
    else:
        response = _Handler(exc, context).run()
    if response is not None:
        response.content_type = CONTENT_TYPE
    return response


def problem_of(refusal: DomainError) -> dict[str, Any]:
    """What a rule's refusal looks like for a program."""
    refusals = refusal.problems if isinstance(refusal, Problems) else [refusal]
    errors = [
        {"pointer": pointer_to(one.field), "code": one.code, "detail": str(one)}
        | ({"allowed": one.allowed} if one.allowed else {})
        for one in refusals
        if one.field is not None or isinstance(refusal, Problems)
    ]
    return problem(
        status=refusal.status,
        code=refusal.code,
        detail=str(refusal),
        errors=errors,
        allowed_actions=refusal.allowed,
    )


def problem(
    *,
    status: int,
    code: str,
    detail: str,
    errors: list[dict] | None = None,
    allowed_actions: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "type": f"urn:problem:{code.replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
        "allowed_actions": allowed_actions or [],
    }


def pointer_to(field: str | None) -> str:
    """A JSON pointer from the path "items/0/quantity"; the whole document is ""."""
    return f"/{field}" if field else ""


class _Formatter(ExceptionFormatter):
    def run(self) -> dict[str, Any]:
        if isinstance(self.exc, exceptions.ValidationError):
            errors = [
                {"pointer": self._pointer(error.attr), "code": error.code, "detail": error.detail}
                for error in self.get_errors()
            ]
            detail = _("What was sent is not valid; see errors.")
            return problem(status=400, code="invalid", detail=detail, errors=errors)
        error = next(iter(self.get_errors()), None)
        return problem(
            status=self.exc.status_code,
            code=error.code if error else "error",
            detail=error.detail if error else "",
            allowed_actions=getattr(self.exc, "allowed", None),
        )

    def _pointer(self, attr: str | None) -> str:
        parts = [part for part in (attr or "").split(".") if part != NON_FIELD]
        return "".join(f"/{part}" for part in parts)


class _Handler(ExceptionHandler):
    """What Django and DRF raise. An error nobody foresaw is 500 and tells nothing of itself."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Http404):
            return exceptions.NotFound(_("There is no such thing here."))
        if isinstance(exc, PermissionDenied):
            return exceptions.PermissionDenied()
        if isinstance(exc, RequestDataTooBig):
            return TooLarge(_("The body is too large."))
        if isinstance(exc, SuspiciousOperation):
            return exceptions.ParseError(_("This request cannot be read."))
        return exc

    def convert_unhandled_exceptions(self, exc: Exception) -> exceptions.APIException:
        if isinstance(exc, exceptions.APIException):
            return exc
        return exceptions.APIException(_("Something went wrong on our side."), code="server_error")

    def format_exception(self, exc: exceptions.APIException) -> dict:
        return _Formatter(exc, self.context, self.exc).run()
