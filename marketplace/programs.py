"""The short way for programs: a call with a token needs nothing that pages need."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import Http404
from django.utils import timezone
from rest_framework.views import APIView


def is_from_program(request) -> bool:
    """A call of an endpoint that shows a token. Who shows a session goes the way of pages, with
    CSRF enforced; so does who shows nothing."""
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    return request.path_info.startswith("/api/") and authorization[:7].lower() == "bearer "


# An answer is no page: it may load nothing, and stand in no frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}


class ProgramMiddleware:
    """Leads a program's call past all middleware that stands below: what a browser may do with a
    page, sessions, CSRF, messages, sign-in, htmx, the actor of a page. The endpoint asks the token
    itself."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.endpoint = convert_exception_to_response(_Endpoints()._get_response)

    def __call__(self, request):
        if not is_from_program(request):
            return self.get_response(request)
        request.actor = request.membership = None
        timezone.activate(ZoneInfo(settings.DEFAULT_TIME_ZONE))
        response = self.endpoint(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        return response


class _Endpoints(BaseHandler):
    """Finds the endpoint and calls it. Fails closed: the way is for endpoints only, because
    LoginRequiredMiddleware does not stand on it."""

    def __init__(self):
        self._view_middleware = [self._only_endpoints]
        self._template_response_middleware = []
        self._exception_middleware = []

    def _only_endpoints(self, request, view, args, kwargs) -> None:
        if not issubclass(getattr(view, "cls", object), APIView):
            raise Http404
