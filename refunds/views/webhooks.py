"""Where payment providers send their webhooks: open to anybody who can sign."""

import json
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from refunds.operations import take_message
from refunds.webhook_signature import BadSignature, verify


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class SimulatorWebhook(View):
    """POST /api/v1/provider-webhooks/simulator/: 204 when taken in, also the second time.

    Does not exist without SIMULATOR_WEBHOOK_SECRET.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.SIMULATOR_WEBHOOK_SECRET:
            raise Http404
        try:
            event_id = verify(
                settings.SIMULATOR_WEBHOOK_SECRET, request.headers, request.body, time.time()
            )
        except BadSignature as refusal:
            return _problem(401, "bad_signature", str(refusal))
        document = _document_of(request.body)
        if document is None:
            return _problem(400, "not_json", "not a JSON object that can be kept")
        take_message(gateway="simulator", event_id=event_id, document=document)
        return HttpResponse(status=204)


def _document_of(body: bytes) -> dict[str, Any] | None:
    if b"\\u0000" in body:  # PostgreSQL keeps no such character
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    problem = {"status": status, "code": code, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")
