"""The finished file over HTTP: asked for anew each time, streamed, named as its reader knows it."""

from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header

from core.actors import Actor
from core.exports import operations, writing
from core.exports.models import Export

# Opened by itself it gets no script, no form, no origin.
POLICY = "default-src 'none'; sandbox"


def file_response(request, export: Export, actor: Actor) -> HttpResponseBase:
    """The file for `actor`; 304 where the reader has it already, nothing of it for HEAD.

    With EXPORT_ACCEL_LOCATION the web server in front sends it (X-Accel-Redirect), so that no
    process of ours is kept by a slow reader. Raises what `operations.download` raises.
    """
    etag = f'"{export.number}"'  # a file never changes
    found = operations.offered(export, actor)
    known = get_conditional_response(request, etag=etag)
    if known is not None and known.status_code == 304:
        return _private(known, etag)
    if request.method != "HEAD":
        operations.download(export, actor)
    return _private(_sent(export, found), etag)


def _sent(export: Export, found: operations.Download) -> HttpResponseBase:
    response: HttpResponseBase
    if settings.EXPORT_ACCEL_LOCATION:
        place = writing.file_of(export.number).relative_to(settings.PRIVATE_FILES_DIR)
        response = HttpResponse(content_type=found.content_type)
        location = f"{settings.EXPORT_ACCEL_LOCATION.rstrip('/')}/{place}"
        response["X-Accel-Redirect"] = quote(location)
    else:
        response = FileResponse(found.path.open("rb"), content_type=found.content_type)
        response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _private(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """A browser may keep it, but asks each time whether it may still show it."""
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
