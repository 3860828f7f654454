"""Reminders to ship, and the news that somebody has not. Many orders are due at one hour, so they
are told of together: one mail, one line under the bell, which name how many there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import lazy

from core import formats
from core.accounts.models import StaffMember, User
from core.actors import Role
from core.deadlines.models import Deadline
from core.notifications.operations import mail, notify
from orders.models import OrderItem, SellerOrder
from orders.operations.placing import SHIP_BY
from sellers.models import Seller, SellerMember

HOUR = timedelta(hours=1)
NAMED = 20  # orders that a mail lists
in_reader_time = lazy(formats.when, str)  # worded in the mail's language and time zone


@dataclass(frozen=True)
class DueTogether:
    """The parts of one seller that still have to ship and are due within the same hour."""

    seller: Seller
    hour: datetime
    due_at: datetime  # the first of them
    orders: list[str]

    @property
    def url(self) -> str:
        """The order, or where all of today's work is."""
        if len(self.orders) == 1:
            return reverse("seller:order_detail", args=self.orders)
        return reverse("seller:overview")


def remind_to_ship(deadline: Deadline, at: datetime) -> None:
    """Write to everybody who packs for the seller, and ring: once per hour of due dates and
    reminder, however many orders near it. `at` is when the reminder was due to be sent."""
    due = _due_together(deadline)
    if due is None:
        return
    ahead = round((deadline.due_at - at) / HOUR)
    once = f"ship_by:{due.seller.pk}:{due.hour:%Y%m%d%H}:{ahead}"
    people = _packers(due.seller)
    notify(
        user_ids=[person.pk for person in people],
        role=Role.SELLER,
        seller_id=due.seller.pk,
        template="ship_by_near",
        data={"count": len(due.orders), "order": due.orders[0], "due_at": due.due_at.isoformat()},
        url=due.url,
        dedupe_key=once,
    )
    for person in people:
        mail(
            to=person.email,
            template="ship_by_near",
            context={
                "seller_name": due.seller.name,
                "count": len(due.orders),
                "orders": due.orders[:NAMED],
                "more": max(len(due.orders) - NAMED, 0),
                "due_at": in_reader_time(due.due_at),
                "cancels": deadline.action == "cancel",
                "url": settings.BASE_URL + due.url,
            },
            language=person.language,
            time_zone=person.time_zone or due.seller.time_zone,
            dedupe_key=f"{once}:{person.pk}",
            seller_id=due.seller.pk,
        )


def _due_together(deadline: Deadline) -> DueTogether | None:
    """What is due with this deadline; None when all of it has shipped meanwhile."""
    hour = deadline.due_at.replace(minute=0, second=0, microsecond=0)
    open_then = Deadline.objects.open().filter(
        step=SHIP_BY,
        seller_id=deadline.seller_id,
        due_at__gte=hour,
        due_at__lt=hour + HOUR,
    )
    due = dict(open_then.values_list("subject_id", "due_at"))
    parts = SellerOrder.objects.filter(pk__in=due).select_related("order", "seller")
    unshipped = [
        part for part in parts.order_by("placed_at", "pk") if part.status in OrderItem.UNSHIPPED
    ]
    if not unshipped:
        return None
    return DueTogether(
        seller=unshipped[0].seller,
        hour=hour,
        due_at=min(due[part.pk] for part in unshipped),
        orders=[part.order.number for part in unshipped],
    )


def _packers(seller: Seller) -> list[User]:
    """Everybody who works for the seller: Employees pack and ship."""
    members = SellerMember.objects.valid().filter(seller=seller).values("user_id")
    return list(User.objects.filter(pk__in=members, is_active=True).order_by("pk"))


def ring_of_missed(part: SellerOrder, *, due_at: datetime, action: str) -> None:
    """A line under the bells of the seller and of the marketplace, one per hour of due dates."""
    hour = due_at.replace(minute=0, second=0, microsecond=0)
    missed = Deadline.objects.filter(
        step=SHIP_BY, due_at__gte=hour, due_at__lt=hour + HOUR
    ).exclude(outcome="met")
    counted = missed.aggregate(orders=Count("pk"), sellers=Count("seller_id", distinct=True))
    own = missed.filter(seller_id=part.seller_id).count()
    key = f"ship_by_missed:{hour:%Y%m%d%H}"
    facts = {"action": action, "order": part.order.number}
    notify(
        user_ids=[person.pk for person in _packers(part.seller)],
        role=Role.SELLER,
        seller_id=part.seller_id,
        template="ship_by_missed",
        data=facts | {"count": own},
        url=_address("seller", part, own),
        dedupe_key=key + f":{part.seller_id}",
    )
    staff = StaffMember.objects.valid().filter(user__is_active=True)
    notify(
        user_ids=list(staff.values_list("user_id", flat=True).distinct()),
        role=Role.OWNER,
        template="ship_by_missed",
        data=facts | {"count": counted["orders"], "sellers": counted["sellers"]},
        url=_address("owner", part, counted["orders"]),
        dedupe_key=key,
    )


def _address(surface: str, part: SellerOrder, count: int) -> str:
    if count == 1:
        return reverse(f"{surface}:order_detail", args=[part.order.number])
    return reverse(f"{surface}:overview")
