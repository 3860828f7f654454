"""The owner's settings of deadlines: a list, a rule with its preview, and calendars."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.accounts.views import AdminOnly
from core.deadlines.defaults import DEFAULTS
from core.deadlines.models import HolidayCalendar
from core.deadlines.schedule import rule_for, scheduled
from core.deadlines.settings import change_rule, checked_rule, save_calendar
from core.errors import DomainError
from core.web import OperationFormView, show_refusal
from marketplace.deadlines.forms import CalendarForm, RuleForm
from marketplace.deadlines.steps import rules_in_words, step_of

TRY = "try"


class DeadlineList(AdminOnly, TemplateView):
    """Every step with its rule, and the calendars."""

    template_name = "deadlines/deadline_list.html"

    def get_context_data(self, **kwargs):
        calendars = HolidayCalendar.objects.prefetch_related("holidays", "rules").order_by("name")
        for calendar in calendars:
            calendar.used_by = [step_of(rule.step) for rule in calendar.rules.all()]
        return super().get_context_data(
            rules=list(rules_in_words()),
            calendars=calendars,
            zone=settings.DEFAULT_TIME_ZONE,
            **kwargs,
        )


class DeadlinePage(AdminOnly, OperationFormView):
    """The rule of one step; first tried, which writes nothing."""

    form_class = RuleForm
    template_name = "deadlines/deadline_form.html"

    @cached_property
    def step(self) -> str:
        if self.kwargs["step"] not in DEFAULTS:
            raise Http404
        return self.kwargs["step"]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"step": self.step}

    def get_initial(self):
        return RuleForm.initial_of(rule_for(self.step))

    def form_valid(self, form):
        if TRY not in self.request.POST:
            return super().form_valid(form)
        try:
            rule = checked_rule(self.step, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, rule=rule))

    def perform(self, data):
        return change_rule(self.step, **data, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_deadlines")

    def get_success_message(self) -> str:
        return _("“%(step)s” was saved. It holds for what begins from now on.") % {
            "step": step_of(self.step).name
        }

    def get_context_data(self, rule=None, **kwargs):
        shown = scheduled(rule or rule_for(self.step))
        return super().get_context_data(
            step=step_of(self.step),
            tried=rule is not None,
            due_at=shown.due(timezone.now(), settings.DEFAULT_TIME_ZONE),
            zone=settings.DEFAULT_TIME_ZONE,
            **kwargs,
        )


class CalendarPage(AdminOnly, OperationFormView):
    """Adds a calendar, or changes the one in the address."""

    form_class = CalendarForm
    template_name = "deadlines/calendar_form.html"

    @cached_property
    def calendar(self) -> HolidayCalendar | None:
        """Calendars are the marketplace's, and this page is its Admins': nothing to narrow."""
        if "pk" not in self.kwargs:
            return None
        return get_object_or_404(HolidayCalendar, pk=self.kwargs["pk"])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"calendar": self.calendar}

    def get_initial(self):
        return CalendarForm.initial_of(self.calendar) if self.calendar else {"weekend": [6, 7]}

    def perform(self, data):
        return save_calendar(self.calendar, **data, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_deadlines")

    def get_success_message(self) -> str:
        return _("Calendar “%(name)s” was saved.") % {"name": self.result.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(calendar=self.calendar, **kwargs)
