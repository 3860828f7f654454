"""Keep it, and be paid a part of its price: offered, taken, declined, taken back, lapsed."""

from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM, Actor
from core.deadlines.operations import arm, disarm, due_for
from core.errors import DomainError
from orders.models import Order
from orders.operations import release_items
from orders.operations.items import UnknownItem
from returns import offer_policies, policies
from returns.models import Offer, ReturnItem, ReturnRequest
from returns.operations.clock import set_clock, stop_clock
from returns.operations.deciding import OFFER_STEP, decide, lock_request, settle, with_items
from returns.operations.pricing import Due, prices_of, told_terms

Status = Offer.Status


@transaction.atomic
def make_offer(
    request: ReturnRequest, *, item_id: int, amount: int, message: str = "", actor: Actor
) -> Offer:
    """Offer `amount` (minor units of the order) for keeping an item of a waiting request.

    By whoever may answer. The customer has a day (a deadline of the owner's), and the time to
    answer the request stands still meanwhile. Raises NotAllowed, NotDecidable, OfferNotPossible,
    UnknownItem, InvalidInput ("amount", "message").
    """
    message = message.strip()
    request, _order = lock_request(request.pk)
    if refusal := policies.may_answer(request, actor):
        raise refusal
    entry = _entry(request, item_id)
    made = Offer.objects.filter(entry=entry)
    full = full_refund_of(entry)
    refusal = offer_policies.may_offer(
        entry, made=made.count(), has_open=made.open().exists()
    ) or offer_policies.fits_offer(amount, full, message)
    if refusal:
        raise refusal
    zone, now = request.case.seller.time_zone, timezone.now()
    offer = Offer(
        case=request.case,
        order_id=request.case.order_id,
        seller_id=request.case.seller_id,
        entry=entry,
        amount=amount,
        message=message,
        made_at=now,
        made_by_role=actor.role,
        due_at=due_for(OFFER_STEP, zone=zone, start=now),
    )
    offer.begin(
        actor=actor,
        case=request.case.number,
        item=entry.item_id,
        amount=amount,
        full=full,
        due_at=offer.due_at.isoformat(),
    )
    arm(OFFER_STEP, subject=offer, zone=zone, actor=actor, start=now, due=offer.due_at)
    stop_clock(request.case)
    return offer


def full_refund_of(entry: ReturnItem) -> int:
    """What returning this item alone would pay, minor units; also where no money is wished for."""
    [price] = prices_of([Due(entry.item, told_terms(entry))])
    return price.total


def _entry(request: ReturnRequest, item_id: int) -> ReturnItem:
    entry = request.items.filter(item=item_id).first()
    if entry is None:
        raise UnknownItem(field="item")
    return with_items([entry])[0]


@transaction.atomic
def accept_offer(offer: Offer, *, actor: Actor) -> Offer:
    """The customer keeps the item and is paid what was offered; by them, or the owner for them.

    With the last item of its request the case is answered and the money planned. Raises
    NotAllowed, OfferNotPossible.
    """
    request, order, offer = _lock(offer)
    if refusal := offer_policies.may_answer_offer(offer, actor, timezone.now()):
        raise refusal
    _end(offer, Status.ACCEPTED, actor)
    [entry] = with_items([offer.entry])
    decide([entry], ReturnItem.Status.SETTLED, actor=actor, agreed_amount=offer.amount)
    release_items([entry.item])
    settle(request, order, actor=actor)
    set_clock(request.case)
    return offer


@transaction.atomic
def decline_offer(offer: Offer, *, actor: Actor) -> Offer:
    """The customer would rather return it: the request waits for its answer again. Raises
    NotAllowed, OfferNotPossible."""
    request, _order, offer = _lock(offer)
    return _close(
        request,
        offer,
        Status.DECLINED,
        actor,
        offer_policies.may_answer_offer(offer, actor, timezone.now()),
    )


@transaction.atomic
def withdraw_offer(offer: Offer, *, actor: Actor) -> Offer:
    """Whoever may make offers takes one back before it was answered. Raises NotAllowed,
    OfferNotPossible."""
    request, _order, offer = _lock(offer)
    refusal = offer_policies.may_withdraw_offer(offer, actor)
    return _close(request, offer, Status.WITHDRAWN, actor, refusal)


@transaction.atomic
def lapse_offer(*, offer_id: int) -> str | None:
    """The customer said nothing in time: the request waits for its answer again. Returns what
    came of it, or None where the offer had ended already."""
    request, _order, offer = _lock(Offer.objects.get(pk=offer_id))
    if offer.status != Status.OPEN:
        return None
    offer.transition_to(Status.LAPSED, actor=SYSTEM, changes={"answered_at": timezone.now()})
    set_clock(request.case)
    return offer.status


def _lock(offer: Offer) -> tuple[ReturnRequest, Order, Offer]:
    request, order = lock_request(ReturnRequest.objects.get(case=offer.case_id).pk)
    return request, order, Offer.objects.select_related("entry").get(pk=offer.pk)


def _close(
    request: ReturnRequest, offer: Offer, status: str, actor: Actor, refusal: DomainError | None
) -> Offer:
    if refusal:
        raise refusal
    _end(offer, status, actor)
    set_clock(request.case)
    return offer


def _end(offer: Offer, status: str, actor: Actor) -> None:
    offer.transition_to(status, actor=actor, changes={"answered_at": timezone.now()})
    disarm(OFFER_STEP, subject=offer, outcome=status)
