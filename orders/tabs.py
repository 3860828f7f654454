"""How many orders are under each tab: asked in a second request, capped, kept for some seconds."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from core.actors import Actor, Role
from core.counts import counted
from core.kept_counts import kept
from orders.choices import Tab, in_tab
from orders.models import Case, Order, SellerOrder

CAP = 1000  # an exact count of a million rows costs 26 pages (performance.md §3)


@dataclass(frozen=True)
class TabCounts:
    """`rows` per tab, "" being all of them; "999+" stands for more. The rest is about requests."""

    rows: dict[str, int]
    held_back: int
    waiting_cancellations: int
    waiting_returns: int
    next_due_at: datetime | None

    @property
    def waiting(self) -> int:
        return self.waiting_cancellations + self.waiting_returns


def listed(actor: Actor):
    """What the Orders list of this actor lists: seller orders for a seller, else orders."""
    return model_listed(actor).objects.visible_to(actor)


def model_listed(actor: Actor) -> type[Order] | type[SellerOrder]:
    return SellerOrder if actor.role is Role.SELLER else Order


def tab_counts(actor: Actor) -> TabCounts:
    """The counts of all that this actor may see, without regard to filters."""
    return kept("order-tabs", actor, lambda: _counted(actor))


def _counted(actor: Actor) -> TabCounts:
    orders = listed(actor).order_by()
    rows = counted({tab: in_tab(orders, tab) for tab in ("", *Tab.values)}, CAP)
    cases = Case.objects.visible_to(actor)
    waiting = Q(status=Case.Status.WAITING)
    asked = cases.filter(waiting).aggregate(
        cancellations=Count("pk", filter=Q(kind=Case.Kind.CANCEL)),
        returns=Count("pk", filter=Q(kind=Case.Kind.RETURN)),
        next_due_at=Min("due_at"),
    )
    return TabCounts(
        rows=rows,
        held_back=cases.held_back().count(),
        waiting_cancellations=asked["cancellations"],
        waiting_returns=asked["returns"],
        next_due_at=asked["next_due_at"],
    )
