"""Where long work can be watched, stopped, and read afterwards.

Jobs stand below `core.web`, so these few views are Django's own, on the same door: `visible_to`.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core.errors import NotAllowed
from core.jobs import operations, policies
from core.jobs.models import Job
from core.jobs.progress import progress_of
from core.keyset import CursorNotValid, page_of

ROWS_SHOWN = 100


def _address(request, name: str, **parts) -> str:
    """An address on the surface that the reader is on."""
    return reverse(f"{request.resolver_match.namespace}:{name}", kwargs=parts)


class JobList(TemplateView):
    template_name = "jobs/job_list.html"

    def get_context_data(self, **kwargs):
        jobs = Job.objects.visible_to(self.request.actor).select_related("actor_user")
        cursor = self.request.GET.get("cursor", "")
        try:
            page = page_of(jobs, ("-id",), 25, cursor)
        except CursorNotValid:
            page = page_of(jobs, ("-id",), 25, "")
        rows = [
            (job, progress_of(job), _address(self.request, "job_detail", number=job.number))
            for job in page.rows
        ]
        return super().get_context_data(
            rows=rows,
            next_url=page.next and f"?cursor={page.next}",
            previous_url=page.previous and f"?cursor={page.previous}",
            **kwargs,
        )


class JobDetail(TemplateView):
    """The whole page, or for htmx the part that changes while the work goes on."""

    template_name = "jobs/job_detail.html"

    def get_template_names(self):
        return [f"{self.template_name}#work" if self.request.htmx else self.template_name]

    def render_to_response(self, context, **response_kwargs):
        response = super().render_to_response(context, **response_kwargs)
        patch_vary_headers(response, ["HX-Request"])
        if self.request.htmx and context["job"].finished:
            response.headers["HX-Refresh"] = "true"  # head and buttons change too
        return response

    def get_context_data(self, **kwargs):
        jobs = Job.objects.visible_to(self.request.actor).select_related("actor_user")
        job = get_object_or_404(jobs, number=self.kwargs["number"])
        return super().get_context_data(
            job=job,
            may_stop=policies.may_stop(job, self.request.actor) is None,
            progress=progress_of(job),
            failed_rows=job.rows.failed()[:ROWS_SHOWN],
            rows_shown=ROWS_SHOWN,
            list_url=_address(self.request, "job_list"),
            cancel_url=_address(self.request, "job_cancel", number=job.number),
            **kwargs,
        )


class JobCancellation(View):
    http_method_names = ["post"]

    def post(self, request, number):
        job = get_object_or_404(Job.objects.visible_to(request.actor), number=number)
        try:
            operations.request_cancel(job, actor=request.actor)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except operations.AlreadyFinished as refusal:
            messages.error(request, str(refusal))
        else:
            job.refresh_from_db()
            stopped, stops = _("Job cancelled."), _("Job stops before its next step.")
            messages.success(request, stopped if job.finished else stops)
        return HttpResponseRedirect(_address(request, "job_detail", number=job.number))
