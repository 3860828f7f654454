"""Keep it, and be paid a part of its price: who may offer that, and who answers. Pure rules."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from orders.models import OrderStatus
from orders.reasons import LONGEST_NOTE
from returns.models import Offer, ReturnItem
from returns.policies import entry_answered

MOST_OFFERS = 3  # per item: each of them stops the clock of the answer for a day
LEAST_TIME_LEFT = timedelta(hours=4)  # to answer the request once an offer came to nothing


class OfferNotPossible(DomainError):
    """No offer can be made for this item, or this one cannot be answered any more."""

    code = "offer_not_possible"


def may_offer(entry: ReturnItem, *, made: int, has_open: bool) -> DomainError | None:
    """Why nothing can be offered for this item, or None. `made`: how often something was."""
    if entry.status != ReturnItem.Status.WAITING:
        return entry_answered(entry, "item")
    if entry.item.status == OrderStatus.DELIVERY_FAILED:
        return OfferNotPossible(_("The customer does not have it, so they cannot keep it."))
    if has_open:
        return OfferNotPossible(_("An offer for this item waits for the customer's answer."))
    if made >= MOST_OFFERS:
        return OfferNotPossible(
            _("Offered often enough: approve or reject it."), allowed=["approve", "reject"]
        )
    return None


def fits_offer(amount: int, full: int, message: str) -> InvalidInput | None:
    """Whether the amount is a part of the `full` one that a return would pay; minor units."""
    if not 0 < amount < full:
        return InvalidInput(
            _("An offer is more than nothing and less than the full refund."),
            field="amount",
            allowed=[str(number) for number in (1, full - 1) if number > 0],
            code="not_a_part",
        )
    if len(message) > LONGEST_NOTE:
        return InvalidInput(_("At most %(n)s characters.") % {"n": LONGEST_NOTE}, field="message")
    return None


def may_answer_offer(offer: Offer, actor: Actor, now: datetime) -> DomainError | None:
    """Why this actor cannot take or decline the offer: the customer, or the owner for them."""
    if actor.role not in {Role.CUSTOMER, Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("The customer answers an offer."))
    if actor.role is Role.OWNER and not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Answering needs the role Manager."), code="rank_too_low")
    return _over(offer) or (_lapsed() if now >= offer.due_at else None)


def may_withdraw_offer(offer: Offer, actor: Actor) -> DomainError | None:
    """Why this actor cannot take the offer back: whoever may make one."""
    own = actor.role is Role.SELLER and actor.seller_id == offer.seller_id
    if not own and actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only the seller or the marketplace takes an offer back."))
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Answering needs the role Manager."), code="rank_too_low")
    return _over(offer)


def _over(offer: Offer) -> OfferNotPossible | None:
    if offer.status == Offer.Status.OPEN:
        return None
    return OfferNotPossible(
        _("This offer is not open any more: %(status)s.") % {"status": offer.get_status_display()}
    )


def _lapsed() -> OfferNotPossible:
    return OfferNotPossible(_("The time to answer this offer is over."))
