"""Refund plans: the list, one plan, and the buttons that are on it."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.together import read_known
from core.web import (
    CURSOR,
    OperationFormView,
    OperationView,
    ScopedDetailView,
    ScopedListView,
    form_key_input,
)
from orders.presenters import OrderDetail
from orders.timeline import timeline_of
from refunds import policies
from refunds.filters import Queue, RefundPlanFilter
from refunds.forms import OutcomeForm
from refunds.models import ProviderMessage, RefundPlan
from refunds.operations import approve_second, move_to_external, record_outcome, retry_plan
from refunds.presenters import PlanPage, PlanRow
from refunds.tabs import plan_tabs

# Chosen by the tabs and the paging: not a narrowing that somebody may want to clear.
TABS = {CURSOR, "status", "queue"}
MESSAGES = 20


class RefundPlanList(ScopedListView):
    """Refund plans, newest first; the address holds tab, filters and page."""

    model = RefundPlan
    filterset_class = RefundPlanFilter
    template_name = "refunds/plan_list.html"

    def get_queryset(self):
        return super().get_queryset().with_attempts(self.request.actor)

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        kept = {name: asked[name] for name in ("status", "queue") if asked.get(name)}
        return super().get_context_data(
            is_owner=self.request.actor.role is Role.OWNER,
            plans=[PlanRow(plan, self.request.actor) for plan in self.page.rows],
            tabs=plan_tabs(asked, self.request.actor),
            in_stuck=asked.get("queue") == Queue.STUCK,
            messages_to_read=self._messages_to_read(),
            search=asked.get("search", ""),
            kept=kept,
            narrowed=any(asked.get(name) for name in asked.keys() - TABS),
            clear_url="?" + "&".join(f"{name}={value}" for name, value in kept.items()),
            **kwargs,
        )

    def _messages_to_read(self):
        """What the provider said that fits no refund of ours: below what is stuck."""
        if self.request.GET.get("queue") != Queue.STUCK:
            return []
        messages = ProviderMessage.objects.visible_to(self.request.actor).for_a_person()
        return messages.order_by("-pk")[:MESSAGES]


class RefundPlanPage(ScopedDetailView):
    """One plan: its arithmetic, what was paid, what happened. A seller's has no payments."""

    model = RefundPlan
    context_object_name = "plan"
    template_name = "refunds/plan_detail.html"

    def get_object(self, queryset=None) -> RefundPlan:
        [found] = read_known(_plans, actor=self.request.actor, number=self.kwargs["number"])
        if not found:
            raise Http404
        return found[0]

    def get_context_data(self, **kwargs):
        plan, actor = self.object, self.request.actor
        entries = timeline_of(OrderDetail(plan.order, actor))
        return super().get_context_data(
            view=PlanPage(plan, actor),
            entries=[entry for entry in entries if entry.number == plan.number],
            form_key_input=form_key_input(),
            **kwargs,
        )


def _plans(actor: Actor, number: str) -> list[QuerySet[RefundPlan]]:
    return [RefundPlan.objects.visible_to(actor).filter(number=number).with_details(actor)]


class PlanAct(OperationView):
    """A button of one plan; back to its page afterwards."""

    @cached_property
    def plan(self) -> RefundPlan:
        return self.scoped(RefundPlan, number=self.kwargs["number"])

    def get_success_url(self) -> str:
        return reverse("owner:refund_plan_detail", args=[self.plan.number])


class RefundPlanRetry(PlanAct):
    """Pay a failed plan again: POST /owner/refund-plans/<number>/retries/."""

    def perform(self) -> None:
        retry_plan(self.plan, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("%(plan)s was sent to be paid again.") % {"plan": self.plan.number}


class RefundPlanSecondApproval(PlanAct):
    """Agree as the second person: POST /owner/refund-plans/<number>/second-approval/."""

    def perform(self) -> None:
        approve_second(self.plan, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("%(plan)s is approved by a second person and will be paid.") % {
            "plan": self.plan.number
        }


class RefundPlanExternal(PlanAct):
    """Have a plan paid outside: POST /owner/refund-plans/<number>/external/."""

    def perform(self) -> None:
        move_to_external(self.plan, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("%(plan)s is to be paid outside of this system.") % {"plan": self.plan.number}


class RefundPlanOutcome(OperationFormView):
    """A person says how paying a part outside of this system ended."""

    form_class = OutcomeForm
    template_name = "refunds/outcome_form.html"

    def dispatch(self, request, *args, **kwargs):
        if refusal := policies.may_tell_outcomes(request.actor):
            raise PermissionDenied(str(refusal))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def plan(self) -> RefundPlan:
        return self.scoped(RefundPlan, number=self.kwargs["number"])

    def get_form_kwargs(self):
        parts = self.plan.parts.filter(completed_at=None).select_related("payment").order_by("pk")
        return super().get_form_kwargs() | {"parts": parts, "currency": self.plan.currency}

    def perform(self, data):
        return record_outcome(self.plan, **data, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("What became of %(plan)s was recorded.") % {"plan": self.plan.number}

    def get_success_url(self) -> str:
        return reverse("owner:refund_plan_detail", args=[self.plan.number])

    def get_context_data(self, **kwargs):
        refusal = policies.may_record_outcome(self.plan, self.request.actor)
        return super().get_context_data(plan=self.plan, refusal=refusal, **kwargs)
