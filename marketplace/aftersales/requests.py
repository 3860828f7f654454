"""The Cancellation/Return Requests of a reader, as rows and one by one. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Case as If
from django.db.models import (
    DateTimeField,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cancellations.models import CancellationItem
from cancellations.presenters import Cancellation
from cancellations.presenters import Entry as CancellationEntry
from core import formats
from core.actors import Actor
from core.counts import counted
from core.deadlines.models import Deadline
from marketplace.aftersales.filters import RequestTab, in_tab
from orders.models import Case
from refunds.models import RefundPlan
from returns.models import Dispute, Offer, ReturnItem, ReturnParcel, ReturnRequest
from returns.operations import APPEAL_STEP, DECISION_STEP, STATEMENT_STEP
from returns.presenters import Entry as ReturnEntry
from returns.presenters import Return

CAP = 1000  # a tab says "999+" from here on
# Requests that nobody need answer yet stand after all that are due.
NOT_DUE = datetime(2999, 1, 1, tzinfo=UTC)
DISPUTE_STEPS = (STATEMENT_STEP, DECISION_STEP, APPEAL_STEP)
BY_DEADLINE = ("due", "id")
NEWEST_FIRST = ("-id",)
# Under these tabs stands first what is due first.
DATED = (RequestTab.WAITING, RequestTab.GOODS, RequestTab.DISPUTES)


def listed_requests(actor: Actor, tab: str = "") -> QuerySet[Case]:
    """What this actor may see, with all that a row of this tab shows: the same queries, however
    many rows."""
    entries = CancellationItem.objects.select_related("item__line", "reason", "decided_by")
    returned = ReturnItem.objects.select_related(
        *("item__line", "reason", "rejection", "decided_by")
    )
    cases = (
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
    )
    return with_due(cases, tab)


def order_of(tab: str) -> tuple[str, ...]:
    """How the requests `with_due` stand under a tab."""
    return BY_DEADLINE if tab in DATED else NEWEST_FIRST


def with_due(cases: QuerySet[Case], tab: str) -> QuerySet[Case]:
    """With `due`, the date of the next thing that somebody has to do under this tab."""
    cases = cases.annotate(dispute_due=_dispute_due())
    return cases.annotate(due=Coalesce(_due_in(tab), Value(NOT_DUE), output_field=DateTimeField()))


def _due_in(tab: str):
    match tab:
        case RequestTab.GOODS:
            awaited = Q(return_parcel__status=ReturnParcel.Status.AWAITED)
            return If(
                When(awaited, then="return_parcel__send_by"), default="return_parcel__confirm_by"
            )
        case RequestTab.DISPUTES:
            return F("dispute_due")
    return F("due_at")


def _dispute_due() -> Subquery:
    """Until when the newest step of the dispute is to be done, also where that is over."""
    steps = Deadline.objects.filter(
        subject_type=Dispute.EVENT, subject_id=OuterRef("dispute__pk"), step__in=DISPUTE_STEPS
    )
    return Subquery(steps.order_by("-pk").values("due_at")[:1])


def tab_counts(actor: Actor) -> dict[str, str]:
    """How many are under each tab, as the tab writes it."""
    cases = Case.objects.visible_to(actor).order_by()
    counts = counted({tab: in_tab(cases, tab) for tab in RequestTab.values}, CAP)
    return {
        tab: f"{CAP - 1}+" if count >= CAP else formats.grouped(count)
        for tab, count in counts.items()
    }


@dataclass(frozen=True)
class Decision:
    """Who answered and why; `by` is empty where a rule did."""

    by: str
    why: str


@dataclass(frozen=True)
class Due:
    """A date that runs since `since`; `words` say what for, where it is not the answer."""

    at: datetime
    since: datetime | None = None
    words: str = ""


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
        """None where nobody knows it yet, and where no money was asked for and none is paid."""
        if self._shown is None or self.is_undecided:
            return None
        return self._shown.amount or (None if self.wish else 0)

    @property
    def wish(self) -> str:
        """What the customer wants instead of money; empty where they want money."""
        request = self.returned.request if self.returned else None
        if request is None or request.wish == ReturnRequest.Wish.REFUND:
            return ""
        return str(request.get_wish_display())

    @property
    def is_undecided(self) -> bool:
        """Whether all that it may pay waits for the marketplace's decision."""
        dispute = self.returned.dispute if self.returned else None
        if self.returned is None or dispute is None or self.returned.plans:
            return False
        return dispute.status in (Dispute.Status.OPEN, Dispute.Status.DECIDING)

    @property
    def waits_because(self) -> str:
        """The rule that leaves the answer to a person, in words."""
        return self._shown.held_by if self._shown else ""

    @property
    def goods(self) -> str:
        """Where returned goods are, as a badge calls it; empty where nothing comes back."""
        return self.returned.parcel_code if self.returned else ""

    @property
    def parcel_code(self) -> str:
        """Of the parcel that is to be received or looked at; empty where none is."""
        due = self._goods_due()
        parcel = self.returned.parcel if self.returned else None
        return parcel.code if parcel and due else ""

    @property
    def in_dispute(self) -> bool:
        dispute = self.returned.dispute if self.returned else None
        return dispute is not None and not dispute.is_closed

    @property
    def dispute_number(self) -> str:
        """Of the dispute that is open, or was."""
        dispute = self.returned.dispute if self.returned else None
        return dispute.number if dispute else ""

    @property
    def next_due(self) -> Due | None:
        """What somebody has to do next, and until when; None where nothing runs."""
        case = self.case
        if case.status == Case.Status.WAITING:
            return Due(case.due_at, case.opened_at) if case.due_at else None
        return self._dispute_due() or self._goods_due()

    def _dispute_due(self) -> Due | None:
        view = self.returned.dispute if self.returned else None
        due_at: datetime | None = getattr(self.case, "dispute_due", None)  # of `with_due`
        if view is None or view.is_closed or due_at is None:
            return None
        dispute = view.dispute
        match dispute.status:
            case Dispute.Status.OPEN:
                return Due(due_at, dispute.opened_at, _("Customer's side"))
            case Dispute.Status.DECIDED:
                return Due(due_at, None, _("Appeal"))
        return Due(due_at, dispute.appealed_at or dispute.stated_at, _("Decision"))

    def _goods_due(self) -> Due | None:
        if self.returned is None or self.returned.parcel is None:
            return None
        parcel, plan = self.returned.parcel, self.returned.plan
        status = ReturnParcel.Status
        match parcel.status:
            case status.AWAITED if parcel.send_by:
                return Due(parcel.send_by, parcel.created_at, _("To be sent"))
            case status.SENT | status.PARTLY_RECEIVED if parcel.confirm_by:
                return Due(parcel.confirm_by, parcel.sent_at, _("To be received"))
            case status.RECEIVED if parcel.confirm_by and plan and plan.payable_at is None:
                return Due(parcel.confirm_by, parcel.received_at, _("To be looked at"))
        return None

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
