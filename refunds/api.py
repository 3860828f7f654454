"""Refund plans for programs. They are made and decided with their requests; here they are read."""

from core.api.views import DetailEndpoint, ListEndpoint
from refunds.filters import RefundPlanFilter
from refunds.models import RefundPlan
from refunds.serializers import RefundPlanDetailShape, RefundPlanRowShape


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
