"""Exports for programs: ask for a file, look how far it is, fetch it."""

from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer

from core.accounts.models import User
from core.api.filtering import parameters_of, refuse_unknown
from core.api.rendering import JSONRenderer
from core.api.serializers import StrictSerializer
from core.api.views import ActEndpoint, DetailEndpoint, ListEndpoint, ScopedEndpoint
from core.errors import InvalidInput
from core.exports import operations
from core.exports.downloads import file_response
from core.exports.models import Export, Format
from core.exports.operations.keeping import CONTENT_TYPES
from core.exports.policies import allowed_actions
from core.exports.sources import SORT, Source, source_for
from core.jobs.models import Job
from core.jobs.operations import request_cancel

MOST_CHOSEN = 10_000


class ExportInput(StrictSerializer):
    source = serializers.CharField(  # type: ignore[assignment]  # an input's, not of the field
        max_length=40, help_text="What the list is called: orders, order_items, packages, …"
    )
    format = serializers.ChoiceField(
        choices=Format.choices,
        default=Format.CSV,
        help_text="CSV is UTF-8, without a byte order mark where a program asks for it.",
    )
    columns = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        allow_empty=False,
        max_length=200,
        help_text="Names of columns in the file's order; without it, the list's usual ones. "
        "A name that is not there is answered with all that are.",
    )
    filters = serializers.DictField(
        child=serializers.JSONField(),
        required=False,
        help_text="The list's own filters: a text each, or a list of texts.",
    )
    numbers = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        allow_empty=False,
        max_length=MOST_CHOSEN,
        help_text="Only the rows with these numbers.",
    )
    zone = serializers.CharField(
        max_length=64, required=False, help_text="For days and moments; yours, without it."
    )
    language = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES], required=False
    )
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ExportShape(serializers.ModelSerializer):
    title = serializers.CharField(source="job.title")
    status = serializers.ChoiceField(choices=Job.Status.choices, source="job.status")
    done = serializers.IntegerField(source="job.done")
    job = serializers.CharField(source="job.number")
    error = serializers.CharField(source="job.last_error")
    query = serializers.CharField(help_text="The filters, as an address after its “?”.")
    file = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = [
            "number",
            "title",
            "source",
            "format",
            "columns",
            "query",
            "zone",
            "language",
            "status",
            "rows",
            "done",
            "error",
            "job",
            "created_at",
            "ready_at",
            "expires_at",
            "removed_at",
            "file_name",
            "size",
            "file",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_file(self, export: Export) -> str | None:
        if not export.downloadable:
            return None
        return self.context["request"].build_absolute_uri(
            reverse("api:export_file", args=[export.number])
        )

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_allowed_actions(self, export: Export) -> list[str]:
        return allowed_actions(export, self.context["request"].actor)


class _Exports(ScopedEndpoint):
    model = Export
    read_scope = "exports:read"
    write_scope = "exports:write"
    serializer_class = ExportShape
    keyset = ("-id",)

    def get_queryset(self):
        return super().get_queryset().select_related("job")


class ExportList(_Exports, ListEndpoint, ActEndpoint):
    """The exports that the token's person asked for, newest first."""

    input_class = ExportInput
    success_status = 202
    filter_backends: list[Any] = []

    @extend_schema(request=ExportInput, responses={202: ExportShape})
    def post(self, request, **kwargs):
        """Ask for a file of what a list shows. Follow `Location` until `file` is there."""
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> Export:
        actor = self.request.actor
        reader = User.objects.get(pk=actor.user_id)
        source = source_for(actor, data["source"])
        return operations.start_export(
            source=source.name,
            format=data["format"],
            columns=data.get("columns") or source.default_columns(actor),
            query=_address(source, data.get("filters", {})),
            chosen=data.get("numbers"),
            actor=actor,
            zone=data.get("zone") or reader.time_zone or settings.DEFAULT_TIME_ZONE,
            language=data.get("language") or reader.language or settings.LANGUAGE_CODE,
            title=data.get("title", ""),
        )

    def location_of(self, result: Export) -> str | None:
        return reverse("api:export_detail", args=[result.number])


class ExportDetail(_Exports, DetailEndpoint):
    """How far it is: `done` of `rows`; `file` is where to fetch it, once it is there."""


class _Acts(_Exports, ActEndpoint):
    http_method_names = ["post", "options"]

    def asked(self) -> Export:
        return self.get_object()


class ExportCancellation(_Acts):
    """Stop it; nothing of the file stays."""

    @extend_schema(request=StrictSerializer, responses={201: ExportShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> Export:
        request_cancel(self.asked().job, actor=self.request.actor)
        return self.asked()


class ExportRepetition(_Acts):
    """The same once more, with the rows as they are now."""

    success_status = 202

    @extend_schema(request=StrictSerializer, responses={202: ExportShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> Export:
        return operations.retry_export(self.asked(), self.request.actor)

    def location_of(self, result: Export) -> str | None:
        return reverse("api:export_detail", args=[result.number])


class AnyFile(BaseRenderer):
    """Whatever the caller accepts: a file is what it is."""

    media_type = "*/*"
    format = "file"

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return JSONRenderer().render(data)


class ExportFile(_Exports):
    """The file itself, to the one who asked for it and while it is kept; 410 afterwards. A CSV that
    was asked for on a page begins with a byte order mark, for Excel."""

    renderer_classes = [JSONRenderer, AnyFile]
    filter_backends: list[Any] = []
    pagination_class = None

    @extend_schema(
        responses={
            **{(200, content_type): OpenApiTypes.BINARY for content_type in CONTENT_TYPES.values()},
            304: OpenApiResponse(description="You have it already (`If-None-Match`)."),
            409: OpenApiResponse(description="It has no file yet, or will have none."),
            410: OpenApiResponse(description="The file was kept for its days, and is gone."),
        }
    )
    def get(self, request, **kwargs):
        return file_response(request, self.get_object(), request.actor)


def _address(source: Source, filters: dict[str, Any]) -> str:
    """All that there is, narrowed by these. A filter that the list does not know is refused: left
    out in silence it would give everything away. Raises Problems, InvalidInput."""
    if source.filterset_class is not None:
        known = {*parameters_of(source.filterset_class, source.model), SORT}
        refuse_unknown({f"filters/{name}": "" for name in filters}, {f"filters/{n}" for n in known})
    query = QueryDict(source.everything, mutable=True)
    for name, given in filters.items():
        values = given if isinstance(given, list) else [given]
        if not all(isinstance(value, str | int | bool) for value in values):
            raise InvalidInput(
                str(_("A filter is a text, or a list of texts.")), field=f"filters/{name}"
            )
        query.setlist(name, [str(value) for value in values])
    return query.urlencode()
