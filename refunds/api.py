"""Refund plans for programs. They are made and decided with their requests; here they are read,
and who pays them outside of this system says how that ended."""

from core.api.views import ActEndpoint, DetailEndpoint, ListEndpoint
from refunds.filters import RefundPlanFilter
from refunds.models import RefundPlan
from refunds.operations import record_outcome
from refunds.serializers import OutcomeInput, RefundPlanDetailShape, RefundPlanRowShape


class RefundPlanListEndpoint(ListEndpoint):
    """Refund plans, newest first; with `updated_since` the oldest change first."""

    model = RefundPlan
    read_scope = "refunds:read"
    filterset_class = RefundPlanFilter
    serializer_class = RefundPlanRowShape

    def get_queryset(self):
        return super().get_queryset().with_list_details()


class RefundPlanDetailEndpoint(DetailEndpoint):
    """One refund plan with its arithmetic, line by line."""

    model = RefundPlan
    read_scope = "refunds:read"
    serializer_class = RefundPlanDetailShape

    def get_queryset(self):
        plans = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return plans
        return plans.with_details(self.request.actor)


class RefundPlanOutcomes(ActEndpoint):
    """Say how paying one part of an external plan ended: paid with a reference, or refused.

    Telling the same again changes nothing. The answer is the plan as it is now.
    """

    model = RefundPlan
    write_scope = "refunds:write"
    input_class = OutcomeInput
    serializer_class = RefundPlanDetailShape

    def perform(self, data, number):
        plan = self.load(RefundPlan, number=number)
        return record_outcome(plan, **data, actor=self.request.actor)

    def present(self, result):
        plan = RefundPlan.objects.visible_to(self.request.actor)
        return super().present(plan.with_details(self.request.actor).get(pk=result.pk))
