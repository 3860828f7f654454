"""What may be returned, by whom, on which terms, and who answers. Pure rules (product.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from core.formats import day as day_in_words
from orders.models import Case, OrderItem, OrderStatus, Reason
from orders.reasons import LONGEST_NOTE, NoteRequired
from refunds.models import RefundPlan
from returns.models import ReturnItem, ReturnRequest
from returns.rules import Rules

Wish = ReturnRequest.Wish
AT_ONCE = RefundPlan.PayableWhen.AT_ONCE
RETURNABLE = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.DELIVERY_FAILED)
MOST_FILES = settings.EVIDENCE_MOST_FILES  # per request and per rejection

SILENCE = "silence"
ESCALATED = "escalated"
ABOVE_SILENCE_LIMIT = "above_silence_limit"

# What a person reads about the rule that decided, or that leaves the decision to the marketplace.
RULES: dict[str, str | Promise] = {
    SILENCE: gettext_lazy("Nobody answered in time, so it was approved."),
    ESCALATED: gettext_lazy("The seller did not answer in time, so the marketplace decides."),
    ABOVE_SILENCE_LIMIT: gettext_lazy(
        "The seller did not answer in time, and the amount is above what silence approves, so the "
        "marketplace decides."
    ),
}


def rule_in_words(rule: str) -> str:
    """The sentence behind a recorded rule; a rule nobody knows any more stays readable."""
    return str(RULES.get(rule, rule.replace("_", " ")))


class NotReturnable(DomainError):
    """It is too late or too early, or the item is being dealt with already."""

    code = "not_returnable"


class NotDecidable(DomainError):
    """It is answered already, or cannot be answered like this."""

    code = "not_decidable"


class EvidenceRequired(InvalidInput):
    """This reason wants a photo or a document."""

    code = "evidence_required"


# -- What may be returned -------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """How long an item may be returned. `until` is exclusive, `last_day` the last local day of
    the seller's that counts; both are None while its time does not run yet."""

    takes_returns: bool = True
    until: datetime | None = None
    last_day: date | None = None

    def is_open(self, now: datetime) -> bool:
        return self.takes_returns and (self.until is None or now < self.until)


def window_of(rules: Rules, received_at: datetime | None, zone: str) -> Window:
    """The window of something that its customer has had since `received_at`: days are the
    seller's, the day of receipt does not count, the last one counts whole (product.md §6)."""
    if not rules.takes_returns:
        return Window(takes_returns=False)
    if received_at is None:
        return Window()
    until = rules.window.due(received_at, zone)
    last_moment = until - timedelta(microseconds=1)
    return Window(until=until, last_day=last_moment.astimezone(ZoneInfo(zone)).date())


@dataclass(frozen=True)
class Grounds:
    """What is known about one item besides itself.

    `answered`: the answer that an earlier request ended with and that stands (rejected, settled),
    and `dispute_open` whether the marketplace is still to decide about it. `paid_for`: a return
    pays for it though it did not come back. `unpacked`: an earlier return has counted units of it,
    there or missing. `part_of`: the item that this one was a missing part of.
    """

    rules: Rules
    window: Window
    answered: str = ""
    dispute_open: bool = False
    paid_for: bool = False
    unpacked: bool = False
    part_of: OrderItem | None = None


def may_return(
    item: OrderItem, grounds: Grounds, actor: Actor, now: datetime
) -> NotReturnable | None:
    """Why this item cannot be returned now, or None if it can.

    Outside of the window the marketplace may still ask for a customer; that is recorded.
    """
    return (
        _not_with_customer(item)
        or _dealt_with(item, grounds)
        or (None if _may_be_late(actor) else _too_late(grounds.window, now))
    )


def may_return_units(item: OrderItem, grounds: Grounds, units: int) -> NotReturnable | None:
    """Why only so many units of an item that may be returned cannot be, or None if they can.

    What came too late for its return stays counted there, and nobody knows which of the units it
    was: the item is asked for as a whole, or not at all.
    """
    if grounds.unpacked and 0 < units < item.quantity:
        return NotReturnable(
            _("Some of it came back with an earlier return. Ask for all %(units)s together.")
            % {"units": item.quantity},
            allowed=[str(item.quantity)],
        )
    return None


def _may_be_late(actor: Actor) -> bool:
    return actor.role in {Role.OWNER, Role.SYSTEM}


def _not_with_customer(item: OrderItem) -> NotReturnable | None:
    match item.status:
        case OrderStatus.CANCELLED:
            return NotReturnable(_("It was cancelled."))
        case OrderStatus.RETURNED:
            return NotReturnable(_("Already returned."))
    if item.status not in RETURNABLE:
        return NotReturnable(
            _("Not shipped yet. It cannot be returned; you can cancel it."), allowed=["cancel"]
        )
    return None


def _dealt_with(item: OrderItem, grounds: Grounds) -> NotReturnable | None:
    if item.open_case_id is not None:
        return NotReturnable(_("A return of this item is open already."))
    if grounds.part_of is not None:
        return NotReturnable(
            _("This part belongs to item %(number)s; return that one.")
            % {"number": grounds.part_of.number}
        )
    if grounds.answered == ReturnItem.Status.SETTLED:
        return NotReturnable(_("It was kept for a partial refund; that was agreed for good."))
    if grounds.dispute_open:
        return NotReturnable(_("Its return was rejected, and the marketplace is looking at it."))
    if grounds.paid_for:
        return NotReturnable(_("It is paid back already by an earlier return."))
    if grounds.answered == ReturnItem.Status.REJECTED:
        return NotReturnable(_("Its return was rejected, and the decision is final."))
    return None


def _too_late(window: Window, now: datetime) -> NotReturnable | None:
    if not window.takes_returns:
        return NotReturnable(_("This item cannot be returned."))
    if window.last_day is None or window.is_open(now):
        return None
    return NotReturnable(
        _("The time to return it ended on %(day)s.") % {"day": day_in_words(window.last_day)},
        code="window_closed",
    )


def may_request(actor: Actor) -> NotAllowed | None:
    """Why this actor cannot ask for a return at all, or None: sellers answer, they do not ask."""
    match actor.role:
        case Role.CUSTOMER | Role.SYSTEM:
            return None
        case Role.OWNER if actor.has_rank(Rank.MANAGER):
            return None
        case Role.OWNER:
            return NotAllowed(_("Returning needs the role Manager."), code="rank_too_low")
    return NotAllowed(_("Only the customer, or the marketplace for them, asks for a return."))


def fits_wish(wish: str, pay_to: str) -> InvalidInput | None:
    """Whether these are things that one can wish for."""
    for field, given, known in (
        ("wish", wish, Wish.values),
        ("pay_to", pay_to, ReturnRequest.PayTo.values),
    ):
        if given not in known:
            return InvalidInput(_("Choose one of the list."), field=field, allowed=known)
    return None


def fits_evidence(
    reason: Reason | None, files: Sequence[object], actor: Actor, *, field: str, before: int = 0
) -> InvalidInput | None:
    """Why this evidence does not do: none where the reason wants some, or too much of it, the
    `before` files of the same request counted.

    The marketplace may open a request for somebody who has only called.
    """
    if files and before + len(files) > MOST_FILES:
        return InvalidInput(
            _("At most %(n)s files.") % {"n": MOST_FILES}, field=f"{field}/files", code="too_many"
        )
    asks = reason is not None and reason.needs_evidence
    by_owner = reason is not None and reason.kind == Reason.Kind.RETURN and _may_be_late(actor)
    if asks and not files and not by_owner:
        return EvidenceRequired(
            _("Add a photo or a document: the reason “%(reason)s” needs one.")
            % {"reason": reason.text if reason else ""},
            field=f"{field}/files",
        )
    return None


# -- On which terms -------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What was told about one item when its return was asked for. It holds until the end,
    whatever the owner's rules become meanwhile. `return_shipping` is minor units."""

    goods_back: bool = True
    payable_when: str = AT_ONCE
    restocking_rate: Decimal = Decimal(0)
    return_shipping: int = 0


def terms_of(item: OrderItem, reason: Reason, rules: Rules, *, worth: int, wish: str) -> Terms:
    """The terms for an item worth `worth` minor units (all that is left to pay back).

    A part that was missing leaves the rest with the customer. What the customer never got comes
    back by itself. Fees: only where the goods come back, restocking for the customer's fault, the
    way back where the reason has the customer pay it.
    """
    if wish == Wish.MISSING_PART:
        return Terms(goods_back=False)
    limit = rules.keep_goods_up_to
    stays = not reason.needs_goods_back or (limit is not None and worth <= limit)
    if stays and item.status != OrderStatus.DELIVERY_FAILED:
        return Terms(goods_back=False)
    customers = Reason.Fault.CUSTOMER
    return Terms(
        goods_back=True,
        payable_when=rules.payable_when,
        restocking_rate=rules.restocking_rate if reason.fault == customers else Decimal(0),
        return_shipping=rules.return_shipping_fee if reason.shipping_paid_by == customers else 0,
    )


# -- Who answers ----------------------------------------------------------------------------


def may_answer_for(seller_id: int | None, actor: Actor) -> NotAllowed | None:
    """Why this actor answers no returns of this seller's, or None."""
    own = actor.role is Role.SELLER and actor.seller_id == seller_id
    if not own and actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only the seller or the marketplace answers this return."))
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Answering needs the role Manager."), code="rank_too_low")
    return None


def may_answer(request: ReturnRequest, actor: Actor) -> DomainError | None:
    """Why this actor cannot answer the request now, or None.

    The seller until their time is over, the owner anything that waits.
    """
    case = request.case
    if refusal := may_answer_for(case.seller_id, actor):
        return refusal
    own = actor.role is Role.SELLER
    if case.status != Case.Status.WAITING:
        return _answered(case)
    if own and request.held_by:
        return NotDecidable(rule_in_words(request.held_by))
    return None


def may_withdraw(request: ReturnRequest, actor: Actor) -> DomainError | None:
    """Why this actor cannot take the request back: the customer what they asked for, or what was
    opened for them by itself; the owner for them."""
    case = request.case
    own = (Case.Origin.CUSTOMER, Case.Origin.SYSTEM)
    theirs = actor.role is Role.CUSTOMER and case.origin in own
    if not theirs and actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only who asked, or the marketplace for them, takes a request back."))
    if not theirs and not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Withdrawing needs the role Manager."), code="rank_too_low")
    return _answered(case) if case.status != Case.Status.WAITING else None


def allowed_actions(request: ReturnRequest, actor: Actor) -> list[str]:
    """What this actor may do with the request now, as buttons and as resources of the API."""
    answer = may_answer(request, actor)
    possible = {
        "approve": answer,
        "reject": answer,
        "offer": answer,
        "withdraw": may_withdraw(request, actor),
    }
    return [action for action, refusal in possible.items() if refusal is None]


def _answered(case: Case) -> NotDecidable:
    return NotDecidable(
        _("This return has been answered already: %(status)s.")
        % {"status": case.get_status_display()}
    )


def entry_answered(entry: ReturnItem, field: str) -> NotDecidable:
    return NotDecidable(
        _("This item has been answered already: %(status)s.")
        % {"status": entry.get_status_display()},
        field=field,
    )


def fits_message(message: str, *, field: str = "message") -> InvalidInput | None:
    """Whether this tells the customer something."""
    if not message:
        return NoteRequired(_("Say why; the customer reads it."), field=field)
    if len(message) > LONGEST_NOTE:
        return InvalidInput(_("At most %(n)s characters.") % {"n": LONGEST_NOTE}, field=field)
    return None
