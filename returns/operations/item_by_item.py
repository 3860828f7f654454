"""One answer to a request of several items: yes to some, no to others, an offer for the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core.actors import Actor
from core.errors import DomainError, InvalidInput, Problems
from core.evidence.models import StoredFile
from orders.operations.selecting import refuse
from returns.models import ReturnRequest
from returns.operations.answering import approve_items, reject_items
from returns.operations.deciding import lock_request
from returns.operations.offering import make_offer

APPROVE, OFFER, REJECT = "approve", "offer", "reject"


@dataclass(frozen=True)
class ItemAnswer:
    """What is said about one item. An offer has an `amount` (minor units of the order), a
    rejection a `reason_code`, and `files` where the reason wants them; `message` is for the
    customer."""

    item_id: int
    answer: str
    amount: int = 0
    reason_code: str = ""
    message: str = ""
    files: Sequence[StoredFile] = ()


@transaction.atomic
def answer_items(
    request: ReturnRequest, *, answers: Sequence[ItemAnswer], actor: Actor
) -> ReturnRequest:
    """Answer these items of a waiting request at once, or none of them. Items that are not named
    go on waiting. Raises what `make_offer`, `reject_items` and `approve_items` raise, by the place
    in `answers` ("answers/0/message")."""
    if not answers:
        raise InvalidInput(field="answers", code="nothing_chosen")
    request, _order = lock_request(request.pk)
    problems: list[DomainError] = []
    # Yes comes last: with the last item the request is answered, and money and goods are planned.
    turns = sorted(enumerate(answers), key=lambda one: one[1].answer == APPROVE)
    for place, one in turns:
        if one.answer != APPROVE:
            problems += _tried(place, _act_for(request, one, actor))
    approved = [one.item_id for one in answers if one.answer == APPROVE]
    if approved and not problems:
        approve_items(request, approved, actor=actor)
    refuse(problems)
    request.refresh_from_db()
    return request


def _act_for(request: ReturnRequest, one: ItemAnswer, actor: Actor) -> Callable[[], Any]:
    if one.answer == OFFER:
        return lambda: make_offer(
            request, item_id=one.item_id, amount=one.amount, message=one.message, actor=actor
        )
    return lambda: reject_items(
        request,
        [one.item_id],
        actor=actor,
        reason_code=one.reason_code,
        message=one.message,
        files=one.files,
    )


def _tried(place: int, act: Callable[[], Any]) -> list[DomainError]:
    """What is wrong with it, by its place; nothing when it was done."""
    try:
        with transaction.atomic():
            act()
    except DomainError as refusal:
        found = refusal.problems if isinstance(refusal, Problems) else [refusal]
        for one in found:
            part = "" if (one.field or "").startswith(("items", "item")) else one.field
            one.field = f"answers/{place}/{part or 'answer'}"
        return list(found)
    return []
