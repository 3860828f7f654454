"""When something is cancelled, by whom, and which rule says yes by itself. Pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cancellations.models import AutoApprovalPolicy, CancellationRequest
from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from orders.models import Case, Order, OrderItem, OrderStatus, Reason
from orders.policies import RANK, NotCancellable, may_cancel
from orders.reasons import LONGEST_NOTE, NoteRequired

ESCALATED = "escalated"  # holds up a request that only the marketplace may still answer


class NotDecidable(DomainError):
    """It is answered already, or cannot be answered like this."""

    code = "not_decidable"


# What a person reads about the rule that decided, or that leaves the decision to a person.
RULES: dict[str, str | Promise] = {
    "unshipped": gettext_lazy("Nothing of it had shipped, so it was approved automatically."),
    "within_limits": gettext_lazy(
        "It was within the limits for automatic approval, and had not shipped."
    ),
    "silence": gettext_lazy("Nobody answered in time, so it was approved."),
    "silence_rejects": gettext_lazy("Nobody answered in time, so it was rejected."),
    ESCALATED: gettext_lazy("The seller did not answer in time, so the marketplace decides."),
    "ship_by_missed": gettext_lazy("The seller had not shipped it in time."),
    "imported": gettext_lazy("It was decided in another system."),
    "already_shipped": gettext_lazy("It had shipped before the cancellation could be approved."),
    "packed_too_far": gettext_lazy("It is packed further than the limit for automatic approval."),
    "placed_too_long_ago": gettext_lazy(
        "The order is older than the limit for automatic approval."
    ),
    "amount_too_high": gettext_lazy("The amount is above the limit for automatic approval."),
}


def rule_in_words(rule: str) -> str:
    """The sentence behind a recorded rule; a rule nobody knows any more stays readable."""
    return str(RULES.get(rule, rule.replace("_", " ")))


@dataclass(frozen=True)
class Verdict:
    """What the automatic approval says: `rule` is the one that approves, or that holds it up."""

    approved: bool
    rule: str


def verdict_of(
    policy: AutoApprovalPolicy | None,
    order: Order,
    statuses: Iterable[str],
    *,
    amount: int,
    now: datetime,
) -> Verdict:
    """Whether unshipped items of these statuses are cancelled without asking anybody
    (product.md §4.3).

    `amount` is what would be paid back, in minor units of the order. No policy: whatever has not
    shipped is approved. A limit in another currency cannot be compared, so a person decides.
    """
    if policy is None:
        return Verdict(True, "unshipped")
    furthest = RANK[OrderStatus(policy.up_to_status)]
    if any(RANK[OrderStatus(status)] > furthest for status in statuses):
        return Verdict(False, "packed_too_far")
    minutes = policy.within_minutes
    if minutes is not None and now > order.placed_at + timedelta(minutes=minutes):
        return Verdict(False, "placed_too_long_ago")
    limit = policy.up_to_amount
    if limit is not None and (amount > limit or policy.currency != order.currency):
        return Verdict(False, "amount_too_high")
    narrowed = minutes is not None or limit is not None
    narrowed |= policy.up_to_status != OrderItem.Status.READY_TO_SHIP
    return Verdict(True, "within_limits" if narrowed else "unshipped")


def may_request(actor: Actor) -> NotAllowed | None:
    """Why this actor cannot ask for a cancellation at all, or None.

    Sellers do not ask, they reject: that is answered at once and counts in their rates.
    """
    match actor.role:
        case Role.CUSTOMER | Role.SYSTEM:
            return None
        case Role.OWNER if actor.has_rank(Rank.MANAGER):
            return None
        case Role.OWNER:
            return NotAllowed(_("Cancelling needs the role Manager."), code="rank_too_low")
        case Role.SELLER:
            return NotAllowed(
                _("A seller cannot request a cancellation; the customer or the owner can."),
                code="seller_may_not_cancel",
            )
    return NotAllowed()


def may_reject(actor: Actor) -> NotAllowed | None:
    """Why this actor cannot reject items at all, or None. Customers ask, they do not reject."""
    if actor.role not in {Role.SELLER, Role.OWNER, Role.SYSTEM}:
        return NotAllowed(
            _("Only the seller or the marketplace rejects items; you can ask to cancel them."),
            allowed=["cancel"],
        )
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Rejecting needs the role Manager."), code="rank_too_low")
    return None


def may_reject_item(item: OrderItem, actor: Actor) -> DomainError | None:
    """Why this item cannot be rejected by this actor (product.md §4): a seller may reject until
    it ships, the owner until it is packed; afterwards the owner cancels."""
    if refusal := may_cancel(item):
        return refusal
    if actor.role is Role.OWNER and item.status != OrderStatus.WAITING_PACKAGING:
        return NotCancellable(
            _("The marketplace rejects what waits for packaging. Cancel this instead."),
            allowed=["cancel"],
        )
    return None


def consequence_of(reason: Reason, actor: Actor | None = None) -> str:
    """What rejecting for this reason does to the seller's ratings (product.md §4.7): said before
    the click, to `actor` as the seller where they are."""
    own = actor is not None and actor.role is Role.SELLER
    if reason.fault != Reason.Fault.SELLER:
        return (
            _("This reason does not count in your performance ratings.")
            if own
            else _("This reason does not count in the seller's performance ratings.")
        )
    if own:
        return _("This reason is the seller's fault: it counts in your performance ratings.")
    return _("This reason is the seller's fault: it counts in their performance ratings.")


def may_answer_for(seller_id: int | None, actor: Actor) -> NotAllowed | None:
    """Why this actor answers no cancellations of this seller's, or None."""
    own = actor.role is Role.SELLER and actor.seller_id == seller_id
    if not own and actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only the seller or the marketplace answers this cancellation."))
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Answering needs the role Manager."), code="rank_too_low")
    return None


def may_answer(request: CancellationRequest, actor: Actor) -> DomainError | None:
    """Why this actor cannot answer the request now, or None.

    The seller answers what the policy has left to them, the owner anything that waits.
    """
    case = request.case
    if refusal := may_answer_for(case.seller_id, actor):
        return refusal
    own = actor.role is Role.SELLER
    if case.status != Case.Status.WAITING:
        return _answered(case)
    if own and request.evaluated_at is None:
        return NotDecidable(_("It is being evaluated; look again in a moment."))
    if own and request.held_by == ESCALATED:
        return NotDecidable(rule_in_words(ESCALATED))
    return None


def may_withdraw(request: CancellationRequest, actor: Actor) -> DomainError | None:
    """Why this actor cannot take the request back: the customer their own while it waits, the
    owner for them, and whatever the owner asked for."""
    case = request.case
    asked = actor.role is Role.CUSTOMER and case.origin == Case.Origin.CUSTOMER
    if not asked and actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only who asked, or the marketplace for them, takes a request back."))
    if not asked and not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Withdrawing needs the role Manager."), code="rank_too_low")
    return _answered(case) if case.status != Case.Status.WAITING else None


def may_overrule(request: CancellationRequest, actor: Actor, to: str) -> DomainError | None:
    """Why the owner cannot decide otherwise: only a rejection can still become an approval."""
    case, status = request.case, request.case.status
    if actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only the marketplace overrules a decision."))
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Overruling needs the role Manager."), code="rank_too_low")
    if to not in (Case.Status.APPROVED, Case.Status.REJECTED):
        allowed = [Case.Status.APPROVED.value]
        return InvalidInput(_("Overrule it to approved."), field="to", allowed=allowed)
    if status == Case.Status.WAITING:
        return NotDecidable(
            _("Nobody has decided yet: approve or reject it."), allowed=["approve", "reject"]
        )
    if to == Case.Status.REJECTED and status in (Case.Status.APPROVED, Case.Status.COMPLETED):
        return NotDecidable(
            _("Its items are cancelled already, and what is cancelled does not come back.")
        )
    if to == status:
        return _answered(case)
    if status != Case.Status.REJECTED:
        return NotDecidable(
            _("It is %(status)s. Cancel what is left with a new request.")
            % {"status": case.get_status_display()},
            allowed=["cancel"],
        )
    return None


def allowed_actions(request: CancellationRequest, actor: Actor) -> list[str]:
    """What this actor may do with the request now, as buttons and as resources of the API."""
    possible = {
        "approve": may_answer(request, actor),
        "reject": may_answer(request, actor),
        "withdraw": may_withdraw(request, actor),
        "overrule": may_overrule(request, actor, Case.Status.APPROVED),
    }
    return [action for action, refusal in possible.items() if refusal is None]


def _answered(case: Case) -> NotDecidable:
    return NotDecidable(
        _("This cancellation has been answered already: %(status)s.")
        % {"status": case.get_status_display()}
    )


def fits_note(note: str, *, field: str = "note") -> DomainError | None:
    """Whether this says why: somebody will read it who did not get what they wanted."""
    if not note:
        return NoteRequired(_("Say why; the customer reads it."), field=field)
    if len(note) > LONGEST_NOTE:
        return InvalidInput(_("At most %(n)s characters.") % {"n": LONGEST_NOTE}, field=field)
    return None


def may_change_settings(actor: Actor) -> NotAllowed | None:
    """Reasons and the policy are the marketplace's (product.md §8: Admin)."""
    if actor.role in {Role.OWNER, Role.SYSTEM} and actor.has_rank(Rank.ADMIN):
        return None
    return NotAllowed(_("Only an Admin of the marketplace may change this."))
