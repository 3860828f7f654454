"""The owner's rules about returns, each with an example of what it comes to."""

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.accounts.views import AdminOnly
from core.web import OperationFormView, OperationView
from returns.forms.settings import ReturnPolicyForm
from returns.models import ReturnPolicy
from returns.operations.policy_settings import RULES, delete_policy, save_policy
from returns.presenters.terms import (
    place_words,
    policies_in_force,
    preview_of,
    time_words,
    usual_currency,
)

TRY = "try"


class ReturnPolicies(AdminOnly, TemplateView):
    """The marketplace's rules and every place that differs, resolved."""

    template_name = "returns/console/policies.html"

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        policies = policies_in_force(actor, usual_currency(actor))
        return super().get_context_data(policies=policies, times=time_words(), **kwargs)


class ReturnPolicyPage(AdminOnly, OperationFormView):
    """Adds rules, or changes those in the address; first tried, which writes nothing."""

    form_class = ReturnPolicyForm
    template_name = "returns/console/policy_form.html"
    success_message = gettext_lazy("Rules saved. They hold for requests from now on.")

    @cached_property
    def policy(self) -> ReturnPolicy | None:
        """Rules are the marketplace's, and this page is its Admins': nothing to narrow."""
        if "pk" not in self.kwargs:
            return None
        return get_object_or_404(ReturnPolicy.objects.select_related("seller"), **self.kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"policy": self.policy}

    def get_initial(self):
        return ReturnPolicyForm.initial_of(self.policy) if self.policy else {}

    def form_valid(self, form):
        self.form = form
        if TRY not in self.request.POST:
            return super().form_valid(form)
        return self.render_to_response(self.get_context_data(form=form, tried=self._unsaved(form)))

    def _unsaved(self, form: ReturnPolicyForm) -> ReturnPolicy:
        rules = form.rules
        place = {name: rules.get(name) for name in ("seller", "category")}
        if self.policy:
            place = {"seller": self.policy.seller, "category": self.policy.category}
        said = {name: rules.get(name) for name in RULES}
        for name in ("currency", "payable_when", "on_delivery_failed"):
            said[name] = said[name] or ""
        return ReturnPolicy(pk=self.policy.pk if self.policy else None, **place, **said)

    def perform(self, data):
        return save_policy(self.policy, **self.form.rules, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_returns")

    def get_context_data(self, tried: ReturnPolicy | None = None, **kwargs):
        shown = tried or self.policy or ReturnPolicy()
        currency = shown.currency or usual_currency(self.request.actor)
        zone = shown.seller.time_zone if shown.seller else settings.DEFAULT_TIME_ZONE
        return super().get_context_data(
            policy=self.policy,
            place=place_words(self.policy) if self.policy else "",
            tried=tried is not None,
            preview=preview_of(shown, currency, zone),
            **kwargs,
        )


class ReturnPolicyRemoval(AdminOnly, OperationView):
    """The rules of one place are said by wider ones again."""

    def perform(self):
        policy = get_object_or_404(ReturnPolicy, **self.kwargs)
        delete_policy(policy, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("Rules removed. The wider ones hold from now on.")

    def get_success_url(self) -> str:
        return self.address("settings_returns")
