"""What may be done with a return as it stands: what endpoints answer as `allowed_actions`."""

from collections.abc import Iterator

from django.utils import timezone

from core.actors import Actor
from refunds.models import RefundPlan
from returns import dispute_policies, goods_policies, offer_policies, policies
from returns.models import Decision, Dispute, Offer, ReturnItem, ReturnParcel
from returns.reading import WholeReturn


def allowed_actions(shown: WholeReturn, actor: Actor) -> list[str]:
    """In the order in which they happen in life."""
    return [
        *_answering(shown, actor),
        *_of_offers(shown, actor),
        *_of_goods(shown, actor),
        *_of_dispute(shown, actor),
    ]


def _answering(shown: WholeReturn, actor: Actor) -> Iterator[str]:
    for action in policies.allowed_actions(shown.request, actor):
        if action != "offer" or _something_to_offer_for(shown):
            yield action


def _something_to_offer_for(shown: WholeReturn) -> bool:
    return any(_may_offer(shown, entry) for entry in shown.entries)


def _may_offer(shown: WholeReturn, entry: ReturnItem) -> bool:
    made = [offer for offer in shown.offers if offer.entry_id == entry.pk]
    has_open = any(offer.status == Offer.Status.OPEN for offer in made)
    return offer_policies.may_offer(entry, made=len(made), has_open=has_open) is None


def _of_offers(shown: WholeReturn, actor: Actor) -> Iterator[str]:
    now = timezone.now()
    offers = shown.offers
    if any(offer_policies.may_answer_offer(offer, actor, now) is None for offer in offers):
        yield "accept_offer"
        yield "decline_offer"
    if any(offer_policies.may_withdraw_offer(offer, actor) is None for offer in offers):
        yield "withdraw_offer"


def _of_goods(shown: WholeReturn, actor: Actor) -> Iterator[str]:
    parcel = shown.parcel
    if parcel is None:
        return
    if goods_policies.may_send_back(parcel, actor) is None:
        yield "ship"
    if goods_policies.may_receive(parcel, actor):
        return
    if parcel.status != ReturnParcel.Status.RECEIVED:
        yield "receive"
    elif _money_waits(shown) and goods_policies.may_deduct(actor) is None:
        yield "inspect"


def _money_waits(shown: WholeReturn) -> bool:
    return any(
        plan.status == RefundPlan.Status.APPROVED and plan.payable_at is None
        for plan in shown.plans
    )


def _of_dispute(shown: WholeReturn, actor: Actor) -> Iterator[str]:
    dispute, now = shown.dispute, timezone.now()
    is_open = dispute is not None and dispute.status != Dispute.Status.CLOSED
    if dispute is not None:
        decisions = list(dispute.decisions.all())
        waits = any(entry.status == ReturnItem.Status.WAITING for entry in shown.entries)
        full = Decision.Outcome.FULL  # possible earlier than the other outcomes
        if dispute_policies.may_state(dispute, actor, now) is None:
            yield "state"
        if dispute_policies.may_decide(dispute, actor, now, outcome=full, waits=waits) is None:
            yield "decide"
        last = decisions[-1] if decisions else None
        if dispute_policies.may_appeal(dispute, last, actor, now) is None:
            yield "appeal"
    if dispute_policies.may_write(shown.case, actor, disputed=is_open) is None:
        yield "write"
