"""What waits for somebody, counted: the tiles of the start pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from orders.models import Case, OrderStatus, SellerOrder
from refunds.models import RefundPlan

LATEST = 8
UNSHIPPED = (OrderStatus.WAITING_PACKAGING, OrderStatus.PREPARING, OrderStatus.READY_TO_SHIP)


@dataclass(frozen=True)
class Queue:
    """One tile: how many wait, and the list that holds them: a page of the surface, its filter."""

    label: str | Promise
    icon: str
    count: int
    query: str = ""
    due_at: datetime | None = None
    overdue: int = 0
    page: str = "order_list"


def order_queues(actor: Actor) -> list[Queue]:
    """Work on parcels: what to pack, what to ship, and by when; one query."""
    now = timezone.now()
    packing = Q(status=OrderStatus.WAITING_PACKAGING)
    shipping = Q(status__in=(OrderStatus.PREPARING, OrderStatus.READY_TO_SHIP))
    late = Q(ship_by__lt=now)
    parts = SellerOrder.objects.visible_to(actor).filter(status__in=UNSHIPPED)
    found = parts.aggregate(
        pack=Count("pk", filter=packing),
        pack_due=Min("ship_by", filter=packing & ~late),
        pack_late=Count("pk", filter=packing & late),
        prepare=Count("pk", filter=Q(status=OrderStatus.PREPARING)),
        ship=Count("pk", filter=Q(status=OrderStatus.READY_TO_SHIP)),
        ship_due=Min("ship_by", filter=shipping & ~late),
        ship_late=Count("pk", filter=Q(status=OrderStatus.READY_TO_SHIP) & late),
        prepare_late=Count("pk", filter=Q(status=OrderStatus.PREPARING) & late),
    )
    return [
        Queue(
            _("To pack"),
            "package-plus",
            found["pack"],
            due_at=found["pack_due"],
            overdue=found["pack_late"],
            page="package_to_pack",
        ),
        Queue(
            _("Being prepared"),
            "package-open",
            found["prepare"],
            "tab=preparing",
            overdue=found["prepare_late"],
        ),
        Queue(
            _("To ship"),
            "truck",
            found["ship"],
            "tab=ready_to_ship",
            found["ship_due"],
            found["ship_late"],
        ),
    ]


def request_queues(actor: Actor) -> list[Queue]:
    """Requests to answer, and what was cancelled and must not be handed over."""
    cases = Case.objects.visible_to(actor)
    waiting = cases.open().aggregate(n=Count("pk"), due_at=Min("due_at"))
    return [
        Queue(
            _("Requests to answer"),
            "hourglass",
            waiting["n"],
            due_at=waiting["due_at"],
            page="request_list",
        ),
        Queue(
            _("Do not hand over"),
            "package-x",
            cases.held_back().count(),
            "tab=action_needed&request=do_not_hand_over",
        ),
    ]


def latest_requests(actor: Actor) -> list[Case]:
    """The newest requests that were made here; an imported past is no news."""
    cases = Case.objects.visible_to(actor).filter(imported=False)
    return list(cases.select_related("order", "order__customer", "seller").order_by("-pk")[:LATEST])


def refunds_in_trouble(actor: Actor) -> int:
    """Plans that the payment provider refused, or does not answer about for an hour."""
    plans = RefundPlan.objects.visible_to(actor)
    stuck = Q(status="processing", updated_at__lt=timezone.now() - timedelta(hours=1))
    return plans.filter(Q(status="failed") | stuck).count()
