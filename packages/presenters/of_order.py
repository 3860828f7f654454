"""The packages of one order, for the table on its console page."""

from datetime import datetime

from django.db.models import QuerySet

from core.actors import Actor
from orders.models import Order
from packages.models import Package

Status = Package.Status


def packages_of(order: Order | int, actor: Actor) -> QuerySet[Package]:
    """The order's packages that this actor may see, newest first, ready for a table."""
    packages = Package.objects.visible_to(actor).filter(order=order).order_by("-pk")
    return packages.select_related("seller", "delivery_option__company")


def last_change(package: Package) -> datetime | None:
    """When the package came to stand where it stands; an imported past may not know."""
    if not package.imported:
        return package.updated_at
    known = {
        Status.PREPARING: package.created_at,
        Status.SHIPPED: package.shipped_at,
        Status.DELIVERED: package.delivered_at,
    }
    return known.get(Status(package.status))
