"""A delivery failed, and the owner's rule says not to try again."""

from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM
from orders.models import OrderItem, Reason
from orders.operations import lock_order
from packages.models import Package
from returns import policies
from returns.models import ReturnRequest
from returns.operations.requesting import request_return
from returns.operations.selecting import ReturnSelection, grounds_of


@transaction.atomic
def open_for_failed_delivery(*, package_id: int) -> list[ReturnRequest]:
    """Open a return of what could not be delivered, where the owner's rule says so.

    The reason is the first one of the owner's list that is the carrier's fault and that the
    system may use; without one nothing is opened. Harmless the second time, and where the package
    is on its way again.
    """
    package = Package.objects.get(pk=package_id)
    order = lock_order(package.order_id)
    package.refresh_from_db()
    reasons = Reason.objects.pickable_by(SYSTEM, Reason.Kind.RETURN)
    reason = reasons.filter(fault=Reason.Fault.CARRIER).first()
    if reason is None or package.status != Package.Status.DELIVERY_FAILED:
        return []
    inside = OrderItem.objects.live().filter(packings__package=package, packings__removed_at=None)
    items = list(inside.select_related("line", "seller").order_by("pk"))
    grounds, now = grounds_of(items, order.currency), timezone.now()
    failed = [
        item
        for item in items
        if grounds[item.pk].rules.opens_on_failed_delivery
        and policies.may_return(item, grounds[item.pk], SYSTEM, now) is None
    ]
    if not failed:
        return []
    note = reason.text if reason.needs_note else ""
    selections = [ReturnSelection(item.pk, item.quantity, reason.code, note) for item in failed]
    return request_return(order=order, selections=selections, actor=SYSTEM)
