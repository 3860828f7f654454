"""Pure rules about refund plans: asked by buttons and by operations."""

from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, NotAllowed
from refunds.models import RefundPlan

Status = RefundPlan.Status


class PlanDecided(DomainError):
    """Only a waiting plan can still be changed."""

    code = "plan_decided"


class NotRetryable(DomainError):
    """Only a failed plan can be tried again."""

    code = "not_retryable"


def may_change(plan: RefundPlan) -> DomainError | None:
    """Why the lines of this plan cannot change any more, or None if they can."""
    if plan.status == Status.WAITING:
        return None
    return PlanDecided(
        _("%(plan)s is %(status)s; only a waiting plan can be changed.")
        % {"plan": plan.number, "status": plan.get_status_display()}
    )


def may_retry(plan: RefundPlan, actor: Actor) -> DomainError | None:
    """Why this actor cannot have this plan paid again, or None if they can.

    The marketplace pays, so its managers decide.
    """
    if actor.role not in {Role.OWNER, Role.SYSTEM} or not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Only a manager of the marketplace may pay a refund again."))
    if plan.status != Status.FAILED:
        return NotRetryable(
            _("%(plan)s is %(status)s; only a failed plan can be tried again.")
            % {"plan": plan.number, "status": plan.get_status_display()}
        )
    if plan.payable_at is not None:
        return NotRetryable(_("%(plan)s is about to be tried again.") % {"plan": plan.number})
    return None
