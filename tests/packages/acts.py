"""Acts that tests of packages begin with."""

from datetime import datetime, timedelta

from django.utils import timezone

from core.actors import SYSTEM, Actor, Role, Via
from orders.models import Order
from packages.models import CarrierReport, Package
from packages.operations import start_packaging, take_report
from sellers.models import DeliveryOption, ShippingCompany
from tests.factories import items_of

CARRIER = Actor(Role.CARRIER, via=Via.API)


def packed(order: Order, actor: Actor = SYSTEM, **more) -> Package:
    """All of the order in one package."""
    return start_packaging(order=order, items=items_of(order), actor=actor, **more)


def make_option(code: str = "std", company: str = "Carrier", **fields) -> DeliveryOption:
    """A way of delivery of a company that is called like its code."""
    owner, _new = ShippingCompany.objects.get_or_create(
        code=company.lower(), defaults={"name": company}
    )
    return DeliveryOption.objects.create(company=owner, code=code, name=code.title(), **fields)


def statuses(order: Order) -> list[str]:
    return [item.status for item in items_of(order)]


def units_in(package: Package) -> int:
    """How many units are in it now."""
    inside = package.contents.inside().select_related("item")
    return sum(packing.item.quantity for packing in inside)


def report(
    package: Package,
    kind: str,
    *,
    minutes: int = 0,
    key: str = "",
    since: datetime | None = None,
    **more,
) -> CarrierReport:
    """A carrier's message of what happened so many minutes after `since` (now)."""
    occurred_at = (since or timezone.now()) + timedelta(minutes=minutes)
    return take_report(
        package=package,
        kind=kind,
        key=key or f"{kind}@{minutes}",
        occurred_at=occurred_at,
        actor=CARRIER,
        **more,
    )
