"""Lists and one package, with the pages' filters."""

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.api.pagination import SinceFilter
from core.api.views import DetailEndpoint, ListEndpoint
from packages.filters import PackageFilter
from packages.models import CarrierReport, Package, PackageItem
from packages.serializers import PackageDetailShape, PackageShape


class PackageEndpointFilter(PackageFilter, SinceFilter):
    """The pages' filters; programs also ask for an exact order or tracking number, for what
    changed, and for packages that were cancelled."""

    LASTING = SinceFilter.LASTING | {"status", "placed_after", "placed_before", "order"}

    status = django_filters.MultipleChoiceFilter(
        choices=Package.Status.choices, method="of_status", label=_("Status")
    )
    order = django_filters.CharFilter(
        field_name="order__number", max_length=64, label=_("Order number")
    )
    tracking_number = django_filters.CharFilter(
        field_name="tracking_number", max_length=80, label=_("Tracking number")
    )

    class Meta:
        model = Package
        fields: tuple[str, ...] = ()  # only what is declared


class OwnPackageEndpointFilter(PackageEndpointFilter):
    """For sellers and customers: what they see has no other seller to choose."""

    seller = None


def whole_packages(actor: Actor):
    """The packages that this actor may see, ready for `package_detail`: three queries."""
    told = CarrierReport.objects.order_by("occurred_at", "pk")
    inside = PackageItem.objects.inside().select_related("item__line", "item__open_case")
    ordered = inside.order_by("item__line__position", "item__first_unit")
    return (
        Package.objects.visible_to(actor)
        .select_related("order", "seller", "delivery_option__company")
        .prefetch_related(
            Prefetch("contents", queryset=ordered), Prefetch("reports", queryset=told)
        )
    )


class PackageList(ListEndpoint):
    """Packages, newest first; with `updated_since` the oldest change first. Cancelled ones are
    among them."""

    model = Package
    read_scope = "packages:read"
    serializer_class = PackageShape

    @property
    def filterset_class(self):
        actor = getattr(self.request, "actor", None)
        is_owner = actor is None or actor.role is Role.OWNER
        return PackageEndpointFilter if is_owner else OwnPackageEndpointFilter

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Package.objects.none()
        return Package.objects.visible_to(self.request.actor).as_answered()


class PackageDetail(DetailEndpoint):
    """One package with what its carrier told, and what may be done next."""

    model = Package
    read_scope = "packages:read"
    serializer_class = PackageDetailShape

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Package.objects.none()
        return whole_packages(self.request.actor)
