"""What pages and endpoints say about a cancellation. Nothing here writes or decides.

Everything starts from `cancellation_cases(actor)`: what a seller is handed is their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations.models import CancellationItem
from cancellations.policies import ESCALATED, allowed_actions, rule_in_words
from cancellations.reading import cases_asked
from core import formats
from core.actors import Actor, Role
from core.deadlines.models import Deadline
from core.together import read_known
from orders.models import Case, Payment
from orders.presenters import method_words
from refunds.models import RefundLine, RefundPart, RefundPlan

# Somebody outside pays and tells us: nothing changes by looking every few seconds.
PAID_ELSEWHERE = "external"


def cancellation_cases(actor: Actor) -> QuerySet[Case]:
    """The cancellations this actor may see, as cases, with all that is shown of them: five
    queries, however many they are."""
    items = CancellationItem.objects.select_related("item__line", "reason", "decided_by")
    cases = cases_asked(actor)
    deadlines = Deadline.objects.open().filter(subject_type=Case.EVENT, subject_id=OuterRef("pk"))
    cases = cases.annotate(at_expiry=Subquery(deadlines.order_by("-pk").values("action")[:1]))
    return cases.select_related("cancellation", "order", "seller").prefetch_related(
        Prefetch("cancellation__items", items),
        "refund_plans",
        Prefetch("refund_plans__parts", RefundPart.objects.select_related("payment")),
        Prefetch("refund_plans__lines", RefundLine.objects.select_related("item__line")),
    )


@dataclass(frozen=True)
class Step:
    """One step of the stepper. state: done, now, next or bad."""

    title: str
    state: str
    note: str
    icon: str


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a request, in the customer's words."""

    title: str
    icon: str
    tone: str
    at: datetime | None
    detail: str = ""


@dataclass(frozen=True)
class BackTo:
    """So much (minor units) goes back to a payment made with `method`."""

    method: str | Promise
    amount: int

    @classmethod
    def of(cls, payment: Payment, amount: int) -> "BackTo":
        return cls(method_words(payment.method), amount)


class Entry:
    """One item of a request, and how it was answered."""

    def __init__(self, row: CancellationItem):
        self.row = row
        self.item = row.item
        self.name = row.item.line.name
        self.quantity = row.item.quantity
        self.reason = row.reason
        self.note = row.note
        self.status = row.status
        self.answer = row.decision_note

    @property
    def decision(self) -> str:
        """Which rule decided, in words; empty while it waits and where a person decided."""
        return rule_in_words(self.row.decided_rule) if self.row.decided_rule else ""

    @property
    def decided_by(self) -> str:
        """Who decided: a person's name, or the role. Not for customers."""
        if self.row.status == CancellationItem.Status.WAITING:
            return ""
        if self.row.decided_by:
            return str(self.row.decided_by)
        return str(Case.Origin(self.row.decided_by_role).label) if self._known_role else ""

    @property
    def decided_by_side(self) -> str:
        """Which side decided, for customers: they read no names. Empty where a rule did."""
        row = self.row
        if row.status == CancellationItem.Status.WAITING or row.decided_rule:
            return ""
        if row.decided_by_role == Role.CUSTOMER:
            return _("You")
        return str(Case.Origin(row.decided_by_role).label) if self._known_role else ""

    @property
    def _known_role(self) -> bool:
        return self.row.decided_by_role in Case.Origin.values


class Cancellation:
    """A cancellation as one reader may see it. Amounts are minor units of `currency`."""

    def __init__(self, case: Case, actor: Actor):
        self.case = case
        self.request = case.cancellation
        self.actor = actor
        self.order = case.order
        self.currency = case.order.currency

    @cached_property
    def entries(self) -> list[Entry]:
        rows = sorted(self.request.items.all(), key=lambda row: row.pk)
        return [Entry(row) for row in rows]

    @property
    def units(self) -> int:
        return sum(entry.quantity for entry in self.entries)

    @cached_property
    def plan(self) -> RefundPlan | None:
        """The live plan; where everything was refused, the one that came to nothing."""
        plans = sorted(self.case.refund_plans.all(), key=lambda plan: plan.pk)
        live = [plan for plan in plans if plan.status != RefundPlan.Status.VOID]
        return (live or plans or [None])[-1]

    @property
    def pays(self) -> bool:
        return self.plan is not None and self.plan.status != RefundPlan.Status.VOID

    @property
    def amount(self) -> int:
        return self.plan.total if self.plan and self.pays else 0

    @cached_property
    def arithmetic(self) -> list[tuple[RefundLine, RefundLine]]:
        """(product, shipping) of each item that is paid back."""
        lines: dict[int, dict[str, RefundLine]] = {}
        for line in self.plan.lines.all() if self.plan and self.pays else ():
            if line.dropped_at is None:
                lines.setdefault(line.item_id, {})[line.component] = line
        both = (RefundLine.Component.PRODUCT, RefundLine.Component.SHIPPING)
        return [(parts[both[0]], parts[both[1]]) for _item, parts in sorted(lines.items())]

    @cached_property
    def parts(self) -> list[RefundPart]:
        """Which payment gives back how much; a seller is not told."""
        if self.actor.role is Role.SELLER or not (self.plan and self.pays):
            return []
        return sorted(self.plan.parts.all(), key=lambda part: part.payment.position)

    @property
    def payments(self) -> list[BackTo]:
        return [BackTo.of(part.payment, part.amount) for part in self.parts]

    def may(self, action: str) -> bool:
        """Whether this reader may approve, reject, withdraw or overrule it now."""
        return action in allowed_actions(self.request, self.actor)

    @property
    def may_withdraw(self) -> bool:
        return self.may("withdraw")

    @property
    def silence(self) -> str:
        """What happens without an answer (approve, reject, escalate); empty: nobody is asked."""
        return self.case.at_expiry or ""

    @property
    def answered_by(self) -> str:
        """Who answers while it waits for a person."""
        if self.request.held_by == ESCALATED:
            return _("The marketplace")
        return self.case.seller.name

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        open_ = (Case.Status.WAITING, Case.Status.APPROVED)
        return self.case.status not in open_

    @property
    def refresh_seconds(self) -> int | None:
        """How soon a page should look again: quickly while workers are at it."""
        if self.is_over:
            return None
        waits_for_somebody = bool(self.held_by) or self._plan_is("failed")
        elsewhere = self.plan is not None and self.plan.gateway == PAID_ELSEWHERE
        return 20 if waits_for_somebody or elsewhere else 3

    @property
    def held_by(self) -> str:
        """Why no rule has approved it, in words; empty when none stands in the way."""
        return rule_in_words(self.request.held_by) if self.request.held_by else ""

    @property
    def decision(self) -> str:
        """What decided, in words, where one rule decided about everything."""
        words = {entry.decision for entry in self.entries}
        return words.pop() if len(words) == 1 else ""

    def _plan_is(self, *statuses: str) -> bool:
        return self.plan is not None and self.plan.status in statuses

    @property
    def story(self) -> list[Happening]:
        """What happened so far, newest first."""
        case, units = self.case, self.units
        asked = _("You asked to cancel")
        if case.origin == Case.Origin.SELLER:
            asked = _("%(who)s cancelled") % {"who": case.seller.name}
        elif case.origin != Case.Origin.CUSTOMER:
            asked = _("%(who)s asked to cancel") % {"who": case.get_origin_display()}
        items = ngettext("%(n)s item", "%(n)s items", units) % {"n": units}
        story = [Happening(asked, "inbox", "accent", case.opened_at, items)]
        if case.status == Case.Status.REJECTED:
            story.append(Happening(_("Rejected"), "x", "danger", case.decided_at, self.decision))
        elif case.status == Case.Status.WITHDRAWN:
            story.append(Happening(_("Taken back"), "undo-2", "neutral", case.decided_at))
        elif case.decided_at:
            story.append(Happening(_("Approved"), "check", "info", case.decided_at, self.decision))
        if self.amount and self._plan_is("completed"):
            paid = f"{formats.figure(self.amount, self.currency)} {self.currency}"
            at = self.plan.completed_at if self.plan else None
            story.append(Happening(_("Paid back"), "wallet", "success", at, paid))
        return story[::-1]

    @property
    def steps(self) -> list[Step]:
        """requested → approved → refund on its way → refunded."""
        case, status = self.case, self.case.status
        steps = [Step(_("Requested"), "done", _when(case.opened_at), "inbox")]
        if status in (Case.Status.REJECTED, Case.Status.WITHDRAWN):
            words = _("Rejected") if status == Case.Status.REJECTED else _("Withdrawn")
            return [*steps, Step(words, "bad", _when(case.decided_at), "x")]
        if status == Case.Status.WAITING:
            until = _("by %(day)s") % {"day": _when(case.due_at)} if case.due_at else ""
            title = _("Answered") if self.held_by else _("Approved")
            steps.append(Step(title, "now", until or _("under evaluation"), "check"))
        else:
            steps.append(Step(_("Approved"), "done", _when(case.decided_at), "check"))
        return steps + self._money_steps()

    def _money_steps(self) -> list[Step]:
        on_its_way, refunded = _("Refund on its way"), _("Refunded")
        if self.case.status == Case.Status.COMPLETED or self._plan_is("completed"):
            done_at = self.plan.completed_at if self.plan else self.case.closed_at
            return [
                Step(on_its_way, "done", "", "send"),
                Step(refunded, "done", _when(done_at), "wallet"),
            ]
        if self.case.status == Case.Status.WAITING:
            state, note = "next", ""
        elif self._plan_is("failed"):
            state, note = "now", _("we are trying again")
        else:
            state, note = "now", _("within minutes")
        return [Step(on_its_way, state, note, "send"), Step(refunded, "next", "", "wallet")]


def _when(moment: datetime | None) -> str:
    return formats.when(moment) if moment else ""


def cancellation_case(actor: Actor, number: str) -> Case | None:
    """The cancellation that this actor may see under this number, with all that is shown of it, in
    one statement; None where there is none."""
    [found] = read_known(_by_number, actor=actor, number=number)
    return found[0] if found else None


def _by_number(actor: Actor, number: str) -> list[QuerySet[Case]]:
    return [cancellation_cases(actor).filter(number=number).select_related("order__customer")]


def present(cases: Iterable[Case], actor: Actor) -> list[Cancellation]:
    """The cases, newest first, as this reader may see them."""
    newest = sorted(cases, key=lambda case: -case.pk)
    return [Cancellation(case, actor) for case in newest]
