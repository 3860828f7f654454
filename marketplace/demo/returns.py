"""Returns to look at: one that waits for its seller, and one that was rejected and is disputed."""

from core.actors import Actor
from orders.models import Order, OrderStatus
from returns.models import ReturnRequest
from returns.operations import ReturnSelection, reject_items, request_return
from sellers.models import Seller


def ask_for_returns(seller: Seller, *, owner: Actor, potter: Actor) -> None:
    """Of the seller's latest deliveries; asked for by the owner, as customers without an account
    do who call."""
    waiting, disputed = _latest_deliveries(seller)
    _ask(waiting, seller, "does_not_fit", "Too small for our cups.", owner)
    [request] = _ask(disputed, seller, "not_as_described", "The glaze is another colour.", owner)
    reject_items(
        request,
        actor=potter,
        reason_code="as_described",
        message="The colour differs from piece to piece; the listing says so.",
    )


def _latest_deliveries(seller: Seller) -> list[Order]:
    delivered = Order.objects.filter(
        seller_orders__seller=seller, status=OrderStatus.DELIVERED, customer__user=None
    )
    return list(delivered.order_by("-placed_at")[:2])


def _ask(order: Order, seller: Seller, reason: str, note: str, owner: Actor) -> list[ReturnRequest]:
    item = order.items.filter(status=OrderStatus.DELIVERED, seller=seller).order_by("pk")[0]
    selection = ReturnSelection(item.pk, item.quantity, reason, note)
    return request_return(order=order, selections=[selection], actor=owner)
