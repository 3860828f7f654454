"""What carriers tell of packages."""

from dataclasses import replace

from drf_spectacular.utils import extend_schema

from core.actors import Role
from core.api.views import ActEndpoint
from packages import operations
from packages.models import CarrierReport, Package
from packages.serializers import EventInput, EventShape


class PackageEvents(ActEndpoint):
    """Take in one event of a carrier. Twice the same `key` is one event; what comes late or out
    of order is kept and harmless: `outcome` says what became of it.

    The token is the marketplace's, for all packages, or a seller's, for theirs.
    """

    model = Package
    write_scope = "packages:carrier"
    input_class = EventInput
    serializer_class = EventShape

    @extend_schema(request=EventInput, responses={201: EventShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> CarrierReport:
        package = self.load(Package, number=url["number"])
        carrier = replace(self.request.actor, role=Role.CARRIER)
        return operations.take_report(package=package, **data, actor=carrier)
