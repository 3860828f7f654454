"""Goods that never reached their customer come back by the carrier that has them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.actors import SYSTEM
from orders.models import OrderItem, OrderStatus
from packages.models import Package
from returns.models import ReturnParcel
from returns.operations.goods import say_sent


def send_back_by_carrier(parcel: ReturnParcel, items: Sequence[OrderItem]) -> None:
    """Nobody is asked to send what nobody was given: where all of a return is a delivery that
    failed, it is on its way back already."""
    if any(item.status != OrderStatus.DELIVERY_FAILED for item in items):
        return
    package = (
        Package.objects.filter(contents__item__in=items, contents__removed_at=None)
        .select_related("delivery_option__company")
        .order_by("pk")
        .first()
    )
    if package is not None:
        say_sent(
            parcel,
            tracking_number=package.tracking_number or package.number,
            other_carrier=package.carrier or _("The carrier that could not deliver it"),
            actor=SYSTEM,
        )
