"""Acts of the driver (inside.py) about packages: a bench full of them, and one job to ship all."""

from collections import Counter

from django.db.models import Count

from core.accounts.models import User
from core.actors import SYSTEM, Actor, Rank, Role
from core.events.models import Event
from core.jobs.models import Job
from core.notifications.models import Mail
from orders.incoming import NewOrder
from orders.models import OrderItem
from orders.operations import place_orders
from packages.bulk import Action, start_bulk
from packages.models import Package
from packages.operations import start_packaging
from sellers.models import Seller, SellerMember

SHOP = "dora"
BATCH = 100


def member_of(shop: str) -> Actor:
    """An Admin of this shop, which is made where there is none."""
    seller, _new = Seller.objects.get_or_create(
        code=shop, defaults={"name": shop, "commission_rate": "0.12"}
    )
    user, _new = User.objects.get_or_create(email=f"{shop}@proof.example")
    SellerMember.objects.get_or_create(user=user, seller=seller, defaults={"rank": Rank.ADMIN})
    return Actor(Role.SELLER, user_id=user.pk, seller_id=seller.pk, rank=Rank.ADMIN)


def pack_orders(orders: list[NewOrder]) -> list[str]:
    """Place these orders of SHOP and pack each: the packages' numbers."""
    member = member_of(SHOP)
    numbers = []
    for start in range(0, len(orders), BATCH):
        for placed in place_orders(orders[start : start + BATCH], actor=SYSTEM):
            items = list(OrderItem.objects.filter(order=placed.order))
            package = start_packaging(order=placed.order, items=items, actor=member)
            numbers.append(package.number)
    return numbers


def ship_all(*, numbers: list[str]) -> str:
    """Leave the shipping of these to a worker, as the page does; the job's number."""
    return start_bulk(Action.SHIP, numbers, actor=member_of(SHOP)).number


def job(*, number: str) -> dict:
    found = Job.objects.get(number=number)
    return {
        "status": found.status,
        "done": found.done,
        "failed": found.failed,
        "steps": found.chunks,
        "rows": found.rows.filter(status="done").count(),
        "error": found.last_error,
    }


def shipments() -> dict:
    """How often each package has left, by its events and by its customer's mails."""
    left = Event.objects.filter(type="package.shipped").values("subject_id")
    items = Event.objects.filter(type="order_item.shipped").values("subject_id")
    arrived = Event.objects.filter(type="package.delivered").values("subject_id")
    mails = Mail.objects.filter(template="package_shipped")
    return {
        "packages": dict(Package.objects.values_list("number", "status")),
        "statuses": dict(Counter(Package.objects.values_list("status", flat=True))),
        "times": _times(left.annotate(times=Count("pk"))),
        "times_of_items": _times(items.annotate(times=Count("pk"))),
        "times_delivered": _times(arrived.annotate(times=Count("pk"))),
        "told": _times(mails.values("order_id").annotate(times=Count("pk"))),
        "mails": list(mails.values_list("message_id", flat=True)),
    }


def _times(rows) -> dict[str, int]:
    """{times: how many rows were so often}; as JSON has it, the keys are words."""
    return {str(times): count for times, count in Counter(r["times"] for r in rows).items()}
