"""The shapes most endpoints have. A view names its model, scopes and serializers, and calls one
operation; scoping, paging, ETags, strictness and idempotency are here."""

import hashlib
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.filtering import parameters_of, refuse_unknown
from core.api.idempotency import answered_once
from core.api.permissions import HasScope
from core.api.rendering import to_json
from core.api.serializers import StrictSerializer, checked
from core.errors import DomainError
from core.statements import visible_row

PAGING_PARAMETERS = {"cursor", "page_size"}


class PreconditionFailed(DomainError):
    code = "precondition_failed"
    status = 412
    message = gettext_lazy("This has changed since you read it. Read it again.")


class ScopedEndpoint(GenericAPIView):
    """What this actor may see of one model, found by its number. Names:

    model; read_scope, write_scope: the token's scopes per kind of method (none: closed)
    keyset: the list's ordering; ends with a unique column, no column is ever null
    update_keyset: the ordering with `updated_since`
    """

    model: Any = None
    permission_classes = [HasScope]
    lookup_field = "number"
    keyset = ("-id",)
    update_keyset = ("updated_at", "id")

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.model.objects.visible_to(self.request.actor)

    def load(self, model, **lookup):
        """The row of this actor, or 404, the same as missing. For a change the row must still be
        the one that `If-Match` names, where that is given: else 412."""
        row = visible_row(model, self.request.actor, **lookup)
        if row is None:
            raise Http404
        if self.request.method not in SAFE_METHODS:
            require_match(self.request, row)
        return row

    def filter_queryset(self, queryset):
        filterset_class = getattr(self, "filterset_class", None)
        known = set(PAGING_PARAMETERS)
        if filterset_class is not None:
            known |= parameters_of(filterset_class, queryset.model).keys()
        refuse_unknown(self.request.query_params, known)
        return super().filter_queryset(queryset)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
        response.setdefault("Cache-Control", "private, no-cache")
        return response


class ListEndpoint(ScopedEndpoint):
    """GET: a page of what this actor may see."""

    is_list = True  # for the OpenAPI document

    def get(self, request, **kwargs):
        rows = self._kept_rows(request, kwargs)
        if rows is None:
            rows = self.paginate_queryset(self._narrowed())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def _narrowed(self):
        return self.filter_queryset(self.get_queryset())

    def _kept_rows(self, request, url: dict) -> list | None:
        """The page by a statement that was built before; None where none may be kept."""
        lasting = getattr(getattr(self, "filterset_class", None), "LASTING", None)
        if lasting is None or url:
            return None
        asked = [
            (name, tuple(values))
            for name, values in request.query_params.lists()
            if name not in PAGING_PARAMETERS
        ]
        if any(name not in lasting for name, _values in asked):
            return None
        actor, zone = request.actor, timezone.get_current_timezone_name()
        asked_by = (type(self), actor.role, actor.user_id, actor.seller_id, zone, *asked)
        paginator: Any = self.paginator  # NewestFirst
        return paginator.paginate_kept(asked_by, self._narrowed, request, self)


class DetailEndpoint(ScopedEndpoint):
    """GET: one row, with its ETag; 304 when the reader has just this already."""

    filter_backends = []
    pagination_class = None

    def get(self, request, **kwargs):
        row = self.get_object()
        data = self.get_serializer(row).data
        etag = etag_of(row, data)
        if etag in _tags(request, "If-None-Match"):
            return Response(status=304, headers={"ETag": etag})
        return Response(data, headers={"ETag": etag})


class ActEndpoint(ScopedEndpoint):
    """POST: one operation. Names `input_class` (a StrictSerializer) and writes

    perform(data, **url) -> what came of it; calls one operation with `actor=self.request.actor`
    present(result) -> the answer's data (the serializer_class of the result, by default)
    location_of(result) -> where it can be read from now on, or None
    """

    input_class: Any = StrictSerializer
    success_status = 201

    def post(self, request, **kwargs):
        return answered_once(self, request, lambda: self._act(request, kwargs))

    def _act(self, request, url: dict) -> Response:
        result = self.perform(checked(self.input_class, request.data), **url)
        data = self.present(result)
        headers = {"ETag": etag_of(result, data)} if hasattr(result, "version") else {}
        if location := self.location_of(result):
            headers["Location"] = request.build_absolute_uri(location)
        return Response(data, status=self.success_status, headers=headers)

    def perform(self, data: dict, **url) -> Any:
        raise NotImplementedError

    def present(self, result: Any) -> Any:
        return self.get_serializer(result).data

    def location_of(self, result: Any) -> str | None:
        return None


class NoSuchEndpoint(APIView):
    """Whatever else is asked under /api/: a problem, not a page."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    schema = None

    def http_method_not_allowed(self, request, *args, **kwargs):
        raise NotFound(_("There is no such endpoint."))

    options = http_method_not_allowed


@extend_schema(exclude=True)
class OpenApi(SpectacularJSONAPIView):
    """The document. It holds no secrets, so that a program may read it before it has a token."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []


# -- ETags ----------------------------------------------------------------------------------


def etag_of(row: Any, data: Any) -> str:
    """`"<version>.<digest of what is shown>"`. The version is what If-Match holds against; the
    digest makes a 304 true also where parts have changed, and per reader."""
    digest = hashlib.sha256(to_json(data)).hexdigest()[:12]
    return f'"{getattr(row, "version", 0)}.{digest}"'


def require_match(request, row: Any) -> None:
    """`If-Match`, where given, must name the row's version. Raises PreconditionFailed."""
    tags = _tags(request, "If-Match")
    if not tags or tags == ["*"]:
        return
    if all(tag.strip('"').partition(".")[0] != str(row.version) for tag in tags):
        raise PreconditionFailed()


def _tags(request, header: str) -> list[str]:
    given = request.headers.get(header, "")
    return [tag.strip().removeprefix("W/") for tag in given.split(",") if tag.strip()]
