"""What customer and seller are told about a package: facts for mails and the bell."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy

from core import formats
from core.actors import Role
from core.notifications.operations import mail, notify
from packages.models import CarrierReport, Package, PackageItem
from sellers.models import SellerMember

on_reader_day = lazy(formats.day, str)  # worded in the mail's language and time zone


def write_to_customer(package_id: int, template: str, *, once: int | None = None) -> None:
    """Owe the order's customer one mail of this kind about the package, in their language.

    once: tells letters of the same kind apart, as of a second shipment.
    """
    package = Package.objects.select_related(
        "order__customer__user", "seller", "delivery_option__company"
    ).get(pk=package_id)
    customer = package.order.customer
    mail(
        to=customer.email,
        template=template,
        context=_facts(package),
        language=customer.language or (customer.user.language if customer.user else ""),
        time_zone=customer.user.time_zone if customer.user else "",
        dedupe_key=f"{template}:{package.pk}" + (f":{once}" if once else ""),
        order_id=package.order_id,
        seller_id=package.seller_id,
    )


def _facts(package: Package) -> dict[str, Any]:
    order = package.order
    return {
        "package_number": package.number,
        "order_number": order.number,
        "seller_name": package.seller.name,
        "customer_name": order.customer.first_name,
        "carrier": package.carrier,
        "tracking_number": package.tracking_number,
        "tracking_link": package.tracking_link,
        "expected": on_reader_day(package.expected_at) if package.expected_at else "",
        "reason": _why_it_failed(package),
        "lines": [
            {"name": name, "quantity": quantity} for name, quantity in _contents(package).items()
        ],
        "order_url": settings.BASE_URL + reverse("my:order_detail", args=[order.number]),
    }


def _contents(package: Package) -> dict[str, int]:
    """What is inside, {name: units}: units of one line are one entry, however they were split."""
    inside: dict[str, int] = {}
    packings = PackageItem.objects.inside().filter(package=package).select_related("item__line")
    for packing in packings.order_by("item__line__position", "item_id"):
        name = packing.item.line.name
        inside[name] = inside.get(name, 0) + packing.item.quantity
    return inside


def _why_it_failed(package: Package) -> str:
    if package.status != Package.Status.DELIVERY_FAILED:
        return ""
    reports = CarrierReport.objects.filter(package=package, kind=CarrierReport.Kind.FAILED)
    return reports.order_by("-occurred_at").values_list("reason", flat=True).first() or ""


def ring_seller(package_id: int, template: str, *, once: int) -> None:
    """Put a line under the bell of everybody who works for the package's seller now."""
    package = Package.objects.select_related("order").get(pk=package_id)
    members = SellerMember.objects.valid().filter(seller=package.seller_id)
    notify(
        user_ids=list(members.values_list("user_id", flat=True).distinct()),
        role=Role.SELLER,
        seller_id=package.seller_id,
        template=template,
        data={"order": package.order.number, "package": package.number},
        url=reverse("seller:package_detail", args=[package.number]),
        order_id=package.order_id,
        dedupe_key=f"{template}:{package.pk}:{once}",
    )
