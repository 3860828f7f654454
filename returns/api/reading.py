"""Reading returns."""

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core.api.views import DetailEndpoint, ListEndpoint
from orders.models import Case
from returns.models import Dispute, ReturnParcel, ReturnRequest
from returns.operations import UnknownParcel, find_by_code
from returns.reading import WholeReturn, whole_returns, with_changed_at
from returns.serializers.shapes import ReturnShape


class ReturnEndpointFilter(django_filters.FilterSet):
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="changed_at", lookup_expr="gte", label=_("Updated since")
    )
    status = django_filters.ChoiceFilter(choices=Case.Status.choices, label=_("Status"))
    order = django_filters.CharFilter(field_name="order__number", label=_("Order number"))
    origin = django_filters.ChoiceFilter(choices=Case.Origin.choices, label=_("Requested by"))
    wish = django_filters.ChoiceFilter(
        field_name="return_request__wish", choices=ReturnRequest.Wish.choices, label=_("Wish")
    )
    code = django_filters.CharFilter(
        method="of_code", label=_("Return code, scanned or as people type it")
    )
    parcel = django_filters.ChoiceFilter(
        field_name="return_parcel__status", choices=ReturnParcel.Status.choices, label=_("Goods")
    )
    dispute = django_filters.ChoiceFilter(
        field_name="dispute__status", choices=Dispute.Status.choices, label=_("Dispute")
    )
    opened_from = django_filters.IsoDateTimeFilter(
        field_name="opened_at", lookup_expr="gte", label=_("Requested from")
    )
    opened_before = django_filters.IsoDateTimeFilter(
        field_name="opened_at", lookup_expr="lt", label=_("Requested before")
    )

    class Meta:
        model = Case
        fields: tuple[str, ...] = ()  # only what is declared

    def of_code(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        try:
            return cases.filter(pk=find_by_code(value, self.request.actor).case_id)
        except UnknownParcel:
            return cases.none()


class ReturnList(ListEndpoint):
    """Returns, newest first; with `updated_since` the oldest change first. `code` finds the one
    whose goods have just arrived."""

    model = Case
    read_scope = "returns:read"
    update_keyset = ("changed_at", "id")
    filterset_class = ReturnEndpointFilter
    serializer_class = ReturnShape

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        return with_changed_at(whole_returns(self.request.actor))

    def paginate_queryset(self, queryset) -> list[WholeReturn]:
        return [WholeReturn(case) for case in super().paginate_queryset(queryset)]


class ReturnDetail(DetailEndpoint):
    """One return: items and answers, offers, goods, dispute, messages, files and refund plans."""

    model = Case
    read_scope = "returns:read"
    serializer_class = ReturnShape

    def get_object(self) -> WholeReturn:
        cases = whole_returns(self.request.actor)
        return WholeReturn(get_object_or_404(cases, number=self.kwargs["number"]))
