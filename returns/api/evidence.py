"""Photos and documents by programs: given first, named by their key where they belong."""

from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from core.api.serializers import StrictSerializer
from core.api.views import ActEndpoint, ScopedEndpoint
from core.evidence.models import StoredFile
from core.evidence.operations import store_upload
from core.evidence.views import file_response
from returns.models import ReturnEvidence
from returns.serializers.shapes import StoredFileShape


class EvidenceInput(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True, help_text="jpeg, png, webp or pdf")


class Evidence(ActEndpoint):
    """Give a photo or a document, as multipart/form-data. Pictures are drawn anew, without what a
    camera adds. Name its `key` in `files` of what it is about, within a day; until then nobody
    can have it."""

    model = ReturnEvidence
    write_scope = "returns:write"
    parser_classes = [MultiPartParser]
    input_class = EvidenceInput
    serializer_class = StoredFileShape

    @extend_schema(request={"multipart/form-data": EvidenceInput}, responses={201: StoredFileShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> StoredFile:
        return store_upload(data["file"], given_by=self.request.actor)


class EvidenceFile(ScopedEndpoint):
    """The file itself, for those who may see what holds it."""

    model = ReturnEvidence
    read_scope = "returns:read"
    filter_backends = []
    pagination_class = None

    def perform_content_negotiation(self, request, force=False):
        """Whatever the reader would rather have: it is what was given."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        responses={
            (200, content_type): OpenApiTypes.BINARY
            for content_type in ("image/jpeg", "image/png", "image/webp", "application/pdf")
        }
    )
    def get(self, request, key: str) -> HttpResponse:
        try:
            wanted = UUID(key)
        except ValueError:
            raise Http404
        held = self.get_queryset().select_related("file").filter(file__key=wanted).first()
        if held is None:
            raise Http404
        return file_response(request, held.file)
