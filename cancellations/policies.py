"""When something is cancelled, by whom, and which rule says yes by itself. Pure rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cancellations.models import AutoApprovalPolicy
from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from orders.models import Case, Order, OrderItem, OrderStatus, Reason
from orders.policies import RANK

LONGEST_NOTE = 500


class ReasonNotAllowed(InvalidInput):
    """Not a reason that this actor may pick."""

    code = "reason_not_allowed"


class NoteRequired(InvalidInput):
    """This reason wants an explanation."""

    code = "note_required"


# What a person reads about the rule that decided, or that leaves the decision to a person.
RULES: dict[str, str | Promise] = {
    "unshipped": gettext_lazy("Nothing of it had shipped, so it was approved automatically."),
    "within_limits": gettext_lazy(
        "It was within the limits for automatic approval, and had not shipped."
    ),
    "silence": gettext_lazy("Nobody answered in time, so it was approved."),
    "silence_rejects": gettext_lazy("Nobody answered in time, so it was rejected."),
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
    items: Iterable[OrderItem],
    *,
    amount: int,
    now: datetime,
) -> Verdict:
    """Whether unshipped items are cancelled without asking anybody (product.md §4.3).

    `amount` is what would be paid back, in minor units of the order. No policy: whatever has not
    shipped is approved. A limit in another currency cannot be compared, so a person decides.
    """
    if policy is None:
        return Verdict(True, "unshipped")
    furthest = RANK[OrderStatus(policy.up_to_status)]
    if any(RANK[OrderStatus(item.status)] > furthest for item in items):
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


def may_decide(case: Case, actor: Actor) -> bool:
    """Whether this actor may answer the case while it waits."""
    if case.status != Case.Status.WAITING:
        return False
    match actor.role:
        case Role.SYSTEM:
            return True
        case Role.OWNER:
            return actor.has_rank(Rank.MANAGER)
        case Role.SELLER:
            return actor.seller_id == case.seller_id and actor.has_rank(Rank.MANAGER)
    return False


def why_not(reason_code: str, note: str, pickable: Sequence[Reason], *, field: str) -> list:
    """What is wrong with a reason and its note; `field` is where they stand in the input."""
    problems: list[DomainError] = []
    reason = next((reason for reason in pickable if reason.code == reason_code), None)
    if reason is None:
        problems.append(
            ReasonNotAllowed(
                _("Choose one of the reasons."),
                field=f"{field}/reason",
                allowed=[reason.code for reason in pickable],
            )
        )
    elif reason.needs_note and not note.strip():
        problems.append(
            NoteRequired(
                _("Say what happened: the reason “%(reason)s” needs a note.")
                % {"reason": reason.text},
                field=f"{field}/note",
            )
        )
    if len(note) > LONGEST_NOTE:
        problems.append(
            InvalidInput(
                _("At most %(n)s characters.") % {"n": LONGEST_NOTE}, field=f"{field}/note"
            )
        )
    return problems
