"""How a plan reads: its arithmetic in words, and what became of each part."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from orders.presenters import method_words
from refunds import policies
from refunds.gateway import STORE_CREDIT, goes_to_credit
from refunds.models import RefundAttempt, RefundLine, RefundPart, RefundPlan
from refunds.stuck import Stuck, stuck_of

Component = RefundLine.Component


@dataclass(frozen=True)
class Figure:
    """A row of the arithmetic, minor units; what is taken away is negative."""

    label: str
    amount: int


@dataclass(frozen=True)
class PaidPart:
    """What goes back to one payment. `attempts` are empty for everybody but the owner."""

    method: str | Promise
    amount: int
    status: str
    completed_at: datetime | None
    attempts: list[RefundAttempt]
    reserved_at: datetime | None = None

    @property
    def released(self) -> bool:
        """A definitive refusal gives back what was set aside."""
        return bool(self.attempts) and self.reserved_at is None

    @property
    def shows_attempts(self) -> bool:
        """One try that went well says nothing that the part does not say."""
        return len(self.attempts) > 1 or any(
            attempt.status != RefundAttempt.Status.SUCCEEDED for attempt in self.attempts
        )


class PlanView:
    """One plan (`with_details(actor)`) as this actor may see it."""

    def __init__(self, plan: RefundPlan, actor: Actor):
        self.plan = plan
        self.for_owner = actor.role is Role.OWNER
        self.may_retry = self.for_owner and policies.may_retry(plan, actor) is None
        self.figures = [figure for line in plan.lines.all() for figure in figures_of(line)]
        if plan.type == RefundPlan.Type.SURPLUS:
            self.figures = [Figure(_("Captured above the order's total"), plan.total)]
        self.parts = [_part(part, plan) for part in plan.parts.all()]
        self.retry_dialog = f"retry-{plan.number}"
        self.address = address_of(plan, actor)

    @property
    def opened(self) -> bool:
        """An imported past folds away."""
        return not self.plan.imported


def address_of(plan: RefundPlan, actor: Actor) -> str:
    """The plan's own page on this actor's surface; customers have none."""
    if actor.role not in (Role.OWNER, Role.SELLER):
        return ""
    return reverse(f"{actor.role}:refund_plan_detail", args=[plan.number])


class PlanRow:
    """A plan (`with_details(actor)`) in the list. `stuck` is the owner's to know."""

    def __init__(self, plan: RefundPlan, actor: Actor):
        self.plan = plan
        self.stuck: Stuck | None = stuck_of(plan) if actor.role is Role.OWNER else None


class PlanPage(PlanView):
    """One plan on a page of its own, with the sums of its columns."""

    def __init__(self, plan: RefundPlan, actor: Actor):
        super().__init__(plan, actor)
        self.stuck: Stuck | None = stuck_of(plan) if self.for_owner else None
        self.lines = [line for line in plan.lines.all() if not line.dropped_at]
        self.dropped = [line for line in plan.lines.all() if line.dropped_at]
        self.may_approve_second = policies.may_approve_second(plan, actor) is None
        self.second_dialog = f"agree-{plan.number}"
        self.may_move_to_external = policies.may_move_to_external(plan, actor) is None
        self.external_dialog = f"external-{plan.number}"
        self.may_record_outcome = policies.may_record_outcome(plan, actor) is None
        self.shows_payments = actor.role is not Role.SELLER
        self.commission = sum(line.commission for line in self.lines)
        self.commission_signed = -self.commission
        self.charged = plan.total - self.commission

    @property
    def any_uncaptured(self) -> bool:
        return any(line.uncaptured for line in self.lines)

    @property
    def any_refunded_before(self) -> bool:
        return any(line.refunded_before for line in self.lines)


def figures_of(line: RefundLine) -> list[Figure]:
    """The rows of one line. They sum to its amount; a dropped line has none."""
    if line.dropped_at:
        return []
    if line.component in RefundLine.TAKING:
        return [Figure(line.reason or line.get_component_display(), line.amount)]
    if line.component == Component.PRODUCT:
        words = {"quantity": line.quantity, "name": line.item.line.name}
        figures = [
            Figure(_("%(quantity)s × %(name)s") % words, line.gross),
            Figure(_("Discount share"), -line.discount),
        ]
    else:
        figures = [Figure(_("Shipping share"), line.gross)]
    if line.uncaptured:
        figures.append(Figure(_("Never captured"), -line.uncaptured))
    if line.refunded_before:
        figures.append(Figure(_("Paid back before"), -line.refunded_before))
    return figures


def _part(part: RefundPart, plan: RefundPlan) -> PaidPart:
    attempts = list(part.attempts.all())
    is_credit = goes_to_credit(plan, part.payment)
    return PaidPart(
        method=method_words(STORE_CREDIT if is_credit else part.payment.method),
        amount=part.amount,
        status=_status_of(part, attempts),
        completed_at=part.completed_at,
        attempts=attempts,
        reserved_at=part.reserved_at,
    )


def _status_of(part: RefundPart, attempts: list[RefundAttempt]) -> str:
    """A code of core.badges: what the newest attempt says, to those who may see attempts."""
    if part.completed_at:
        return "succeeded"
    if attempts:
        return attempts[-1].status
    return "pending"
