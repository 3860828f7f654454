"""The exports of one person: how far each is, what it became, and its file."""

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.exports import operations
from core.exports.downloads import file_response
from core.exports.models import Export
from core.exports.policies import may_export
from core.exports.presenters import ShownExport
from core.exports.sources import sources_for
from core.exports.views import surface_of
from core.jobs.operations import request_cancel
from core.web import OperationView, ScopedDetailView, ScopedListView


class ExportList(ScopedListView):
    """Newest first; while one is being made, the page looks again by itself."""

    model = Export
    template_name = "exports/export_list.html"
    page_size = 25

    def get_queryset(self):
        return super().get_queryset().select_related("job")

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        context = super().get_context_data(**kwargs)
        shown = [ShownExport(export, actor) for export in self.page.rows]
        return context | {
            "surface": surface_of(self.request),
            "exports": shown,
            "under_way": any(not one.job.finished for one in shown),
            "sources": [] if may_export(actor) else sources_for(actor),
        }


class ExportDetail(ScopedDetailView):
    """The whole page, or for htmx the part that changes while the work goes on. Who watches until
    the file is there gets it without asking again."""

    model = Export
    template_name = "exports/export_detail.html"
    partial = "work"
    context_object_name = "export"
    starts = False  # the download, as soon as the page is open

    def get_queryset(self):
        return super().get_queryset().select_related("job", "schedule", "user")

    def get_context_data(self, **kwargs):
        shown = ShownExport(self.object, self.request.actor)
        return super().get_context_data(
            surface=surface_of(self.request),
            shown=shown,
            starts=self.starts and shown.may_download,
            **kwargs,
        )

    def render_to_response(self, context, **response_kwargs):
        response = super().render_to_response(context, **response_kwargs)
        patch_vary_headers(response, ["HX-Request"])
        if self.request.htmx and self.object.job.finished:
            if context["shown"].may_download:
                response.headers["HX-Redirect"] = self.at("export_download")
            else:
                response.headers["HX-Refresh"] = "true"  # head and buttons change too
        return response

    def at(self, name: str) -> str:
        surface = surface_of(self.request)
        return reverse(f"{surface}:{name}", args=[self.object.number])


class ExportDownload(ExportDetail):
    """Where mails lead: the same page, which starts the download."""

    starts = True


class ExportFile(ExportDetail):
    """The file; who may have it is asked again each time. Where there is none any more, the
    export's page says why."""

    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        try:
            return file_response(request, self.object, request.actor)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            context = self.get_context_data(object=self.object, refusal=refusal)
            return self.render_to_response(context, status=refusal.status)


class ExportAct(OperationView):
    """A button on an export."""

    @property
    def export(self) -> Export:
        return self.scoped(Export, number=self.kwargs["number"])

    def get_success_url(self) -> str:
        surface = surface_of(self.request)
        number = getattr(self.result, "number", self.kwargs["number"])
        return reverse(f"{surface}:export_detail", args=[number])


class ExportCancel(ExportAct):
    success_message = gettext_lazy("The export stops; nothing of it is kept.")

    def perform(self):
        request_cancel(self.export.job, actor=self.request.actor)


class ExportRetry(ExportAct):
    def perform(self):
        return operations.retry_export(self.export, self.request.actor)

    def get_success_message(self) -> str:
        return _("Export started again.")
