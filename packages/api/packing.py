"""Packing by programs: new packages of an order, and packages packed differently."""

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from core.api.views import ActEndpoint
from core.errors import InvalidInput
from orders.models import Order, OrderItem
from packages import operations
from packages.api.acting import PackageAct, items_inside, option_of, units_of
from packages.api.reading import whole_packages
from packages.models import Package
from packages.serializers import MoveInput, NewPackageInput, PackageDetailShape, SplitInput


class OrderPackages(ActEndpoint):
    """Pack waiting items of one seller of an order together: whole items or part of their
    quantity. It goes by the seller's usual delivery option where none is named."""

    model = Package
    write_scope = "packages:write"
    input_class = NewPackageInput
    serializer_class = PackageDetailShape

    @extend_schema(request=NewPackageInput, responses={201: PackageDetailShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> Package:
        actor = self.request.actor
        order = self.load(Order, number=url["number"])
        visible = OrderItem.objects.visible_to(actor).filter(order=order)
        found = {item.number: item for item in visible.order_by("line__position", "first_unit")}
        ids = {number: item.pk for number, item in found.items()}
        units = units_of(data["items"], ids, _("There is no such item in this order."))
        items = [item for item in found.values() if item.pk in units]
        made = operations.start_packaging(
            order=order,
            items=items,
            units=units,
            delivery_option=option_of(data, actor, items[0].seller_id),
            actor=actor,
        )
        return whole_packages(actor).get(pk=made.pk)

    def location_of(self, result: Package) -> str:
        return reverse("api:package_detail", args=[result.number])


class PackageSplit(PackageAct):
    """Make a new package of some units of one that is being prepared; at least one unit stays.
    The new package is the answer."""

    input_class = SplitInput

    def act(self, package: Package, data: dict) -> Package:
        words = _("There is no such item in this package.")
        units = units_of(data["items"], items_inside(package), words)
        return operations.split_package(package=package, units=units, actor=self.request.actor)


class PackageMove(PackageAct):
    """Move units into another package of the same order and seller, both being prepared. A
    package that is emptied by it is cancelled, its items are not. The other one is the answer."""

    input_class = MoveInput

    def act(self, package: Package, data: dict) -> Package:
        actor = self.request.actor
        target = Package.objects.visible_to(actor).filter(number=data["into"]).first()
        if target is None:
            words = _("There is no such package.")
            raise InvalidInput(words, field="into", code="unknown_package")
        words = _("There is no such item in this package.")
        units = units_of(data["items"], items_inside(package), words)
        operations.move_between(source=package, target=target, units=units, actor=actor)
        return target
