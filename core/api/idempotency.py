"""`Idempotency-Key` on every POST (the IETF draft's rules): sent twice, done once."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from core.accounts.idempotency import Answer, Refused, once, principal_of
from core.api.rendering import canonical, to_json
from core.errors import DomainError, InvalidInput

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
REFUSALS = (DomainError, APIException, Http404, PermissionDenied)
# Refusals of the request itself. The others depend on who asks and when, and are asked again.
KEPT_REFUSALS = {400, 422}
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


class KeyMissing(InvalidInput):
    code = "idempotency_key_missing"
    message = _("Every POST needs an Idempotency-Key: 1 to 255 visible characters, a UUID say.")


def answered_once(view, request: Request, act: Callable[[], Response]) -> HttpResponse:
    """The answer of `act`, or the one that this key got before (`Idempotent-Replayed: true`).

    Called after the view has authorised the request, so a replay is authorised anew. Raises
    KeyMissing (400), RequestInFlight (409), KeyReused (422).
    """
    answer = once(
        principal=principal_of(request.actor),
        key=key_of(request),
        request_hash=hash_of(request),
        act=lambda: _answer(view, act),
    )
    response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def key_of(request: Request) -> str:
    key = request.headers.get(HEADER, "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':  # the draft's own notation
        key = key[1:-1]
    if not KEY.fullmatch(key):
        raise KeyMissing()
    return key


def hash_of(request: Request) -> str:
    """Method, address and content; the order of the content's keys does not matter. A file that
    is given counts with its name and what is in it."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    content: Any = request.data
    if files := request.FILES:
        content = dict(content.items()) | {name: _print_of(files[name]) for name in files}
    digest.update(canonical(content))
    return digest.hexdigest()


def _print_of(upload: UploadedFile) -> list[str]:
    content = hashlib.sha256()
    for chunk in upload.chunks():
        content.update(chunk)
    upload.seek(0)
    return [str(upload.name), content.hexdigest()]


def _answer(view, act: Callable[[], Response]) -> Answer:
    try:
        return _answer_of(act())
    except REFUSALS as refusal:
        raise Refused(_answer_of(view.handle_exception(refusal))) from refusal


def _answer_of(response: Response) -> Answer:
    headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    headers["Content-Type"] = response.content_type or "application/json"
    if response.has_header("Retry-After"):
        headers["Retry-After"] = response["Retry-After"]
    return Answer(
        status=response.status_code,
        body="" if response.data is None else to_json(response.data).decode(),
        headers=headers,
        kept=response.status_code < 300 or response.status_code in KEPT_REFUSALS,
    )
