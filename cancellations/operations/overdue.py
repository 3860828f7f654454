"""The seller has not shipped in time, and the owner's rule says to cancel then."""

from django.db import transaction

from cancellations.models import CancellationRequest
from cancellations.operations.rejecting import reject_items
from cancellations.operations.selecting import Selection
from core.actors import SYSTEM
from orders.models import Case, OrderItem, Reason, SellerOrder
from orders.operations import lock_order
from orders.policies import may_cancel

RULE = "ship_by_missed"


@transaction.atomic
def cancel_overdue(*, seller_order_id: int) -> list[CancellationRequest]:
    """Cancel what one seller has not shipped of an order, as the seller's fault.

    The reason is the first one of the owner's list that is the seller's fault and that the system
    may use; without one nothing is cancelled, and the order stays overdue. What the customer has
    asked to cancel already is left to that request. Harmless the second time.
    """
    part = SellerOrder.objects.select_related("order").get(pk=seller_order_id)
    order = lock_order(part.order_id)
    reasons = Reason.objects.pickable_by(SYSTEM, Case.Kind.CANCEL)
    reason = reasons.filter(fault=Reason.Fault.SELLER).first()
    items = OrderItem.objects.filter(seller_order=part).unshipped().order_by("pk")
    late = [item for item in items if may_cancel(item) is None]
    if reason is None or not late:
        return []
    note = reason.text if reason.needs_note else ""
    selections = [Selection(item.pk, item.quantity, reason.code, note) for item in late]
    return reject_items(order=order, selections=selections, actor=SYSTEM, rule=RULE)
