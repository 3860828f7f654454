"""The one button of a refund plan; everything else about it is shown on the order's page."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.web import OperationView
from refunds.models import RefundPlan
from refunds.operations import retry_plan


class RefundPlanRetry(OperationView):
    """Pay a failed plan again: POST /owner/refund-plans/<number>/retries/."""

    @cached_property
    def plan(self) -> RefundPlan:
        return self.scoped(RefundPlan, number=self.kwargs["number"])

    def perform(self) -> None:
        retry_plan(self.plan, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("%(plan)s was sent to be paid again.") % {"plan": self.plan.number}

    def get_success_url(self) -> str:
        return reverse("owner:order_detail", args=[self.plan.order.number]) + "#refund-plans"
