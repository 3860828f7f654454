"""The tabs of the Refund plans list: one per status, and the marketplace's queues."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core import formats
from core.actors import Actor, Role
from core.counts import counted
from core.kept_counts import kept
from core.web import CURSOR
from refunds.filters import Queue, in_queue
from refunds.models import RefundPlan

Status = RefundPlan.Status
CAP = 1000  # beyond it a count says "999+" and costs no more
COUNTED = (Status.WAITING, Status.APPROVED, Status.PROCESSING, Status.FAILED)


@dataclass(frozen=True)
class PlanTab:
    label: str
    href: str
    current: bool
    count: str | None = None
    urgent: bool = False


def plan_tabs(asked: QueryDict, actor: Actor) -> list[PlanTab]:
    """The tabs as addresses that keep the other filters and begin at the first page."""
    counts = tab_counts(actor)
    return [
        PlanTab(
            label=label,
            href=_address(asked, name, value),
            current=_is_current(asked, name, value),
            count=_capped(counts[value]) if value in counts else None,
            urgent=name == "queue" and bool(counts.get(value)),
        )
        for name, value, label in _tabs(actor)
    ]


def _tabs(actor: Actor) -> Iterator[tuple[str, str, str]]:
    yield "", "", _("All")
    if actor.role is Role.OWNER:
        for queue in Queue:
            yield "queue", queue.value, str(queue.label)
    for status in Status:
        yield "status", status.value, str(status.label)


def tab_counts(actor: Actor) -> dict[str, int]:
    """How many plans of this actor wait for something, kept for some seconds."""
    return kept("plan-tabs", actor, lambda: _counted(actor))


def _counted(actor: Actor) -> dict[str, int]:
    plans = RefundPlan.objects.visible_to(actor).order_by()
    tabs: dict[str, Any] = {status.value: plans.filter(status=status) for status in COUNTED}
    if actor.role is Role.OWNER:
        tabs |= {queue.value: in_queue(plans, queue, actor) for queue in Queue}
    return counted(tabs, CAP)


def _is_current(asked: QueryDict, name: str, value: str) -> bool:
    if not name:
        return not (asked.get("queue") or asked.getlist("status"))
    return asked.getlist(name) == [value]


def _address(asked: QueryDict, name: str, value: str) -> str:
    address = asked.copy()
    for other in (CURSOR, "queue", "status"):
        address.pop(other, None)
    if name:
        address[name] = value
    return f"?{address.urlencode()}"


def _capped(count: int) -> str:
    return f"{CAP - 1}+" if count >= CAP else formats.grouped(count)
