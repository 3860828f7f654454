"""A package's paper and its way: invoice, ready, shipped, delivered or not."""

from functools import partial
from typing import Any

from django.db import transaction
from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from packages import operations
from packages.forms import DeliveryForm, FailForm, InvoiceForm, ShipForm
from packages.models import Package
from packages.paper.invoices import discard_invoice, store_invoice
from packages.views.act import PackageAct


class PackageInvoice(PackageAct):
    name = "package_invoice"
    form_class = InvoiceForm
    body = "packages/console/_invoice.html"
    heading = gettext_lazy("Give invoice")
    question = gettext_lazy("It may be replaced until the package is delivered.")
    yes = gettext_lazy("Give invoice")
    icon = "receipt-text"

    def get_initial(self) -> dict[str, Any]:
        package = self.package
        return {
            "number": package.invoice_number,
            "date": package.invoice_date,
            "link": package.invoice_link,
        }

    def act(self, data: dict) -> Package:
        stored = store_invoice(data["file"]) if data["file"] else None
        before = self.package.invoice_file
        try:
            package = operations.give_invoice(
                package=self.package,
                number=data["number"],
                date=data["date"],
                link=data["link"],
                file=stored,
                actor=self.request.actor,
            )
        except DomainError:
            if stored:
                discard_invoice(stored)
            raise
        if stored and before:
            transaction.on_commit(partial(discard_invoice, before))
        return package

    def get_success_message(self) -> str:
        return _("Invoice %(invoice)s given for %(number)s.") % {
            "invoice": self.result.invoice_number,
            "number": self.package.number,
        }


class PackageReady(PackageAct):
    name = "package_ready"
    form_class = Form  # nothing to type
    heading = gettext_lazy("Ready to ship")
    question = gettext_lazy("It is packed, invoiced and labelled, and waits for the carrier.")
    yes = gettext_lazy("Mark as ready to ship")
    icon = "package-check"

    def act(self, data: dict) -> Package:
        return operations.mark_ready(package=self.package, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("%(number)s is ready to ship.") % {"number": self.package.number}


class PackageShip(PackageAct):
    """*Ship*, *Ship again*, and *Change delivery setting and ship*."""

    name = "package_ship"
    form_class = ShipForm
    body = "packages/console/_ship.html"
    question = gettext_lazy(
        "The customer is mailed the tracking number. Items can no longer be cancelled."
    )
    icon = "truck"

    @property
    def heading(self) -> str:
        return _("Ship %(number)s") % {"number": self.package.number}

    @property
    def yes(self) -> str | Promise:
        return self.detail.action(self.name).label

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | self.delivery_arguments()

    def get_initial(self) -> dict[str, Any]:
        again = self.package.status == Package.Status.DELIVERY_FAILED
        return {"tracking_number": "" if again else self.package.tracking_number}

    def act(self, data: dict) -> Package:
        return operations.ship_package(
            package=self.package,
            tracking_number=data["tracking_number"],
            anyway=data["anyway"],
            actor=self.request.actor,
            **self.form.way,
        )

    def get_success_message(self) -> str:
        return _("%(number)s shipped.") % {"number": self.package.number}


class PackageDeliver(PackageAct):
    name = "package_deliver"
    form_class = Form
    heading = gettext_lazy("Mark as delivered")
    question = gettext_lazy("The customer is told that the package has arrived.")
    yes = gettext_lazy("Mark as delivered")
    icon = "circle-check"

    def act(self, data: dict) -> Package:
        return operations.deliver_package(package=self.package, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("%(number)s delivered.") % {"number": self.package.number}


class PackageFail(PackageAct):
    name = "package_fail"
    form_class = FailForm
    body = "packages/console/_plain_fields.html"
    heading = gettext_lazy("Delivery failed")
    question = gettext_lazy("The carrier could not hand it over. It can be shipped again.")
    yes = gettext_lazy("Delivery failed")
    icon = "triangle-alert"

    def act(self, data: dict) -> Package:
        return operations.fail_delivery(
            package=self.package, reason=data["reason"], actor=self.request.actor
        )

    def get_success_message(self) -> str:
        return _("%(number)s could not be delivered.") % {"number": self.package.number}


class PackageDelivery(PackageAct):
    name = "package_delivery"
    form_class = DeliveryForm
    body = "packages/console/_delivery.html"
    heading = gettext_lazy("Change delivery setting")
    question = gettext_lazy("A tracking number of the carrier before goes with that carrier.")
    yes = gettext_lazy("Change delivery setting")
    icon = "settings-2"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | self.delivery_arguments()

    def act(self, data: dict) -> Package:
        return operations.change_delivery(
            package=self.package, actor=self.request.actor, **self.form.way
        )

    def get_success_message(self) -> str:
        return _("Delivery setting of %(number)s changed.") % {"number": self.package.number}
