"""Pure rules about refund plans: asked by buttons and by operations."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.actors import Actor, Rank, Role
from core.errors import DomainError, NotAllowed
from refunds.models import RefundPlan

Status = RefundPlan.Status


class PlanDecided(DomainError):
    """Only a waiting plan can still be changed."""

    code = "plan_decided"


class NotOutside(DomainError):
    """The payment provider pays this plan; nobody else says how it ended."""

    code = "not_outside"


class NotPayable(DomainError):
    """The plan may not be paid (yet, or any more)."""

    code = "not_payable"


class NotMovable(DomainError):
    """Something of the plan is under way, or it has ended."""

    code = "not_movable"


class NothingToAgree(DomainError):
    """The plan does not wait for a second person (any more)."""

    code = "nothing_to_agree"
    message = _lazy("This plan does not wait for a second person.")


class SamePerson(NotAllowed):
    """The second person must be another one than who asked for it or approved it."""

    code = "same_person"
    message = _lazy("You had a hand in this refund already; another person must agree.")


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


def may_deduct(plan: RefundPlan) -> DomainError | None:
    """Why nothing can be kept of this plan any more, or None if it can: approved, and waiting for
    the goods."""
    if plan.status == Status.APPROVED and plan.payable_at is None:
        return None
    return PlanDecided(
        _("%(plan)s is %(status)s; only a plan that waits for the goods can be changed.")
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


def may_approve_second(plan: RefundPlan, actor: Actor) -> DomainError | None:
    """Why this person cannot be the second one to agree to a refund, or None if they can."""
    if actor.role is not Role.OWNER or actor.user_id is None or not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Only a manager of the marketplace may agree to a refund."))
    if not plan.needs_second_approval:
        return NothingToAgree()
    if actor.user_id in (plan.requested_by_id, plan.approved_by_id):
        return SamePerson()
    return None


def may_set_rules(actor: Actor) -> DomainError | None:
    """Why this actor cannot say how much one person may approve, or None if they can."""
    if actor.role is not Role.OWNER or not actor.has_rank(Rank.ADMIN):
        return NotAllowed(_("Settings are for Admins."))
    return None


def may_refund_surplus(actor: Actor) -> DomainError | None:
    """Why this actor cannot give back what was captured above a total, or None if they can.

    It belongs to the whole order and to no seller: the marketplace's managers decide.
    """
    if actor.role is not Role.OWNER or not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Only a manager of the marketplace may refund a surplus."))
    return None


def may_tell_outcomes(actor: Actor) -> DomainError | None:
    """Why this actor cannot say how payments outside of this system ended, or None if they can."""
    if actor.role is not Role.OWNER or not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Only a manager of the marketplace may say how a refund ended."))
    return None


def may_record_outcome(plan: RefundPlan, actor: Actor) -> DomainError | None:
    """Why the end of a payment of this plan cannot be told now, or None if it can."""
    if refusal := may_tell_outcomes(actor):
        return refusal
    if plan.gateway != "external":
        return NotOutside(
            _("The payment provider pays %(plan)s; have it paid outside first.")
            % {"plan": plan.number}
        )
    may_be_paid = plan.status in RefundPlan.PAYABLE and plan.payable_at is not None
    if plan.needs_second_approval or not (may_be_paid or plan.status == Status.PROCESSING):
        return NotPayable(
            _("%(plan)s may not be paid now; it is %(status)s.")
            % {"plan": plan.number, "status": plan.get_status_display()}
        )
    return None


def may_move_to_external(plan: RefundPlan, actor: Actor) -> DomainError | None:
    """Why this actor cannot have this plan paid outside of this system, or None if they can."""
    if refusal := may_tell_outcomes(actor):
        return refusal
    if plan.gateway in ("external", "store_credit") or plan.status not in (
        Status.WAITING,
        Status.APPROVED,
        Status.FAILED,
    ):
        return NotMovable(
            _("%(plan)s is %(status)s; it stays with who pays it.")
            % {"plan": plan.number, "status": plan.get_status_display()}
        )
    return None
