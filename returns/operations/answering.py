"""A person answers a waiting return, item by item or all of it; or takes it back."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError, InvalidInput
from core.evidence.models import StoredFile
from orders.models import Order, Reason
from orders.operations.items import UnknownItem
from orders.operations.selecting import pickable, refuse
from orders.reasons import ReasonNotAllowed, reason_among
from returns import policies
from returns.models import ReturnItem, ReturnRequest
from returns.operations.attaching import attach
from returns.operations.clock import set_clock
from returns.operations.deciding import approve, lock_request, settle, turn_down, waiting_entries
from returns.operations.disputes import open_dispute

Entries = list[ReturnItem]
Answer = Callable[[ReturnRequest, Order, Entries], None]


@transaction.atomic
def approve_items(
    request: ReturnRequest, item_ids: Sequence[int] | None = None, *, actor: Actor
) -> ReturnRequest:
    """Say yes to these items of a waiting request (None: to all that wait).

    By the seller whose they are, or the owner, from rank Manager on. With the last item the case
    is answered: its refund plans are approved and its goods are waited for. Raises NotAllowed,
    NotDecidable, UnknownItem, InvalidInput, or Problems ("items/0").
    """

    def say_yes(request: ReturnRequest, order: Order, entries: Entries) -> None:
        approve(request, order, entries, actor=actor)
        _tell(request, "return.items_approved", entries, actor)

    return _answer(request, item_ids, actor, say_yes)


@transaction.atomic
def reject_items(
    request: ReturnRequest,
    item_ids: Sequence[int] | None = None,
    *,
    actor: Actor,
    reason_code: str,
    message: str,
    files: Sequence[StoredFile] = (),
) -> ReturnRequest:
    """Say no to these items of a waiting request (None: to all that wait): a dispute begins.

    `reason_code` is one of the owner's reasons for rejections, `message` what the customer reads,
    `files` the evidence that some reasons want. The marketplace then decides about them. Raises
    what `approve_items` raises, ReasonNotAllowed, NoteRequired ("message"), EvidenceRequired.
    """
    message = message.strip()

    def say_no(request: ReturnRequest, order: Order, entries: Entries) -> None:
        reason = _fitting_reason(reason_code, message, files, actor)
        turn_down(
            entries, actor=actor, status=ReturnItem.Status.REJECTED, reason=reason, note=message
        )
        only = entries[0] if len(entries) == 1 else None
        attach(files, case=request.case, actor=actor, entry=only)
        _tell(request, "return.items_rejected", entries, actor, reason=reason.code)
        settle(request, order, actor=actor)
        open_dispute(request, entries, actor=actor)

    return _answer(request, item_ids, actor, say_no)


def _fitting_reason(
    reason_code: str, message: str, files: Sequence[StoredFile], actor: Actor
) -> Reason:
    """The reason for a rejection; refuses with all that is wrong with it."""
    reasons = pickable(Reason.Kind.REJECTION, actor)
    reason = reason_among(reasons, reason_code)
    problems: list[DomainError] = []
    if reason is None:
        problems.append(
            ReasonNotAllowed(
                _("Choose one of the reasons."),
                field="reason",
                allowed=[one.code for one in reasons],
            )
        )
    problems += [problem for problem in [policies.fits_message(message)] if problem]
    problem = policies.fits_evidence(reason, files, actor, field="")
    if problem is not None:
        problem.field = "files"
        problems.append(problem)
    refuse(problems)
    assert reason is not None  # refused above
    return reason


@transaction.atomic
def withdraw_return(request: ReturnRequest, *, actor: Actor) -> ReturnRequest:
    """Take back what still waits: by the customer, or by the owner for them.

    The items are free again. What was approved before stays approved, and the case is then
    answered. Raises NotAllowed, NotDecidable.
    """
    request, order = lock_request(request.pk)
    if refusal := policies.may_withdraw(request, actor):
        raise refusal
    entries = waiting_entries(request)
    turn_down(entries, actor=actor, status=ReturnItem.Status.WITHDRAWN)
    settle(request, order, actor=actor)
    set_clock(request.case)
    return request


def _answer(
    request: ReturnRequest, item_ids: Sequence[int] | None, actor: Actor, answer: Answer
) -> ReturnRequest:
    request, order = lock_request(request.pk)
    if refusal := policies.may_answer(request, actor):
        raise refusal
    answer(request, order, _chosen(request, item_ids))
    settle(request, order, actor=actor)
    set_clock(request.case)
    return request


def _chosen(request: ReturnRequest, item_ids: Sequence[int] | None) -> Entries:
    waiting = {entry.item_id: entry for entry in waiting_entries(request)}
    if item_ids is None:
        return list(waiting.values())
    if not item_ids:
        raise InvalidInput(_("Choose at least one item."), field="items", code="nothing_chosen")
    answered = {entry.item_id: entry for entry in request.items.exclude(item_id__in=waiting)}
    problems: list[DomainError] = []
    for position, item_id in enumerate(item_ids):
        field = f"items/{position}"
        if item_id in answered:
            problems.append(policies.entry_answered(answered[item_id], field))
        elif item_id not in waiting:
            problems.append(UnknownItem(_("There is no such item in this request."), field=field))
    refuse(problems)
    return [waiting[item_id] for item_id in dict.fromkeys(item_ids)]


def _tell(
    request: ReturnRequest, event: str, entries: Entries, actor: Actor, **facts: object
) -> None:
    request.case.note(
        event,
        actor=actor,
        items=[entry.item_id for entry in entries],
        units=sum(entry.item.quantity for entry in entries),
        **facts,
    )
