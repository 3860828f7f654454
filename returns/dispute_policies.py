"""Who may say, decide and appeal what in a dispute. Pure rules, asked by pages and operations."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from core.formats import when
from orders.models import Case, Reason
from orders.reasons import NoteRequired
from returns.models import Decision, Dispute

Status = Dispute.Status
Outcome = Decision.Outcome
Refusal = DomainError | None
LONGEST_TEXT = 2000
MOST_FILES_OF_SIDE = 50  # about one return
LONGEST_NOTE = 1000


class NotInDispute(DomainError):
    """The dispute has moved on, or has not come so far yet."""

    code = "not_in_dispute"


class NoAppeal(DomainError):
    """There is nothing to appeal, it was appealed before, or the time is over: it says which."""

    code = "no_appeal"


def may_state(dispute: Dispute, actor: Actor, now: datetime) -> Refusal:
    """Why this actor cannot tell the customer's side now, or None: the customer, once and within
    their time; or the owner for them."""
    if refusal := _customers(actor):
        return refusal
    if dispute.status not in (Status.OPEN, Status.DECIDING):
        return NotInDispute(_("This dispute has been decided already."))
    if dispute.stated_at is not None:
        return NotInDispute(_("The customer's side has been told. Write a message to add to it."))
    if dispute.statement_by is None or now >= dispute.statement_by:
        return NotInDispute(_("The time for this is over. You can still write a message."))
    return None


def customers_turn(dispute: Dispute, now: datetime) -> bool:
    """Whether the customer can still tell their side, whoever asks."""
    waits = dispute.status in (Status.OPEN, Status.DECIDING) and dispute.stated_at is None
    return waits and dispute.statement_by is not None and now < dispute.statement_by


def may_decide(
    dispute: Dispute, actor: Actor, now: datetime, *, outcome: str = "", waits: bool = False
) -> Refusal:
    """Why this actor cannot decide now, or None. `waits`: the seller has not answered all items.

    The customer is heard first: before that, only all that they ask for can be decided.
    """
    if actor.role not in {Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("The marketplace decides disputes."))
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Deciding needs the role Manager."), code="rank_too_low")
    if dispute.status not in (Status.OPEN, Status.DECIDING, Status.APPEALED):
        return NotInDispute(_("This dispute has been decided already."))
    if waits:
        return NotInDispute(_("Other items of this request still wait for the seller's answer."))
    if dispute.statement_by and customers_turn(dispute, now) and outcome != Outcome.FULL:
        return NotInDispute(
            _(
                "The customer can tell their side until %(moment)s. Until then it can only be "
                "decided that all is paid back."
            )
            % {"moment": when(dispute.statement_by)},
            allowed=[Outcome.FULL],
        )
    return None


def may_appeal(dispute: Dispute, last: Decision | None, actor: Actor, now: datetime) -> Refusal:
    """Why the decision cannot be appealed by this actor, or None. `last`: the newest decision.

    The customer, or the owner for them, once, where anything was left to them to gain.
    """
    return _customers(actor) or no_appeal(dispute, last, now)


def no_appeal(dispute: Dispute, last: Decision | None, now: datetime) -> NoAppeal | None:
    """The same, whoever asks: what a page says where there is no button."""
    if last is None:
        return NoAppeal(_("The marketplace has not decided yet."))
    if dispute.status == Status.APPEALED:
        return NoAppeal(_("It is appealed: the marketplace decides once more."))
    if dispute.appealed_at is not None:
        return NoAppeal(_("It was decided once more on appeal. That is final."))
    if last.outcome == Outcome.FULL:
        return NoAppeal(_("All of it is paid back: there is nothing left to appeal for."))
    if dispute.status == Status.DECIDED and dispute.appeal_by and now < dispute.appeal_by:
        return None
    if dispute.appeal_by is None:
        return NoAppeal(_("The decision is final."))
    return NoAppeal(_("The time to appeal ended %(moment)s.") % {"moment": when(dispute.appeal_by)})


def may_write(case: Case, actor: Actor, *, disputed: bool) -> Refusal:
    """Why this actor cannot write about a return now, or None. `disputed`: a dispute is open."""
    if case.kind != Case.Kind.RETURN:
        return NotAllowed(_("Messages are about returns."))
    if actor.role is Role.SELLER and actor.seller_id != case.seller_id:
        return NotAllowed(_("This return is another seller's."))
    if actor.role in {Role.SELLER, Role.OWNER} and not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Writing needs the role Manager."), code="rank_too_low")
    if actor.role not in {Role.CUSTOMER, Role.SELLER, Role.OWNER, Role.SYSTEM}:
        return NotAllowed()
    goes_on = case.status in (Case.Status.WAITING, Case.Status.APPROVED) or disputed
    if actor.role in {Role.CUSTOMER, Role.SELLER} and not goes_on:
        return NotInDispute(
            _("This return is over: %(status)s.") % {"status": case.get_status_display()}
        )
    return None


def readers_of(actor: Actor, *, for_customer: bool, for_seller: bool) -> tuple[bool, bool]:
    """Who reads what this actor writes: (customer, seller). One's own side always does; what is
    for neither is a note among the marketplace's own people."""
    return for_customer or actor.role is Role.CUSTOMER, for_seller or actor.role is Role.SELLER


def fits_files(count: int, before: int) -> Refusal:
    """Whether so many files are fine at once, where this side has given `before` already."""
    at_once = settings.EVIDENCE_MOST_FILES
    for most, given in ((at_once, count), (MOST_FILES_OF_SIDE, before + count)):
        if count and given > most:
            return InvalidInput(
                _("At most %(n)s files at once, and %(all)s about one return.")
                % {"n": at_once, "all": MOST_FILES_OF_SIDE},
                field="files",
                code="too_many",
                allowed=[str(max(most - given + count, 0))],
            )
    return None


def fits_text(text: str, *, field: str = "text", longest: int = LONGEST_TEXT) -> Refusal:
    """Whether something was said, in not too many words."""
    if not text:
        return NoteRequired(_("Write what you want to say."), field=field)
    return too_long(text, field=field, longest=longest)


def too_long(text: str, *, field: str, longest: int = LONGEST_NOTE) -> Refusal:
    if len(text) > longest:
        return InvalidInput(_("At most %(n)s characters.") % {"n": longest}, field=field)
    return None


def unfit_decision(
    *, outcome: str, fault: str, shipping_paid_by: str, note: str, internal_note: str
) -> list[DomainError]:
    """Everything that is wrong with a decision besides its amounts."""
    problems: list[DomainError] = []
    for field, given, known in (
        ("outcome", outcome, Outcome.values),
        ("fault", fault, Reason.Fault.values),
        ("shipping_paid_by", shipping_paid_by, Reason.Fault.values),
    ):
        if given not in known:
            problems.append(InvalidInput(_("Choose one of the list."), field=field, allowed=known))
    words = (
        fits_text(note, field="note", longest=LONGEST_NOTE),
        too_long(internal_note, field="internal_note"),
    )
    problems += [refusal for refusal in words if refusal]
    return problems


def _customers(actor: Actor) -> Refusal:
    if actor.role not in {Role.CUSTOMER, Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("Only the customer, or the marketplace for them, can do this."))
    if actor.role is Role.OWNER and not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("This needs the role Manager."), code="rank_too_low")
    return None
