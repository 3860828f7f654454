"""What all acts on packages share: who may, which package, and the answer afterwards."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from core.actors import Actor
from core.api.views import ActEndpoint
from core.errors import DomainError, InvalidInput, Problems
from packages.actions import allowed_actions
from packages.api.reading import whole_packages
from packages.models import Package
from packages.serializers import PackageDetailShape
from sellers.models import DeliveryOption
from sellers.presenting import offered_options


class PackageAct(ActEndpoint):
    """POST: one operation on one package, which is answered as it is then. Writes
    `act(package, data)`; what that returns is answered, the same package where it is None."""

    model = Package
    write_scope = "packages:write"
    serializer_class = PackageDetailShape

    @extend_schema(responses={201: PackageDetailShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, package: Package, data: dict) -> Package | None:
        raise NotImplementedError

    def perform(self, data: dict, **url) -> Package:
        package = self.load(Package, number=url["number"])
        try:
            done = self.act(package, data) or package
        except DomainError as refusal:
            if not refusal.allowed and refusal.status != 400:  # what was sent is at fault
                refusal.allowed = self._possible(package)
            raise
        return whole_packages(self.request.actor).get(pk=done.pk)

    def _possible(self, package: Package) -> list[str]:
        """What may be done instead, as things are now."""
        now = whole_packages(self.request.actor).get(pk=package.pk)
        items = [content.item for content in now.contents.all()]
        return allowed_actions(now, items, self.request.actor)

    def location_of(self, result: Package) -> str:
        return reverse("api:package_detail", args=[result.number])


def units_of(wanted: list[dict], ids: dict[str, int], words: str) -> dict[int, int]:
    """{item id: units} of `[{"item", "quantity"}]`. Raises Problems where a number is not among
    `ids` {number: id}, or is named twice."""
    problems: list[DomainError] = []
    units: dict[int, int] = {}
    for position, one in enumerate(wanted):
        field = f"items/{position}/item"
        if one["item"] not in ids:
            problems.append(
                InvalidInput(words, field=field, code="unknown_item", allowed=list(ids))
            )
        elif ids[one["item"]] in units:
            twice = _("Name each item once.")
            problems.append(InvalidInput(twice, field=field, code="named_twice"))
        else:
            units[ids[one["item"]]] = one["quantity"]
    if problems:
        raise Problems(problems)
    return units


def items_inside(package: Package) -> dict[str, int]:
    """{number: id} of what is in the package."""
    inside = package.contents.inside().order_by("item__line__position", "item__first_unit")
    return dict(inside.values_list("item__number", "item_id"))


def option_of(data: dict[str, Any], actor: Actor, seller_id: int) -> DeliveryOption | None:
    """The delivery option that is named by its code; None where none is. Raises InvalidInput."""
    code = data.get("delivery_option")
    if not code:
        return None
    options = DeliveryOption.objects.visible_to(actor).select_related("company")
    option = options.filter(code=code).first()
    if option is None:
        raise InvalidInput(
            _("There is no such delivery option."),
            field="delivery_option",
            code="unknown_delivery_option",
            allowed=[way.code for way in offered_options(seller_id)],
        )
    return option
