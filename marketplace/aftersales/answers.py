"""What a person may do about one cancellation, as buttons; each is one operation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cancellations import operations, policies
from cancellations.models import CancellationItem, CancellationRequest
from cancellations.presenters import Cancellation
from core.actors import Actor
from core.deadlines.models import Action
from orders.models import Case


class Answer(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    OVERRULE = "overrule"


SILENCE: dict[str, str | Promise] = {
    Action.APPROVE: gettext_lazy("Without an answer it is approved."),
    Action.REJECT: gettext_lazy("Without an answer it is rejected."),
    Action.ESCALATE: gettext_lazy("Without an answer the marketplace decides."),
}


def done_words(answer: Answer, number: str, items: int) -> str:
    """The toast: what was done to how many items of the request."""
    facts = {"n": items, "number": number}
    match answer:
        case Answer.WITHDRAW:
            return _("Cancellation %(number)s withdrawn.") % facts
        case Answer.REJECT:
            words = ngettext(
                "%(n)s item of %(number)s rejected.", "%(n)s items of %(number)s rejected.", items
            )
        case _:
            words = ngettext(
                "%(n)s item of %(number)s approved.", "%(n)s items of %(number)s approved.", items
            )
    return words % facts


@dataclass(frozen=True)
class Choices:
    """What this actor may do with a request now, and which of its items it is about."""

    actions: Sequence[Answer]
    entries: Sequence[CancellationItem]

    @classmethod
    def of(cls, request: CancellationRequest, actor: Actor) -> "Choices":
        actions = [Answer(action) for action in policies.allowed_actions(request, actor)]
        status = CancellationItem.Status
        about = status.REJECTED if Answer.OVERRULE in actions else status.WAITING
        entries = [entry for entry in request.items.all() if entry.status == about]
        return cls(actions, entries if actions else [])

    @property
    def answers(self) -> bool:
        return Answer.APPROVE in self.actions

    @property
    def overrules(self) -> bool:
        return Answer.OVERRULE in self.actions

    @property
    def withdraws(self) -> bool:
        return Answer.WITHDRAW in self.actions


def carry_out(
    answer: Answer,
    request: CancellationRequest,
    *,
    item_ids: Sequence[int],
    note: str,
    actor: Actor,
) -> CancellationRequest:
    """Do it. Raises what the operation raises."""
    acts: dict[Answer, Callable[[], CancellationRequest]] = {
        Answer.APPROVE: lambda: operations.approve_items(request, item_ids, actor=actor),
        Answer.REJECT: lambda: operations.reject_request_items(
            request, item_ids, actor=actor, reason_note=note
        ),
        Answer.WITHDRAW: lambda: operations.withdraw_cancellation(request, actor=actor),
        Answer.OVERRULE: lambda: operations.overrule(
            request, actor=actor, to=Case.Status.APPROVED, note=note, item_ids=item_ids
        ),
    }
    return acts[answer]()


def silence_words(cancellation: Cancellation) -> str | Promise:
    """What happens at the deadline when nobody has answered; empty when none is running."""
    return SILENCE.get(cancellation.silence, "")
