"""What is exported again and again: when next, when last, and why one has stopped."""

from typing import Any

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy

from core.exports import operations
from core.exports.forms import ScheduleForm
from core.exports.models import ExportSchedule
from core.exports.policies import may_export
from core.exports.sources import SOURCES, sources_for
from core.exports.views import surface_of
from core.exports.views.asking import Exporting
from core.web import OperationView, ScopedListView


class ScheduleList(ScopedListView):
    model = ExportSchedule
    template_name = "exports/schedule_list.html"

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        context = super().get_context_data(**kwargs)
        return context | {
            "surface": surface_of(self.request),
            "schedules": [
                {
                    "row": schedule,
                    "source": SOURCES.get((schedule.source, actor.role)),
                    "weekday": WEEKDAYS.get(schedule.weekday),
                }
                for schedule in self.page.rows
            ],
            "sources": [] if may_export(actor) else sources_for(actor),
        }


class ScheduleNew(Exporting):
    """The wish becomes a schedule."""

    form_class = ScheduleForm
    heading = gettext_lazy("Schedule an export")
    about = gettext_lazy("The file is built at its time, and a mail with a link comes each time.")
    scheduling = True
    success_message = gettext_lazy("Schedule kept.")

    def post(self, request, *args, **kwargs):
        """With `begin`, the wish of an export comes along and its time is still to be chosen."""
        if "begin" not in request.POST:
            return super().post(request, *args, **kwargs)
        given = {"source": self.source, "actor": request.actor, "initial": self.get_initial()}
        return self.render_to_response(self.get_context_data(form=ScheduleForm(**given)))

    def get_initial(self):
        given = {"name": str(self.source.label), "every": "week", "weekday": 0, "hour": 7}
        return super().get_initial() | given

    def perform(self, data):
        timed = {name: data[name] for name in ("name", "every", "weekday", "hour")}
        return operations.keep_schedule(**self.wanted(data), **timed)

    def get_success_url(self) -> str:
        return self.at("export_schedule_list")


class ScheduleAct(OperationView):
    """A button on a schedule."""

    act: Any = None

    def perform(self):
        schedule = self.scoped(ExportSchedule, pk=self.kwargs["pk"])
        return type(self).act(schedule, actor=self.request.actor)

    def get_success_url(self) -> str:
        return reverse(f"{surface_of(self.request)}:export_schedule_list")


class SchedulePause(ScheduleAct):
    act = operations.pause_schedule
    success_message = gettext_lazy("Schedule paused.")


class ScheduleResume(ScheduleAct):
    act = operations.resume_schedule
    success_message = gettext_lazy("Schedule runs again from its next time on.")


class ScheduleDelete(ScheduleAct):
    act = operations.delete_schedule
    success_message = gettext_lazy("Schedule deleted. What it has made stays.")
