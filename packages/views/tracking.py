"""*Upload tracking*: a file of tracking numbers, looked at first, then shipped."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import InvalidInput
from core.jobs.operations import continue_job
from packages.bulk import AT_ONCE
from packages.forms import TrackingFileForm
from packages.tracking_file import check_tracking, read_tracking, ship_from_file
from packages.views.act import Act

LOOK = "look"
SHOWN = 200  # rows that are fine; those that are not are shown all


class TrackingUpload(Act):
    """Two steps on one page: *Check file* writes nothing and says what is wrong row by row;
    *Ship* does the good rows as a job and reports the others."""

    form_class = TrackingFileForm
    template_name = "packages/console/tracking.html"
    heading = gettext_lazy("Upload tracking")
    icon = "upload"

    rows: Any = None
    content = ""

    def home_url(self) -> str:
        return self.at("package_preparing")

    def form_valid(self, form):
        given = form.cleaned_data
        if given["file"]:
            raw = given["file"].read()
            given["content"] = raw.decode("utf-8-sig", errors="replace")
        elif given["content"]:
            raw = given["content"].encode()
        else:
            form.add_error("file", _("Choose a file first."))
            return self.form_invalid(form)
        self.content = given["content"]
        try:
            self.rows = check_tracking(read_tracking(BytesIO(raw)), self.request.actor)
        except InvalidInput as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        if given["file"] or LOOK in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        response = super().form_valid(form)
        if self.result is not None and len(self.rows) <= AT_ONCE:
            while continue_job(job_id=self.result.pk):
                pass
        return response

    def act(self, data: dict):
        return ship_from_file(self.rows, self.request.actor)

    def get_success_message(self) -> str:
        count = len(self.good)
        return ngettext(
            "Shipping of %(n)s package started. What became of each row stands here.",
            "Shipping of %(n)s packages started. What became of each row stands here.",
            count,
        ) % {"n": count}

    def get_success_url(self) -> str:
        return self.at("job_detail", self.result.number)

    @property
    def good(self) -> list:
        return [row for row in self.rows or [] if not row.error]

    @property
    def wrong(self) -> list:
        return [row for row in self.rows or [] if row.error]

    @property
    def yes(self) -> str:
        count = len(self.good)
        return ngettext("Ship %(n)s package", "Ship %(n)s packages", count) % {"n": count}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            checked=self.rows is not None,
            good=self.good[:SHOWN],
            good_count=len(self.good),
            wrong=self.wrong,
            content=self.content,
            **kwargs,
        )
