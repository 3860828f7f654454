"""What pages and endpoints say about a return. Nothing here writes or decides.

Everything starts from `return_cases(actor)`: what a seller is handed is their own, and notes and
evidence come as far as the reader may see them.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.deadlines.models import Deadline
from orders.models import Case, Payment, Reason
from orders.presenters import method_words
from refunds.models import RefundLine, RefundPart, RefundPlan
from returns.models import (
    Decision,
    DecisionLine,
    Offer,
    ReceivedUnits,
    ReturnEvidence,
    ReturnItem,
    ReturnMessage,
    ReturnParcel,
)
from returns.policies import ESCALATED, allowed_actions, rule_in_words
from returns.presenters.disputes import DisputeView, Evidence, Said
from returns.presenters.figures import SumRow, sum_rows
from sellers.tracking import tracking_link

Status = ReturnItem.Status


def return_cases(actor: Actor) -> QuerySet[Case]:
    """The returns this actor may see, as cases, with all that is shown of them: a fixed number of
    queries, however many they are."""
    deadlines = Deadline.objects.open().filter(subject_type=Case.EVENT, subject_id=OuterRef("pk"))
    received = ReceivedUnits.objects.select_related("entry__item__line", "received_by")
    decided = Decision.objects.select_related("decided_by").order_by("round")
    lines = DecisionLine.objects.select_related("entry__item__line").order_by("pk")
    return (
        Case.objects.visible_to(actor)
        .filter(kind=Case.Kind.RETURN)
        .annotate(at_expiry=Subquery(deadlines.order_by("-pk").values("action")[:1]))
        .select_related(
            *("order__customer", "seller", "return_request", "dispute"),
            "return_parcel__delivery_option__company",
        )
        .prefetch_related(
            Prefetch("return_request__items", _entries()),
            Prefetch("offers", Offer.objects.order_by("pk")),
            Prefetch("return_parcel__received", received.order_by("pk")),
            Prefetch("dispute__decisions", decided),
            Prefetch("dispute__decisions__lines", lines),
            "dispute__items",
            Prefetch("return_messages", _messages(actor)),
            Prefetch("evidence", _evidence(actor)),
            Prefetch("refund_plans", RefundPlan.objects.order_by("round", "pk")),
            Prefetch("refund_plans__parts", RefundPart.objects.select_related("payment")),
            Prefetch("refund_plans__lines", _plan_lines()),
        )
    )


def _entries() -> QuerySet[ReturnItem]:
    entries = ReturnItem.objects.select_related(
        *("item__line", "item__replaces", "reason", "rejection", "decided_by")
    )
    return entries.order_by("pk")


def _messages(actor: Actor) -> QuerySet[ReturnMessage]:
    return ReturnMessage.objects.visible_to(actor).select_related("author").order_by("pk")


def _evidence(actor: Actor) -> QuerySet[ReturnEvidence]:
    return ReturnEvidence.objects.visible_to(actor).select_related("file").order_by("pk")


def _plan_lines() -> QuerySet[RefundLine]:
    return RefundLine.objects.select_related("item__line").order_by("pk")


class Entry:
    """One item of a return, and how it was answered."""

    def __init__(self, row: ReturnItem, shown: "Return"):
        self.row = row
        self.shown = shown
        self.item = row.item
        self.name = row.item.line.name
        self.quantity = row.item.quantity
        self.reason = row.reason
        self.note = row.note
        self.status = row.status
        self.answer = row.decision_note
        self.rejection: Reason | None = row.rejection

    @cached_property
    def offers(self) -> list[Offer]:
        return [offer for offer in self.shown.offers if offer.entry_id == self.row.pk]

    @property
    def offer(self) -> Offer | None:
        """The one that waits for the customer's answer."""
        return next((one for one in self.offers if one.status == Offer.Status.OPEN), None)

    @property
    def past_offers(self) -> list[Offer]:
        return [one for one in self.offers if one.status != Offer.Status.OPEN]

    @cached_property
    def asked_with(self) -> list[Evidence]:
        """What came with the request."""
        return self._given_by(Role.CUSTOMER, Role.OWNER)

    @cached_property
    def answered_with(self) -> list[Evidence]:
        """What the seller gave about it: with the rejection, or at the inspection."""
        return self._given_by(Role.SELLER)

    def _given_by(self, *roles: str) -> list[Evidence]:
        return [
            one
            for one in self.shown.evidence
            if one.entry_id == self.row.pk and one.role in roles and one.message_id is None
        ]

    @property
    def decision(self) -> str:
        """Which rule decided, in words; empty while it waits and where a person decided."""
        return rule_in_words(self.row.decided_rule) if self.row.decided_rule else ""

    @property
    def decided_by(self) -> str:
        """Who decided: a person's name, or the role. Not for customers."""
        if self.status == Status.WAITING:
            return ""
        if self.row.decided_by:
            return str(self.row.decided_by)
        known = self.row.decided_by_role in Case.Origin.values
        return str(Case.Origin(self.row.decided_by_role).label) if known else ""

    @property
    def decided_by_side(self) -> str:
        """Which side decided, for customers: they read no names. Empty where a rule did."""
        if self.status == Status.WAITING or self.row.decided_rule:
            return ""
        match self.row.decided_by_role:
            case Role.CUSTOMER:
                return _("You")
            case Role.SELLER:
                return self.shown.case.seller.name
            case Role.OWNER:
                return _("The marketplace")
        return ""

    @property
    def expected(self) -> bool:
        """Whether its goods have to come back."""
        return self.status == Status.APPROVED and self.row.goods_back

    @property
    def received(self) -> list[ReceivedUnits]:
        return [one for one in self.shown.received if one.entry_id == self.row.pk]

    @property
    def decided_amount(self) -> int | None:
        """What the marketplace decided in the end, minor units; None: it has not."""
        dispute = self.shown.dispute
        return dispute.amount_of(self.row.pk) if dispute else None


class Return:
    """A return as one reader may see it. Amounts are minor units of `currency`."""

    def __init__(self, case: Case, actor: Actor):
        self.case = case
        self.request = case.return_request
        # The case is in memory already; without this the policies would read it again.
        self.request.case = case
        self.actor = actor
        self.order = case.order
        self.currency = case.order.currency
        self.for_owner = actor.role is Role.OWNER
        self.for_customer = actor.role is Role.CUSTOMER

    # -- What is asked, and the answers --

    @cached_property
    def entries(self) -> list[Entry]:
        return [Entry(row, self) for row in self.request.items.all()]

    @property
    def units(self) -> int:
        return sum(entry.quantity for entry in self.entries)

    @cached_property
    def offers(self) -> list[Offer]:
        return list(self.case.offers.all())

    @property
    def open_offers(self) -> list[tuple[Entry, Offer]]:
        return [(entry, entry.offer) for entry in self.entries if entry.offer]

    def having(self, *statuses: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.status in statuses]

    @property
    def rejected(self) -> list[Entry]:
        return self.having(Status.REJECTED)

    def may(self, action: str) -> bool:
        """Whether this reader may approve, reject, offer or withdraw now."""
        return action in allowed_actions(self.request, self.actor)

    @property
    def may_withdraw(self) -> bool:
        return self.may("withdraw")

    @property
    def may_answer(self) -> bool:
        return self.may("approve")

    @property
    def silence(self) -> str:
        """What happens without an answer (approve, escalate); empty: nobody is asked."""
        return self.case.at_expiry or ""

    @property
    def answered_by(self) -> str:
        """Who answers while it waits for a person."""
        return _("The marketplace") if self.request.held_by else self.case.seller.name

    @property
    def held_by(self) -> str:
        return rule_in_words(self.request.held_by) if self.request.held_by else ""

    @property
    def is_escalated(self) -> bool:
        return self.request.held_by == ESCALATED

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        status = Case.Status
        waits = self.case.status in (status.WAITING, status.APPROVED)
        return not waits and not (self.dispute and not self.dispute.is_closed)

    @property
    def refresh_seconds(self) -> int | None:
        return None if self.is_over else 20

    # -- Money --

    @cached_property
    def plans(self) -> list[RefundPlan]:
        """The live ones, in the order of their rounds."""
        plans = self.case.refund_plans.all()
        return [plan for plan in plans if plan.status != RefundPlan.Status.VOID]

    @property
    def plan(self) -> RefundPlan | None:
        """The newest live plan."""
        return self.plans[-1] if self.plans else None

    @property
    def amount(self) -> int:
        """What is paid back; what was told before it is answered."""
        if self.case.status == Case.Status.WAITING:
            return self.request.estimate
        return sum(plan.total for plan in self.plans)

    @cached_property
    def arithmetic(self) -> list[tuple[RefundPlan, list[SumRow]]]:
        """Each live plan with its rows."""
        return [(plan, _rows_of(plan)) for plan in self.plans]

    @property
    def differs_from_estimate(self) -> bool:
        """Whether something else is paid than was told before it was asked for."""
        return bool(self.plans) and self.amount != self.request.estimate

    @property
    def parts(self) -> list[tuple[str, int]]:
        """(how, minor units) for each way the money takes; a seller is not told."""
        if self.actor.role is Role.SELLER:
            return []
        found: dict[Payment, int] = {}
        stays: dict[str, int] = {}
        for plan in self.plans:
            for part in plan.parts.all():
                if plan.pay_to == RefundPlan.PayTo.STORE_CREDIT:
                    words = str(RefundPlan.PayTo.STORE_CREDIT.label)
                    stays[words] = stays.get(words, 0) + part.amount
                else:
                    found[part.payment] = found.get(part.payment, 0) + part.amount
        paid = sorted(found.items(), key=lambda one: one[0].position)
        ways = [(str(method_words(payment.method)), amount) for payment, amount in paid]
        return [*ways, *stays.items()]

    @property
    def is_paid(self) -> bool:
        completed = RefundPlan.Status.COMPLETED
        return bool(self.plans) and all(plan.status == completed for plan in self.plans)

    @property
    def paid_at(self) -> datetime | None:
        moments = [plan.completed_at for plan in self.plans if plan.completed_at]
        return max(moments, default=None)

    # -- Goods --

    @cached_property
    def parcel(self) -> ReturnParcel | None:
        return getattr(self.case, "return_parcel", None)

    @cached_property
    def received(self) -> list[ReceivedUnits]:
        return list(self.parcel.received.all()) if self.parcel else []

    @property
    def waits_for_goods(self) -> bool:
        return self.parcel is not None and self.parcel.status in (
            ReturnParcel.Status.AWAITED,
            ReturnParcel.Status.SENT,
            ReturnParcel.Status.PARTLY_RECEIVED,
        )

    @property
    def parcel_code(self) -> str:
        """Where the goods are, as badges call it: a mail is "sent", too."""
        status = self.parcel.status if self.parcel else ""
        return "sent_back" if status == ReturnParcel.Status.SENT else status

    @property
    def to_send(self) -> bool:
        return self.parcel is not None and self.parcel.status == ReturnParcel.Status.AWAITED

    @property
    def goods_expected(self) -> bool:
        """Whether anything of it comes back, or would if it is approved."""
        waiting = (Status.WAITING, Status.APPROVED)
        return self.parcel is not None or any(
            entry.row.goods_back for entry in self.entries if entry.status in waiting
        )

    @property
    def tracking_url(self) -> str:
        """Where the goods can be followed, or nothing."""
        parcel = self.parcel
        if parcel is None or not parcel.tracking_number or parcel.delivery_option is None:
            return ""
        return tracking_link(parcel.delivery_option.tracking_url, parcel.tracking_number)

    # -- What was said, and the dispute --

    @cached_property
    def evidence(self) -> list[Evidence]:
        return [Evidence.of(row) for row in self.case.evidence.all()]

    @cached_property
    def messages(self) -> list[Said]:
        rows = self.case.return_messages.all()
        return [Said.of(row, self.case, self.actor, self.evidence) for row in rows]

    @cached_property
    def dispute(self) -> DisputeView | None:
        found = getattr(self.case, "dispute", None)
        return DisputeView(found, self.actor) if found else None


def _rows_of(plan: RefundPlan) -> list[SumRow]:
    lines = [line for line in plan.lines.all() if line.dropped_at is None]
    return sum_rows(lines, {line.item_id: line.item.line.name for line in lines})


def present(cases: Iterable[Case], actor: Actor) -> list[Return]:
    """The cases, newest first, as this reader may see them."""
    newest = sorted(cases, key=lambda case: -case.pk)
    return [Return(case, actor) for case in newest]
