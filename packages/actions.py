"""What may be done with a package as it stands: what endpoints answer as `allowed_actions`."""

from collections.abc import Collection

from core.actors import Actor
from orders.models import OrderItem
from packages import policies
from packages.models import Package

Status = Package.Status


def allowed_actions(package: Package, items: Collection[OrderItem], actor: Actor) -> list[str]:
    """In the order they happen in life; `items` are those inside, with line and open request.

    `ship_anyway` stands instead of `ship` where a request to cancel waits for an answer.
    """
    if policies.may_send(actor, package.seller_id):
        return []
    live = [item for item in items if item.is_live]
    possible = {
        "split": policies.may_split(package, live) is None,
        "move": package.status == Status.PREPARING,
        "invoice": policies.may_invoice(package) is None,
        "change_delivery": policies.may_change_delivery(package) is None,
        "ready": package.can_become(Status.READY_TO_SHIP),
        _shipping(live): package.can_become(Status.SHIPPED),
        "deliver": package.can_become(Status.DELIVERED) or _may_arrive_unsaid(package, live),
        "fail": package.can_become(Status.DELIVERY_FAILED),
    }
    return [action for action, may in possible.items() if may]


def _shipping(items: list[OrderItem]) -> str:
    return "ship" if policies.may_ship(items, anyway=False) is None else "ship_anyway"


def _may_arrive_unsaid(package: Package, items: list[OrderItem]) -> bool:
    """Delivered before anybody said "shipped": then it ships first."""
    return package.status in policies.OPEN and policies.may_ship(items, anyway=False) is None
