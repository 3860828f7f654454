"""How lists of refund plans may be narrowed: one set of filters for API, pages and exports."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.api.pagination import SinceFilter
from orders.filters import MomentFilter
from refunds.models import RefundPlan


class RefundPlanFilter(SinceFilter):
    status = django_filters.MultipleChoiceFilter(
        choices=RefundPlan.Status.choices, label=_("Status")
    )
    type = django_filters.ChoiceFilter(choices=RefundPlan.Type.choices, label=_("Type"))
    order = django_filters.CharFilter(method="of_order", max_length=40, label=_("Order number"))
    created_after = MomentFilter(method="after", label=_("Created from"))
    created_before = MomentFilter(method="before", whole_day=True, label=_("Created until"))

    def of_order(self, plans, _name, value):
        return plans.of_order(value)

    def after(self, plans, _name, value):
        return plans.created_between(value, None)

    def before(self, plans, _name, value):
        return plans.created_between(None, value)
