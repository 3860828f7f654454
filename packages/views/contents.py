"""What is in a package: packing waiting items, dividing a package, moving items over."""

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import InvalidInput
from orders.models import Order, OrderItem
from packages import operations
from packages.forms import MoveForm, PackForm, SplitForm
from packages.models import Package
from packages.views.act import Act, PackageAct
from sellers.models import DeliveryOption


class PackageStart(Act):
    """*Start packaging* of an order, or of a part of it: `order` names it. An order of several
    sellers is packed by the owner seller by seller: `seller` names whose part."""

    form_class = PackForm
    body = "packages/console/_pack.html"
    question = gettext_lazy("What is left at 0 keeps waiting. The customer sees a new package.")
    yes = gettext_lazy("Start packaging")
    icon = "package-open"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        given = request.POST if request.method == "POST" else request.GET
        self.order = self.scoped(Order, number=given.get("order", ""))
        self.wanted = given.get("seller", "")

    @property
    def heading(self) -> str:
        return _("Pack %(number)s") % {"number": self.order.number}

    @cached_property
    def waiting(self) -> list[OrderItem]:
        """All that waits in this order, as far as this reader sees it."""
        items = OrderItem.objects.visible_to(self.request.actor).filter(
            order=self.order, status=OrderItem.Status.WAITING_PACKAGING
        )
        found = items.select_related("line", "seller", "open_case")
        return list(found.order_by("line__position", "first_unit"))

    @cached_property
    def sellers(self) -> list:
        """Those with something to pack; one package holds items of one."""
        return list(dict.fromkeys(item.seller for item in self.waiting))

    @cached_property
    def seller(self):
        named = [seller for seller in self.sellers if seller.code == self.wanted]
        return next(iter(named or self.sellers), None)

    @property
    def items(self) -> list[OrderItem]:
        return [item for item in self.waiting if item.seller == self.seller]

    def home_url(self) -> str:
        return self.at("order_detail", self.order.number)

    def why_not(self) -> str:
        return "" if self.items else _("Nothing of this order waits to be packed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        offered = DeliveryOption.objects.none()
        if self.seller:
            offered = DeliveryOption.objects.offered_to(self.seller.pk)
        return super().get_form_kwargs() | {
            "items": self.items,
            "full": True,
            "options": offered.select_related("company").ranked(),
            "keep": _("The usual way"),
            "with_other": False,
        }

    def act(self, data: dict) -> Package:
        units = self.form.units
        items = OrderItem.objects.visible_to(self.request.actor).filter(order=self.order)
        chosen = list(items.filter(pk__in=units))
        if len(chosen) != len(units):
            raise Http404
        if not chosen:
            raise InvalidInput(_("A package needs at least one item."))
        return operations.start_packaging(
            order=self.order,
            items=chosen,
            units=units,
            delivery_option=self.form.way["delivery_option"],
            actor=self.request.actor,
        )

    def get_success_message(self) -> str:
        return _("Packaging of %(number)s started.") % {"number": self.result.number}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            order=self.order, seller=self.seller, sellers=self.sellers, **kwargs
        )


class PackageSplit(PackageAct):
    name = "package_split"
    form_class = SplitForm
    body = "packages/console/_quantities.html"
    heading = gettext_lazy("Create a new package")
    question = gettext_lazy(
        "Say how much leaves for a package of its own. At least one piece stays."
    )
    yes = gettext_lazy("Create new package")
    icon = "split"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"items": self.detail.items}

    def act(self, data: dict) -> Package:
        units = self.form.units
        return operations.split_package(package=self.package, units=units, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("Package %(number)s created.") % {"number": self.result.number}


class PackageMove(PackageAct):
    name = "package_move"
    form_class = MoveForm
    body = "packages/console/_quantities.html"
    heading = gettext_lazy("Move items")
    question = gettext_lazy(
        "A package that is emptied is taken off the list; nothing is cancelled."
    )
    yes = gettext_lazy("Move items")
    icon = "arrow-left-right"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "items": self.detail.items,
            "targets": self.detail.targets,
        }

    def act(self, data: dict) -> Package:
        target = self.scoped(Package, number=data["package"])
        operations.move_between(
            source=self.package, target=target, units=self.form.units, actor=self.request.actor
        )
        return target

    def get_success_url(self) -> str:
        self.package.refresh_from_db(fields=["status"])
        if self.package.status == Package.Status.CANCELLED:  # emptied
            return self.at("package_detail", self.result.number)
        return super().get_success_url()

    def get_success_message(self) -> str:
        return _("Items moved into %(number)s.") % {"number": self.result.number}
