"""The Cancellation/Return Requests of a reader, as rows and one by one. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from cancellations.models import CancellationItem
from cancellations.presenters import Cancellation
from cancellations.presenters import Entry as CancellationEntry
from core import formats
from core.actors import Actor
from marketplace.aftersales.filters import RequestTab, in_tab
from orders.models import Case
from refunds.models import RefundPlan
from returns.models import Offer, ReturnItem
from returns.presenters import Entry as ReturnEntry
from returns.presenters import Return

CAP = 1000  # a tab says "999+" from here on
# Requests that nobody need answer yet stand after all that are due.
NOT_DUE = datetime(2999, 1, 1, tzinfo=UTC)
BY_DEADLINE = ("due", "id")
NEWEST_FIRST = ("-id",)


def listed_requests(actor: Actor) -> QuerySet[Case]:
    """What this actor may see, with all that a row shows: the same queries, however many rows."""
    entries = CancellationItem.objects.select_related("item__line", "reason", "decided_by")
    returned = ReturnItem.objects.select_related(
        *("item__line", "reason", "rejection", "decided_by")
    )
    return (
        Case.objects.visible_to(actor)
        .select_related(
            *("order__customer", "seller", "cancellation"),
            *("return_request", "return_parcel", "dispute"),
        )
        .prefetch_related(
            Prefetch("cancellation__items", entries.order_by("pk")),
            Prefetch("return_request__items", returned.order_by("pk")),
            Prefetch("offers", Offer.objects.order_by("pk")),
            Prefetch("refund_plans", RefundPlan.objects.order_by("pk")),
        )
        .annotate(due=Coalesce("due_at", Value(NOT_DUE)))
    )


def tab_counts(actor: Actor) -> dict[str, str]:
    """How many are under each tab, as the tab writes it."""
    cases = Case.objects.visible_to(actor).order_by()
    counts = {tab: in_tab(cases, tab)[:CAP].count() for tab in RequestTab.values}
    return {
        tab: f"{CAP - 1}+" if count >= CAP else formats.grouped(count)
        for tab, count in counts.items()
    }


@dataclass(frozen=True)
class Decision:
    """Who answered and why; `by` is empty where a rule did."""

    by: str
    why: str


class RequestRow:
    """One request in the list. `amount` is what is paid back, minor units of the order."""

    def __init__(self, case: Case, actor: Actor):
        self.case = case
        self.order = case.order
        self.customer = str(case.order.customer)
        self.cancellation = Cancellation(case, actor) if hasattr(case, "cancellation") else None
        self.returned = Return(case, actor) if hasattr(case, "return_request") else None

    @property
    def _shown(self) -> Cancellation | Return | None:
        return self.cancellation or self.returned

    @property
    def age(self) -> str:
        """How long ago it was opened: "3 d 12 h"; empty for a past that does not know."""
        if self.case.opened_at is None:
            return ""
        now = timezone.now()
        return formats.time_left(now + (now - self.case.opened_at), now)

    @property
    def entries(self) -> list[CancellationEntry] | list[ReturnEntry]:
        return self._shown.entries if self._shown else []

    @property
    def first(self) -> CancellationEntry | ReturnEntry:
        """The product that the row names."""
        return self.entries[0]

    @property
    def more_products(self) -> int:
        return max(len(self.entries) - 1, 0)

    @property
    def reasons(self) -> str:
        return ", ".join(sorted({entry.reason.text for entry in self.entries}))

    @property
    def amount(self) -> int | None:
        return self._shown.amount if self._shown else None

    @property
    def waits_because(self) -> str:
        """The rule that leaves the answer to a person, in words."""
        return self._shown.held_by if self._shown else ""

    @property
    def goods(self) -> str:
        """Where returned goods are, as a badge calls it; empty where nothing comes back."""
        return self.returned.parcel_code if self.returned else ""

    @property
    def in_dispute(self) -> bool:
        dispute = self.returned.dispute if self.returned else None
        return dispute is not None and not dispute.is_closed

    @property
    def may_confirm(self) -> bool:
        """Whether one click may say yes to all of it: a return that waits for this reader."""
        return self.returned is not None and self.returned.may_answer

    @property
    def decisions(self) -> list[Decision]:
        """Each different answer once."""
        found = {}
        for entry in self.entries:
            if entry.status != CancellationItem.Status.WAITING:
                by = str(entry.row.decided_by) if entry.row.decided_by else entry.decided_by
                why = entry.decision or entry.row.decision_note
                found[by, why] = Decision(by, why)
        return list(found.values())
