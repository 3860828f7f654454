"""A person answers a waiting cancellation, item by item or all of it; or takes it back."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import policies
from cancellations.models import CancellationItem, CancellationRequest
from cancellations.operations.deciding import (
    approve,
    lock_request,
    settle,
    stop_the_clock,
    turn_down,
    waiting_entries,
)
from cancellations.operations.selecting import refuse
from core.actors import Actor
from core.errors import DomainError, InvalidInput
from orders.models import Order
from orders.operations.items import UnknownItem

Entries = list[CancellationItem]
Answer = Callable[[CancellationRequest, Order, Entries], None]


@transaction.atomic
def approve_items(
    request: CancellationRequest, item_ids: Sequence[int] | None = None, *, actor: Actor
) -> CancellationRequest:
    """Say yes to these items of a waiting request (None: to all that wait): they are cancelled.

    By the seller whose they are, or the owner, from rank Manager on. The case is answered, and
    its plan approved, with the last item. Raises NotAllowed, NotDecidable, UnknownItem,
    InvalidInput, or Problems ("items/0").
    """

    def say_yes(request: CancellationRequest, order: Order, entries: Entries) -> None:
        approve(request, order, entries, actor=actor)
        _tell(request, "cancellation.items_approved", entries, actor)

    return _answer(request, item_ids, actor, say_yes)


@transaction.atomic
def reject_request_items(
    request: CancellationRequest,
    item_ids: Sequence[int] | None = None,
    *,
    actor: Actor,
    reason_note: str,
) -> CancellationRequest:
    """Say no to these items of a waiting request (None: to all that wait): they will be sent.

    `reason_note` is what the customer reads; it may not be empty. The plan loses their lines and
    is void when nothing is left. Raises what `approve_items` raises, and NoteRequired.
    """
    note = reason_note.strip()

    def say_no(request: CancellationRequest, order: Order, entries: Entries) -> None:
        turn_down(request, entries, actor=actor, note=note)
        _tell(request, "cancellation.items_rejected", entries, actor)

    if refusal := policies.fits_note(note):
        raise refusal
    return _answer(request, item_ids, actor, say_no)


@transaction.atomic
def withdraw_cancellation(request: CancellationRequest, *, actor: Actor) -> CancellationRequest:
    """Take back what still waits: by the customer who asked, or by the owner for them.

    The items are free again and their lines leave the plan. Items that were approved before stay
    cancelled, and the case is then approved. Raises NotAllowed, NotDecidable.
    """
    request, _order = lock_request(request.pk)
    if refusal := policies.may_withdraw(request, actor):
        raise refusal
    waiting = waiting_entries(request, actor=actor)
    turn_down(request, waiting, actor=actor, status=CancellationItem.Status.WITHDRAWN)
    settle(request, actor=actor)
    stop_the_clock(request)
    return request


def _answer(
    request: CancellationRequest, item_ids: Sequence[int] | None, actor: Actor, answer: Answer
) -> CancellationRequest:
    request, order = lock_request(request.pk)
    if refusal := policies.may_answer(request, actor):
        raise refusal
    entries = _chosen(request, item_ids, actor)
    if entries:
        answer(request, order, entries)
        settle(request, actor=actor)
    stop_the_clock(request)
    return request


def _chosen(request: CancellationRequest, item_ids: Sequence[int] | None, actor: Actor) -> Entries:
    waiting = {entry.item_id: entry for entry in waiting_entries(request, actor=actor)}
    if item_ids is None:
        return list(waiting.values())
    if not item_ids:
        raise InvalidInput(_("Choose at least one item."), field="items", code="nothing_chosen")
    answered = {entry.item_id: entry for entry in request.items.exclude(item_id__in=waiting)}
    problems: list[DomainError] = []
    for position, item_id in enumerate(item_ids):
        field = f"items/{position}"
        if item_id in answered:
            problems.append(_answered(answered[item_id], field))
        elif item_id not in waiting:
            problems.append(UnknownItem(_("There is no such item in this request."), field=field))
    refuse(problems)
    return [waiting[item_id] for item_id in dict.fromkeys(item_ids)]


def _answered(entry: CancellationItem, field: str) -> DomainError:
    return policies.NotDecidable(
        _("This item has been answered already: %(status)s.")
        % {"status": entry.get_status_display()},
        field=field,
    )


def _tell(request: CancellationRequest, event: str, entries: Entries, actor: Actor) -> None:
    request.case.note(
        event,
        actor=actor,
        items=[entry.item_id for entry in entries],
        units=sum(entry.item.quantity for entry in entries),
    )
