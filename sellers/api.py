"""Sellers and ways of delivery, for programs; they are changed on the pages."""

from core.api.pagination import SinceFilter
from core.api.views import DetailEndpoint, ListEndpoint
from sellers.filters import SellerFilter
from sellers.models import DeliveryOption, Seller
from sellers.serializers import DeliveryOptionSerializer, SellerSerializer


class SellerList(ListEndpoint):
    """The owner sees all sellers, a seller itself."""

    model = Seller
    serializer_class = SellerSerializer
    filterset_class = SellerFilter
    read_scope = "settings:read"
    keyset = ("name", "id")


class SellerDetail(DetailEndpoint):
    model = Seller
    serializer_class = SellerSerializer
    lookup_field = "code"
    read_scope = "settings:read"


class DeliveryOptionList(ListEndpoint):
    """Ways of delivery, by priority. For a seller `offered` says which may be chosen for their
    new packages, and the last two fields are their own choice."""

    model = DeliveryOption
    serializer_class = DeliveryOptionSerializer
    filterset_class = SinceFilter
    read_scope = "settings:read"
    keyset = ("priority", "id")

    def get_queryset(self):
        options = super().get_queryset().select_related("company")
        if getattr(self, "swagger_fake_view", False):
            return options
        return options.with_choice_of(self.request.actor.seller_id)
