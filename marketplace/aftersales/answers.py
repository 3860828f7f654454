"""What a person may do about one cancellation, as buttons; each is one operation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    Action.APPROVE: _("Without an answer it is approved."),
    Action.REJECT: _("Without an answer it is rejected."),
    Action.ESCALATE: _("Without an answer the marketplace decides."),
}
DONE: dict[str, str | Promise] = {
    Answer.APPROVE: _("Cancellation %(number)s answered: approved."),
    Answer.REJECT: _("Cancellation %(number)s answered: rejected."),
    Answer.WITHDRAW: _("Cancellation %(number)s withdrawn."),
    Answer.OVERRULE: _("Cancellation %(number)s approved after all."),
}


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
