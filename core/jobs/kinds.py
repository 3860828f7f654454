"""What an app writes to have long work done: a kind that plans, and then does chunk after chunk."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import DomainError

logger = logging.getLogger(__name__)
Subject = TypeVar("Subject")


class Row(NamedTuple):
    """What became of one thing: `label` names it for people, `message` says why it failed.

    `position` counts from 1 over the whole job; without it, rows are numbered as they come.
    """

    label: str
    failed: bool = False
    message: str = ""
    position: int | None = None


class Chunk(NamedTuple):
    """The outcome of one step. A `next_cursor` of None says that this was the last one.

    `rows` are kept and shown one by one. `uneventful` counts further ones that went well and have
    nothing to tell, so that an export of a million rows does not write a million lines.
    """

    rows: Sequence[Row]
    next_cursor: Any
    uneventful: int = 0


class CannotGoOn(DomainError):
    """Raised by a step that no later try would mend (the disk is full, say): the job fails at once,
    in these words."""

    code = "cannot_go_on"


class Kind(Protocol):
    """Long work of one kind. Both methods run in a transaction and read what they need anew.

    A kind may also have `ended(job)`, called in the transaction in which its job is done, fails or
    is cancelled (`job.status` says which): to leave nothing behind.
    """

    def plan(self, job: Any) -> int:
        """How many rows there are to do, for the progress bar. Called once, before the first."""

    def chunk(self, job: Any, cursor: Any) -> Chunk:
        """Do the rows after `cursor` (None at first): what a few seconds allow, 30 at most.

        The cursor is JSON and is committed together with the rows and with what they did; a chunk
        that dies is done again from the same cursor.
        """


@dataclass(frozen=True, slots=True)
class Registered:
    label: str | Promise
    kind: Kind
    queue: str = ""


KINDS: dict[str, Registered] = {}


def job_kind(name: str, *, label: str | Promise, queue: str = "") -> Callable[[type], type]:
    """Register a class as the kind of work called `name`. `label` is what pages call it; `queue`
    is where workers find it, so that it keeps nothing else waiting (none: the default one)."""

    def register(kind: type) -> type:
        if name in KINDS and type(KINDS[name].kind).__qualname__ != kind.__qualname__:
            raise ValueError(f"{name!r} is another kind of job already.")
        KINDS[name] = Registered(label, kind(), queue)
        return kind

    return register


def attempt_each(
    subjects: Iterable[Subject],
    act: Callable[[Subject], object],
    *,
    label: Callable[[Subject], str] = str,
) -> list[Row]:
    """Do `act` for each of them, each in a savepoint: one that fails stops no other.

    A refusal is told in its own words; anything unexpected is logged, and told as such.
    """
    rows = []
    for subject in subjects:
        try:
            with transaction.atomic():
                act(subject)
        except DomainError as refusal:
            rows.append(Row(label(subject), failed=True, message=str(refusal)))
        except Exception:
            logger.exception("A job's row failed: %s", label(subject))
            rows.append(Row(label(subject), failed=True, message=_("This failed unexpectedly.")))
        else:
            rows.append(Row(label(subject)))
    return rows
