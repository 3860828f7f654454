"""Refusals. Every one says what is wrong and what is allowed instead.

Pages show `str(refusal)` where it belongs; the API answers RFC 9457 problems made from the same
attributes (`core.api.problems`).
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no. `code` is stable and for programs; the message is for people.

    field:   the input at fault, as a JSON pointer without the leading slash ("items/0/quantity")
    allowed: what may be done or given instead (codes a program can act on)
    """

    code = "refused"
    status = 409
    message = _("This is not possible.")

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        allowed: Sequence[str] = (),
        code: str | None = None,
    ):
        super().__init__(message or self.message)
        self.field = field
        self.allowed = list(allowed)
        if code:
            self.code = code

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidInput(DomainError):
    """What was sent cannot be meant: a shape or a value that no rule could accept."""

    code = "invalid"
    status = 400
    message = _("This value is not valid.")


class NotAllowed(DomainError):
    """This actor may see the thing, but not do this to it."""

    code = "not_allowed"
    status = 403
    message = _("You may not do this.")


class InvalidTransition(DomainError):
    """A move that the table of states does not have, or that somebody else made first."""

    code = "invalid_transition"
    message = _("This has changed in the meantime. Look at it again.")


class Conflict(DomainError):
    """The same thing is there already, with other content."""

    code = "conflict"


class Problems(DomainError):
    """Several refusals at once, so that nobody has to mend one field at a time."""

    code = "invalid"
    status = 400

    def __init__(self, problems: Sequence[DomainError]):
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = list(problems)
