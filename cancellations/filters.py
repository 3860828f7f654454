"""The same filters for pages and for the API."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.api.pagination import SinceFilter
from orders.models import Case, Reason


class CancellationFilter(SinceFilter):
    status = django_filters.ChoiceFilter(choices=Case.Status.choices, label=_("Status"))
    order = django_filters.CharFilter(field_name="order__number", label=_("Order number"))
    origin = django_filters.ChoiceFilter(choices=Case.Origin.choices, label=_("Requested by"))
    opened_from = django_filters.IsoDateTimeFilter(
        field_name="opened_at", lookup_expr="gte", label=_("Requested from")
    )
    opened_before = django_filters.IsoDateTimeFilter(
        field_name="opened_at", lookup_expr="lt", label=_("Requested before")
    )

    class Meta:
        model = Case
        fields: tuple[str, ...] = ()  # only what is declared


class ReasonFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Reason.Kind.choices, label=_("Kind"))

    class Meta:
        model = Reason
        fields: tuple[str, ...] = ()  # only what is declared
