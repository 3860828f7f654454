"""Handing a kept file out: only to who may see what holds it, and as something that cannot act."""

import logging
from typing import Any

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.generic import View

from core.evidence import keeping
from core.evidence.models import StoredFile

logger = logging.getLogger(__name__)
# Opened by itself a file is a page of ours: it gets no script, no form, no origin.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class HeldFile(View):
    """The file `key`, if the reader may see the row of `holder` that has it as `file`; else 404.

    `path("evidence/<uuid:key>/", HeldFile.as_view(holder=ReturnEvidence), …)`: asked at each
    download, also where a browser has the file already.
    """

    holder: Any = None
    http_method_names = ["get", "head"]

    def get(self, request, key):
        shown = self.holder.objects.visible_to(request.actor).select_related("file")
        return file_response(request, get_object_or_404(shown, file__key=key).file)


def file_response(request, stored: StoredFile) -> HttpResponseBase:
    """A file that the caller was allowed to load. Pictures are shown, documents downloaded."""
    etag = f'"{stored.digest}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None and known.status_code == 304:
        return _private(known, etag)
    try:
        content = keeping.read(stored.key)
    except FileNotFoundError:
        logger.error("The file %s is not in PRIVATE_FILES_DIR.", stored.key)
        raise Http404
    response = FileResponse(
        content,
        content_type=stored.content_type,
        filename=stored.name,
        as_attachment=not stored.content_type.startswith("image/"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return _private(response, etag)


def _private(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """A browser may keep it, but asks each time whether it may still show it."""
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
