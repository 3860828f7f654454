"""Reading the owner's rules about returns."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from core.api.views import ScopedEndpoint, refuse_unknown
from core.errors import InvalidInput
from core.money import is_currency
from returns.models import ReturnPolicy
from returns.presenters.terms import rules_in_force, usual_currency
from returns.serializers.policies import ReturnPoliciesShape, policy_told


class ReturnPolicyList(ScopedEndpoint):
    """The rules in force: the marketplace's, then every place that differs, as far as they concern
    the reader. Few, so all at once. Amounts of rules that name no currency are in `currency`, by
    default that of the newest order."""

    model = ReturnPolicy
    read_scope = "returns:read"
    pagination_class = None
    filter_backends = []
    serializer_class = ReturnPoliciesShape

    @extend_schema(parameters=[OpenApiParameter("currency", str, description="ISO 4217")])
    def get(self, request):
        refuse_unknown(request.query_params, {"currency"})
        asked = request.query_params.get("currency")
        currency = asked or usual_currency(request.actor)
        if not is_currency(currency):
            raise InvalidInput(field="currency")
        found = rules_in_force(request.actor, currency)
        return Response({"results": [policy_told(*place) for place in found]})
