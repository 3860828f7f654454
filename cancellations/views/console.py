"""The owner's settings of cancellations: reasons, and what is approved by itself."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cancellations import operations
from cancellations.forms.console import PolicyForm, ReasonForm
from cancellations.operations.settings import checked_policy, current_policy
from core.accounts.views import AdminOnly
from core.errors import DomainError
from core.web import OperationFormView, show_refusal
from orders.models import Reason

TRY = "try"
SHOWN = 50  # held requests of a dry run that the page lists


class ReasonList(AdminOnly, TemplateView):
    """All reasons by kind, in the order in which people find them."""

    template_name = "cancellations/console/reasons.html"

    def get_context_data(self, **kwargs):
        reasons = list(Reason.objects.order_by("sort_order", "pk"))
        kinds = [
            (kind, kind.label, [reason for reason in reasons if reason.kind == kind])
            for kind in Reason.Kind
        ]
        return super().get_context_data(kinds=kinds, **kwargs)


class ReasonPage(AdminOnly, OperationFormView):
    """Adds a reason, or changes the one in the address."""

    form_class = ReasonForm
    template_name = "cancellations/console/reason_form.html"

    @cached_property
    def reason(self) -> Reason | None:
        """Reasons are the marketplace's, and this page is its Admins': nothing to narrow."""
        return get_object_or_404(Reason, pk=self.kwargs["pk"]) if "pk" in self.kwargs else None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.reason}

    def perform(self, data):
        return operations.save_reason(self.reason, **data, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_reasons")

    def get_success_message(self) -> str:
        return _("Reason “%(text)s” was saved.") % {"text": self.result.text}

    def get_context_data(self, **kwargs):
        return super().get_context_data(reason=self.reason, **kwargs)


class CancellationPolicyPage(AdminOnly, OperationFormView):
    """What is approved by itself; first tried on requests of the past, which writes nothing."""

    form_class = PolicyForm
    template_name = "cancellations/console/policy.html"
    success_message = gettext_lazy("Policy saved. It holds for requests from now on.")

    def get_initial(self):
        return PolicyForm.initial_of(current_policy())

    def form_valid(self, form):
        self.form = form
        if TRY not in self.request.POST:
            return super().form_valid(form)
        try:
            run = operations.simulate_policy(
                checked_policy(**form.policy), form.since, actor=self.request.actor
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, run=run))

    def perform(self, data):
        return operations.change_policy(**self.form.policy, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.request.path

    def get_context_data(self, run=None, **kwargs):
        return super().get_context_data(
            run=run, held=run.held[:SHOWN] if run else [], shown=SHOWN, **kwargs
        )
