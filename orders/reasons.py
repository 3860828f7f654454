"""Reasons as people pick them: which one, and what it wants to be told besides. Pure rules."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.errors import DomainError, InvalidInput
from orders.models import Reason

LONGEST_NOTE = 500


class ReasonNotAllowed(InvalidInput):
    """Not a reason that this actor may pick."""

    code = "reason_not_allowed"


class NoteRequired(InvalidInput):
    """This reason wants an explanation."""

    code = "note_required"


def reason_among(pickable: Sequence[Reason], code: str) -> Reason | None:
    return next((reason for reason in pickable if reason.code == code), None)


def why_not(
    reason_code: str, note: str, pickable: Sequence[Reason], *, field: str
) -> list[DomainError]:
    """What is wrong with a reason and its note; `field` is where they stand in the input."""
    problems: list[DomainError] = []
    reason = reason_among(pickable, reason_code)
    if reason is None:
        problems.append(
            ReasonNotAllowed(
                _("Choose one of the reasons."),
                field=f"{field}/reason",
                allowed=[reason.code for reason in pickable],
            )
        )
    elif reason.needs_note and not note.strip():
        problems.append(
            NoteRequired(
                _("Say what happened: the reason “%(reason)s” needs a note.")
                % {"reason": reason.text},
                field=f"{field}/note",
            )
        )
    if len(note) > LONGEST_NOTE:
        problems.append(
            InvalidInput(
                _("At most %(n)s characters.") % {"n": LONGEST_NOTE}, field=f"{field}/note"
            )
        )
    return problems
