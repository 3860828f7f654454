"""The same filters for pages and for the API."""

import django_filters
from django.utils.translation import gettext_lazy as _

from cancellations.models import CancellationRequest
from orders.models import Case


class CancellationFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        field_name="case__status", choices=Case.Status.choices, label=_("Status")
    )
    order = django_filters.CharFilter(field_name="case__order__number", label=_("Order number"))
    origin = django_filters.ChoiceFilter(
        field_name="case__origin", choices=Case.Origin.choices, label=_("Requested by")
    )
    opened_from = django_filters.IsoDateTimeFilter(
        field_name="case__opened_at", lookup_expr="gte", label=_("Requested from")
    )
    opened_before = django_filters.IsoDateTimeFilter(
        field_name="case__opened_at", lookup_expr="lt", label=_("Requested before")
    )

    class Meta:
        model = CancellationRequest
        fields = ["status", "order", "origin", "opened_from", "opened_before"]
