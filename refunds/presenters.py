"""How a plan reads: its arithmetic in words, and what became of each part."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from orders.presenters import method_words
from refunds import policies
from refunds.models import RefundAttempt, RefundLine, RefundPart, RefundPlan

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
        self.parts = [_part(part) for part in plan.parts.all()]
        self.retry_dialog = f"retry-{plan.number}"

    @property
    def opened(self) -> bool:
        """An imported past folds away."""
        return not self.plan.imported


def figures_of(line: RefundLine) -> list[Figure]:
    """The rows of one line. They sum to its amount; a dropped line has none."""
    if line.dropped_at:
        return []
    if line.component == Component.FEE:
        return [Figure(_("Fee"), line.amount)]
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


def _part(part: RefundPart) -> PaidPart:
    attempts = list(part.attempts.all())
    return PaidPart(
        method=method_words(part.payment.method),
        amount=part.amount,
        status=_status_of(part, attempts),
        completed_at=part.completed_at,
        attempts=attempts,
    )


def _status_of(part: RefundPart, attempts: list[RefundAttempt]) -> str:
    """A code of core.badges: what the newest attempt says, to those who may see attempts."""
    if part.completed_at:
        return "succeeded"
    if attempts:
        return attempts[-1].status
    return "pending"
